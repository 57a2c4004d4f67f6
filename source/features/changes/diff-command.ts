import {formOf, readOneName} from '../../kit/settings/command.ts';
import {isPath} from '../../kit/settings/names.ts';
import {UsageError} from '../../kit/settings/parse-values.ts';
import type {LogCommand} from '../../kit/shell/shell-command.ts';

const forms = ['text', 'json'] as const;

export const diffCommand: LogCommand<{readonly name: string | undefined; readonly output: (typeof forms)[number]}> = {
  name: 'diff',
  summary: ['pipetail diff <pipeline>', 'what changed between the last two runs'],
  introduction:
    'pipetail diff compares two runs of a pipeline: kinds of records that are new, much more frequent, or gone.',
  usage: [['pipetail diff [options] <pipeline>', '']],
  examples: [
    ['pipetail diff orders', 'the last run of what the server has, and the one before it'],
    ['pipetail diff orders --from ~/pipetail-logs --runs 3,4', 'two runs of a recording'],
    ['pipetail diff --from bundle.zip', 'of a bundle or a file; a name is only needed where there are several logs'],
  ],
  forms,
  read(names, values) {
    const from = values.value('from');
    const second = from === undefined ? undefined : names.find(isPath);
    if (second !== undefined) throw new UsageError(`diff compares two runs of one log: '${second}' is a second one`);
    // Without a name: the only log in `from`.
    const isNamed = from === undefined || names.length > 0;
    const name = isNamed ? readOneName('diff', names, 'pipetail diff --from') : undefined;
    return {name, output: formOf(values, forms)};
  },
  async loadText() {
    const {diffOfServer, diffOfRecording} = await import('./diff.ts');
    return {ofServer: diffOfServer, ofFiles: diffOfRecording};
  },
};
