import {formOf, readOneName} from '../../kit/settings/command.ts';
import type {LogCommand} from '../../kit/shell/shell-command.ts';

const forms = ['text', 'json'] as const;

export const timelineCommand: LogCommand<{readonly name: string; readonly output: (typeof forms)[number]}> = {
  name: 'timeline',
  summary: ['pipetail timeline <pipeline>', 'timeline of the pipeline: states, runs, gaps, errors'],
  introduction:
    'pipetail timeline prints the timeline of a pipeline, newest first: states, runs, gaps of the log, kinds of errors, connector errors, checkpoints.',
  usage: [['pipetail timeline [options] <pipeline>', '']],
  examples: [['pipetail timeline orders --since 24h', 'the last day']],
  forms,
  read(names, values) {
    const output = formOf(values, forms);
    return {name: readOneName('timeline', names, 'pipetail open'), output};
  },
  loadText: async () => ({ofServer: (await import('./print-timeline.ts')).timelineOfServer, saysMissing: true}),
};
