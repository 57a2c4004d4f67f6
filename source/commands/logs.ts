import type {ApiClient} from '../api/types.ts';
import type {Clock} from '../lib/clock.ts';
import type {NamePattern} from '../settings/name-pattern.ts';
import type {StreamOptions} from '../streams/stream-options.ts';
import {aborted} from './aborted.ts';
import {matched} from './ending.ts';
import {type LineOutput, whyNotWritten} from './line-output.ts';
import {Printing} from './printing.ts';
import type {RecordWayOptions} from './record-way.ts';
import type {LogAsked} from './select-records.ts';
import {watchNames} from './watch-names.ts';
import {asSaid} from './what-to-do.ts';

export type LogsOptions = {
  readonly names: readonly string[];
  /** All pipelines that match; with `follow` those that come later too. */
  readonly patterns?: readonly NamePattern[];
  readonly follow: boolean;
  readonly exitOnEnd: boolean;
  /** Names in front of the lines, when there are several pipelines. */
  readonly prefix: boolean;
  readonly stripColor: boolean;
  /** Bytes that may wait for a slow reader, of all pipelines together. */
  readonly spillBytes: number;
  /** Milliseconds of silence before a stream is refreshed; 0 = never. */
  readonly silence: number;
  /** Where records, not lines, are printed: which of a log, and how. */
  readonly wayOf?: ((asked: LogAsked) => RecordWayOptions) | undefined;
  /** What to add to the news that there is no pipeline of this name. Never rejects. */
  readonly hint?: (name: string) => Promise<string>;
  /** Milliseconds after which it ends; `fails`: not having ended before is a failure. */
  readonly timeout?: {readonly after: number; readonly fails: boolean} | undefined;
  readonly client: ApiClient;
  /** Where every log is recorded. */
  readonly recordings?: NonNullable<StreamOptions['recordings']>;
  readonly clock: Clock;
  /** Answers numbers in [0, 1). */
  readonly random: () => number;
  readonly output: LineOutput;
  /** Writes one line to stderr, given without a newline; `failure`: that is why the exit code is 1. */
  readonly note: (line: string, kind?: 'failure') => void;
  /** Ends the printing at once, without waiting for a slow reader. */
  readonly signal: AbortSignal;
};

/**
 * Prints logs: with `follow` for days, stitched over every reconnect, else the catch-up only. Markers and causes go to
 * `note`. Answers the exit code: 3 when a record ended it, 1 when a pipeline's log could not be had or printed, else 0.
 */
export async function runLogs(options: LogsOptions): Promise<number> {
  const {output, note, patterns = [], clock, timeout, prefix} = options;
  const names = [...new Set(options.names)];
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  const isOpenEnded = patterns.length > 0;
  const printing = new Printing(options, {count: names.length, mayGrow: isOpenEnded});
  printing.add(names, {hasPrefix: prefix && (isOpenEnded || names.length > 1)});
  const stopped = aborted(options.signal);
  const ends: Promise<End>[] = [printing.over, output.closed, stopped];
  if (isOpenEnded) ends.push(addMatching(printing, {...options, patterns, signal}));
  if (timeout) ends.push(clock.sleep(timeout.after, signal).then(timedOut, nothing));

  const end = await Promise.race(ends);
  over.abort();
  printing.stop();
  const isLate = end === 'timed out';
  if (isLate) {
    // What came before is printed; a log that had not rested may hold back its last record.
    printing.print();
    await Promise.race([printing.over, output.closed, stopped]);
  }
  if (options.signal.aborted) printing.print();
  const unwritten = end instanceof Error ? whyNotWritten(end) : undefined;
  if (unwritten !== undefined) note(`pipetail: ${unwritten}`, 'failure');
  if (printing.isOver) return matched;
  if (isLate && timeout?.fails) note(`pipetail: nothing matched --exit-on within ${timeout.after / 1000} s`, 'failure');
  return unwritten !== undefined || end === 'failed' || (isLate && timeout?.fails) || printing.failed ? 1 : 0;
}

/** Why it is over; undefined: everything was printed, or it was stopped. */
type End = NodeJS.ErrnoException | 'failed' | 'timed out' | undefined;

const timedOut = (): End => 'timed out';
const nothing = (): End => undefined;

/** Opens what matches. Answers only when there is nothing that does, and nothing else to print. */
async function addMatching(
  printing: Printing,
  options: LogsOptions & {readonly patterns: readonly NamePattern[]},
): Promise<End> {
  const {note, patterns, follow, exitOnEnd, prefix} = options;
  const sources = patterns.map(({source}) => `'${source}'`).join(', ');
  let isFirst = true;
  const onNames = (names: readonly string[]) => {
    printing.add(names, {hasPrefix: prefix});
    if (isFirst && printing.size === 0 && follow)
      note(`pipetail: no pipeline matches ${sources} yet · waiting for one`);
    isFirst = false;
    // A log that ends is not waited for: nor is one that has not begun.
    if (exitOnEnd && printing.size > 0) printing.close();
  };
  try {
    await watchNames({...options, onNames, note: (text) => note(`pipetail: ${text}`)});
  } catch (error) {
    note(`pipetail: ${asSaid(error).message}`, 'failure');
    return 'failed';
  }
  if (!options.signal.aborted && printing.size === 0) {
    note(`pipetail: no pipeline matches ${sources} · pipetail list shows them all`, 'failure');
    return 'failed';
  }
  printing.close();
  return printing.over;
}
