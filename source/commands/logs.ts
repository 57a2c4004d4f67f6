import type {ApiClient} from '../api/types.ts';
import type {Clock} from '../lib/clock.ts';
import {StreamManager} from '../streams/stream-manager.ts';
import type {StreamOptions} from '../streams/stream-options.ts';
import type {LineOutput} from './line-output.ts';
import {linePrefixes} from './line-prefix.ts';
import {PipelineLog} from './pipeline-log.ts';

export type LogsOptions = {
  readonly names: readonly string[];
  readonly follow: boolean;
  readonly exitOnEnd: boolean;
  /** Names in front of the lines, when there are several pipelines. */
  readonly prefix: boolean;
  readonly stripColor: boolean;
  /** Bytes that may wait for a slow reader, of all pipelines together. */
  readonly spillBytes: number;
  /** Milliseconds of silence before a stream is refreshed; 0 = never. */
  readonly silence: number;
  readonly client: ApiClient;
  /** Where every log is recorded. */
  readonly recordings?: NonNullable<StreamOptions['recordings']>;
  readonly clock: Clock;
  /** Answers numbers in [0, 1). */
  readonly random: () => number;
  readonly output: LineOutput;
  /** Writes one line to stderr, given without a newline. */
  readonly note: (line: string) => void;
  /** Ends the printing at once, without waiting for a slow reader. */
  readonly signal: AbortSignal;
};

/** Looks for new lines a second: a line waits 17 ms for its turn at the most. */
const fps = 60;
/** Twice what can come between two looks: lines are not dropped before the reader had a chance. */
const leastSpill = 8 * 1024 * 1024;

/**
 * Prints logs: with `follow` for days, stitched over every reconnect, else the catch-up only. Markers and causes go to
 * `note`. Answers the exit code: 1 when a pipeline's log could not be had or printed, else 0.
 */
export async function runLogs(options: LogsOptions): Promise<number> {
  const {output, note, signal} = options;
  const names = [...new Set(options.names)];
  const spillBytes = Math.max(leastSpill, options.spillBytes / names.length);
  const prefixOf = options.prefix && names.length > 1 ? linePrefixes(names) : () => undefined;
  const manager = new StreamManager({...options, fps, scrollbackBytes: spillBytes});
  const {promise: printed, resolve} = Promise.withResolvers<undefined>();
  const print = () => {
    printInTurn(turns, output);
    if (logs.every((log) => log.done) && !output.busy) resolve(undefined);
  };
  const logs = names.map(
    (name) =>
      new PipelineLog({
        ...options,
        name,
        manager,
        prefix: prefixOf(name),
        spillBytes,
        note: (text) => note(`pipetail: ${name}: ${text}`),
        onChange: print,
      }),
  );
  const turns = [...logs];
  output.onRoom = print;

  const error = await Promise.race([printed, output.closed, aborted(signal)]);
  for (const log of logs) log.stop();
  if (signal.aborted) print();
  // A reader that closes (`| head`) has all that it wanted.
  const cannotWrite = error !== undefined && error.code !== 'EPIPE' && error.code !== 'ECONNRESET';
  if (cannotWrite) note(`pipetail: cannot write to stdout: ${error.message}`);
  return cannotWrite || logs.some((log) => log.failed) ? 1 : 0;
}

/**
 * Prints while the output has room, a batch of whole lines of each log in turn: no line is broken by another log's, and
 * a log that never rests leaves room for the others. The next call goes on with the one that is first in `logs`.
 */
function printInTurn(logs: PipelineLog[], output: LineOutput): void {
  let idle = 0;
  while (idle < logs.length && !output.busy) {
    const log = logs.shift();
    if (!log) return;
    logs.push(log);
    idle = log.printSome(output) ? 0 : idle + 1;
  }
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), {once: true});
  });
}
