import {type Command, formOf} from '../../../kit/settings/command.ts';
import {isPath, readNames} from '../../../kit/settings/names.ts';
import type {OptionValues} from '../../../kit/settings/option-values.ts';
import {UsageError} from '../../../kit/settings/parse-values.ts';
import type {Requested} from '../../../kit/shell/shell-command.ts';

const forms = ['raw', 'json'] as const;

type LogsWords = ReturnType<typeof read>;
export type LogsRequest = Requested<LogsWords>;

export const logsCommand: Command<LogsWords> = {
  name: 'logs',
  summary: ['pipetail logs [options] <pipeline…>', 'print logs to stdout'],
  introduction:
    'pipetail logs prints the logs of pipelines to stdout, for a pipe, a file or a script: whole, or the records chosen by time, level and pattern. Without --follow it ends with what the server has. Reconnects, losses and failures are reported on stderr.',
  usage: [
    ['pipetail logs [options] <pipeline…>', ''],
    ['pipetail logs [options] --from <what…>', ''],
  ],
  notes: ["Instead of a name: 'ord*', /regex/ or tag:prod for all pipelines that match."],
  examples: [
    ['pipetail logs orders', 'what the server has now'],
    ['pipetail logs -f orders fraud', 'for days, across reconnects'],
    ["pipetail logs 'ord*' --since 10m", 'the last ten minutes of all that match'],
    ['pipetail logs a --level warn -e retry', 'warnings and errors without "retry"'],
    ['pipetail logs a --last-run --level error -C 3', 'errors of its last run, with what is around them'],
    ['pipetail logs a -o json | jq .message', 'an object for each record'],
    ['pipetail logs --from bundle.zip --level warn', 'a support bundle, a file or a recording'],
    ["pipetail logs a -f --exit-on 'is done' --timeout 10m", 'wait for it: 0 if it comes, else 1'],
    ["pipetail logs a -f --exit-on-end --fail-on 'panicked at'", 'until it is stopped: 0, else 1'],
  ],
  forms,
  read,
};

/** Reads the words of `logs`. Throws `UsageError`, also for options that exclude each other. */
function read(words: readonly string[], values: OptionValues) {
  const {has, value} = values;
  const typedFrom = value('from');
  if (words.length === 0 && typedFrom === undefined) {
    throw new UsageError('logs needs at least one pipeline: pipetail logs <pipeline…>');
  }
  const paths = typedFrom === undefined ? [] : words.filter(isPath);
  const from = typedFrom === undefined ? undefined : [typedFrom, ...paths];
  const {names, patterns} = readNames(
    words.filter((word) => !paths.includes(word)),
    'pipetail logs --from',
  );
  for (const other of ['follow', 'exit-on-end', 'record', 'demo', 'timeout'] as const) {
    if (from !== undefined && has(other)) {
      const way = other === 'follow' ? ' · pipetail open follows a file' : '';
      throw new UsageError(`--${other} cannot be combined with --from, which prints what is there and ends${way}`);
    }
  }
  const [pattern] = patterns;
  if (from !== undefined && pattern) {
    throw new UsageError(`'${pattern.source}' cannot be combined with --from, which takes names`);
  }
  if (values.isTyped('on-alert') && !has('follow')) {
    throw new UsageError('--on-alert needs --follow: without it the log is printed once');
  }
  if (has('exit-on-end') && !has('follow')) {
    throw new UsageError('--exit-on-end needs --follow: without it the log is printed once');
  }
  const output = formOf(values, forms, forms);
  if (output !== 'raw' && has('timestamps')) {
    throw new UsageError(`--timestamps cannot be combined with --output ${output}`);
  }
  const isChosen = (['grep', 'exclude', 'level'] as const).some((flag) => has(flag));
  if (value('around') !== undefined && !isChosen) {
    throw new UsageError('--around needs --grep, --exclude or --level: without one all records are printed');
  }
  return {
    names,
    patterns,
    /** Sources to print instead of the server's logs: folders of recordings, files, bundles, `-`. */
    from,
    run: readRun(values),
    output,
    /** `--output raw` was typed: a terminal, too, gets the lines as sent. */
    asSent: value('output') === 'raw',
  };
}

/** The number of the only run that is printed. Throws `UsageError` for options that exclude each other. */
function readRun({has, value}: OptionValues): number | undefined {
  const run = value('run');
  if (run !== undefined && has('last-run')) {
    throw new UsageError('--run and --last-run cannot be combined · the last run is --run -1 · leave one out');
  }
  if (run !== undefined && run !== -1 && has('follow')) {
    throw new UsageError(`--run ${run} cannot be combined with --follow, which follows the last run · use --last-run`);
  }
  return run ?? (has('last-run') ? -1 : undefined);
}
