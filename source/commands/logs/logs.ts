import type {ApiClient, Pipeline} from '../../api/types.ts';
import {rekey} from '../../events/pipeline-event.ts';
import {aborted, type Clock} from '../../lib/clock.ts';
import {errorText} from '../../lib/format.ts';
import {type ConnectionFeed, pipelineLogs} from '../../logs/feeds/connection.ts';
import {attendedEvery, ListPoller, type ListSnapshot} from '../../logs/list-poller.ts';
import {LogManager, type ManagerOptions} from '../../logs/log-manager.ts';
import type {NamePattern} from '../../settings/names.ts';
import {seeAll} from '../../startup/name-hint.ts';
import {type FaultKind, type LineOutput, writeFailure} from '../../system/line-output.ts';
import {errorWithAdvice, withAdvice} from '../../words/failures.ts';
import {PipelineLog} from './pipeline-log.ts';
import type {RecordPrinterOptions} from './record-printer.ts';
import type {Over} from './record-selector.ts';
import type {ConvertLines, LogToPrint, RecordShape} from './record-shapes.ts';

export type LogsOptions = {
  readonly names: readonly string[];
  /** All pipelines that match; with `follow` also those that come later. */
  readonly patterns?: readonly NamePattern[];
  readonly follow: boolean;
  readonly exitOnEnd: boolean;
  /** What is printed of whole lines; undefined: as sent. */
  readonly convert?: ConvertLines | undefined;
  /** Milliseconds of silence before a stream is refreshed; 0 = never. */
  readonly silence: number;
  /** Undefined: lines are printed, not records, and those of several logs in no order. */
  readonly recordsOf?: ((log: LogToPrint) => RecordPrinterOptions) | undefined;
  /** Text to add to the note that there is no such pipeline. Never rejects. */
  readonly hint?: (name: string) => Promise<string>;
  /** Milliseconds after which it ends. */
  readonly timeout?: number | undefined;
  /** A record is waited for (`--exit-on`): an end without it is a failure. */
  readonly waitsForRecord?: boolean;
  /** With `follow`: each log ends with its pipeline, when that stops or fails. */
  readonly endsByState?: boolean;
  readonly client: ApiClient;
  readonly recordings?: NonNullable<ManagerOptions['recordings']>;
  /** Watches the logs; called once, before the first is opened. The result is called at the end. */
  readonly watch?: ((manager: LogManager) => () => Promise<void>) | undefined;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly output: LineOutput;
  /** Writes one line to stderr, given without a newline; `failure`: the reason for exit code 1. */
  readonly note: (line: string, kind?: FaultKind) => void;
  /** Ends the printing at once, without waiting for a slow reader. */
  readonly signal: AbortSignal;
  /** For tests: bytes that may wait for a slow reader, of all pipelines together. */
  readonly spillBytes?: number;
};

/**
 * Prints logs: with `follow` for days, stitched over every reconnect, else only the catch-up. Markers and causes go to
 * `note`. Returns the exit code (`settings/exit-codes.ts`).
 */
export async function runLogs(options: LogsOptions): Promise<number> {
  const {output, note, patterns = [], clock, timeout} = options;
  const names = [...new Set(options.names)];
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  const isOpenEnded = patterns.length > 0;
  const printing = new Printing(options, {count: names.length, mayGrow: isOpenEnded});
  const endWatch = options.watch?.(printing.manager);
  printing.add(names, {hasPrefix: isOpenEnded || names.length > 1});
  const stopped = aborted(options.signal);
  const poller = options.follow && options.endsByState ? new ListPoller(options) : undefined;
  if (poller) {
    poller.snapshot.subscribe(() => printing.onList(poller.snapshot.get()));
    poller.start();
  }
  const ends: Promise<End>[] = [printing.over, output.closed, stopped];
  if (isOpenEnded) ends.push(addMatching(printing, {...options, patterns, signal}));
  if (timeout !== undefined) ends.push(clock.sleep(timeout, signal).then(timedOut, nothing));

  const end = await Promise.race(ends);
  const unmatched = options.waitsForRecord === true ? await printing.unmatched() : [];
  over.abort();
  poller?.stop();
  printing.stop();
  const isLate = end === 'timed out';
  if (isLate) {
    // What came before is printed; the last record of a log that was not quiet may be missing.
    printing.print();
    await Promise.race([printing.over, output.closed, stopped]);
  }
  if (options.signal.aborted) printing.print();
  await endWatch?.();
  for (const line of unmatched) note(line);
  const unrecorded = await printing.unrecorded();
  for (const line of unrecorded) note(`pipetail: ${line}`, printing.verdict === 'matched' ? undefined : 'failure');
  const unwritten = end instanceof Error ? writeFailure(end) : undefined;
  if (unwritten !== undefined) note(`pipetail: ${unwritten}`, 'failure');
  if (printing.verdict !== undefined) return printing.verdict === 'matched' ? 0 : 1;
  const hasEnded = end === undefined && !options.signal.aborted && !printing.failed;
  const isUnmatched = options.waitsForRecord === true && (isLate || hasEnded);
  const when = isLate ? `within ${(timeout ?? 0) / 1000} s` : 'before the end of the log';
  if (isUnmatched) note(`pipetail: nothing matched --exit-on ${when}`, 'failure');
  const isUnwritten = unwritten !== undefined || unrecorded.length > 0;
  return isUnwritten || end === 'failed' || isUnmatched || printing.failed ? 1 : 0;
}

/** Undefined: everything was printed, or the signal has stopped it. */
type End = NodeJS.ErrnoException | 'failed' | 'timed out' | undefined;

const timedOut = (): End => 'timed out';
const nothing = (): End => undefined;

/** Opens the pipelines that match. Resolves when all are printed, or none matches. */
async function addMatching(
  printing: Printing,
  options: LogsOptions & {readonly patterns: readonly NamePattern[]},
): Promise<End> {
  const {note, patterns, follow, exitOnEnd, endsByState = false} = options;
  const sources = patterns.map(({source}) => `'${source}'`).join(', ');
  let isFirst = true;
  const onNames = (names: readonly string[], pipelines: readonly Pipeline[]) => {
    // A new name of a log that is printed is no other log.
    printing.manager.followNames(pipelines);
    printing.add(names, {hasPrefix: true});
    if (isFirst && printing.size === 0 && follow)
      note(`pipetail: no pipeline matches ${sources} yet · waiting for one`);
    if (isFirst && printing.size > 0) noteUnmatched(pipelines, options);
    isFirst = false;
    // What ends with its logs does not wait for later pipelines.
    if ((exitOnEnd || endsByState) && printing.size > 0) printing.close();
  };
  try {
    await watchNames({...options, onNames, note: (text) => note(`pipetail: ${text}`)});
  } catch (error) {
    note(`pipetail: ${errorWithAdvice(error).message}`, 'failure');
    return 'failed';
  }
  if (!options.signal.aborted && printing.size === 0) {
    note(`pipetail: no pipeline matches ${sources} · ${seeAll}`, 'failure');
    return 'failed';
  }
  printing.close();
  return printing.over;
}

/** Of several patterns those that match nothing, which is rather a mistake. */
function noteUnmatched(
  all: readonly Pipeline[],
  {patterns, follow, note}: Pick<LogsOptions, 'follow' | 'note'> & {readonly patterns: readonly NamePattern[]},
): void {
  for (const {source, matches} of patterns)
    if (!all.some(matches)) note(`pipetail: no pipeline matches '${source}'${follow ? ' yet' : ''}`);
}

/** Milliseconds that the end waits for the server's number of connector errors. */
const countPatience = 1_000;
/** The same for a disk that hangs. */
const recordingPatience = 2_000;
/** Checks for new lines per second: a line waits at most 17 ms. */
const fps = 60;
/** Bytes that may wait for a slow reader, of all pipelines together. */
const usualSpill = 256 * 1024 * 1024;
/** Bytes, twice what can come between two checks: no line is dropped before the reader had a chance. */
const leastSpill = 8 * 1024 * 1024;

/** The logs that are printed together, each in its turn. */
class Printing {
  /** Resolves when everything was printed, or a record has ended it. */
  readonly over: Promise<undefined>;
  readonly manager: LogManager<ConnectionFeed>;
  readonly #options: LogsOptions;
  readonly #spillBytes: number;
  readonly #logs = new Map<string, PipelineLog>();
  /** The next one to print is first. */
  readonly #queue: PipelineLog[] = [];
  /** Those that are not over, or not printed whole. */
  readonly #unfinished = new Set<PipelineLog>();
  /** Of these, what becomes of the others decides. */
  readonly #refused = new Set<PipelineLog>();
  #verdict: Over | undefined;
  readonly #resolve: (value: undefined) => void;
  /** Of several logs that end with their catch-up. */
  readonly #order: TimeOrder | undefined;
  #mayGrow: boolean;
  #listed: ListSnapshot | undefined;
  /** Why there is no list now, as it was noted. */
  #refusal: string | undefined;

  /** `count`: expected logs; they and later ones share the spill. `mayGrow`: it is not over before `close`. */
  constructor(options: LogsOptions, {count, mayGrow}: {count: number; mayGrow: boolean}) {
    this.#options = options;
    const memoryBytes = options.spillBytes ?? usualSpill;
    this.#spillBytes = Math.max(leastSpill, memoryBytes / Math.max(1, count));
    this.manager = new LogManager({...options, fps, scrollbackBytes: this.#spillBytes, memoryBytes}, pipelineLogs);
    this.manager.onRenamed((names) => rekey(this.#logs, names));
    this.#mayGrow = mayGrow;
    if (!options.follow && (mayGrow || count > 1)) this.#order = new TimeOrder();
    const {promise, resolve} = Promise.withResolvers<undefined>();
    this.over = promise;
    this.#resolve = resolve;
    options.output.onRoom = () => this.print();
  }

  get size(): number {
    return this.#logs.size;
  }

  get failed(): boolean {
    return [...this.#logs.values()].some((log) => log.failed);
  }

  /** The record that ends everything (`--exit-on`, `--fail-on`) was printed. */
  get verdict(): Over | undefined {
    return this.#verdict;
  }

  /** Ends the logs of pipelines that have stopped or failed. */
  onList(listed: ListSnapshot): void {
    // The names of patterns come from the list, too: that notes it.
    if (!this.#options.patterns?.length) this.#noteRefusal(listed.failure);
    // After a failure this is an old list, with old names.
    if (!listed.failure) this.manager.followNames(listed.pipelines ?? []);
    this.#listed = listed;
    for (const [name, log] of this.#logs) this.#tell(name, log);
  }

  /** A server that is away is noted by its logs; one that refuses its list alone leaves the ends of pipelines unseen. */
  #noteRefusal(failure: ListSnapshot['failure']): void {
    const refusal = failure?.kind === 'fatal' ? withAdvice(failure) : undefined;
    if (refusal !== undefined && refusal !== this.#refusal)
      this.#options.note(`pipetail: the states of pipelines cannot be read: ${refusal} · trying again`);
    if (refusal === undefined && this.#refusal !== undefined && !failure)
      this.#options.note('pipetail: the states of pipelines can be read again');
    if (!failure || refusal !== undefined) this.#refusal = refusal;
  }

  #tell(name: string, log: PipelineLog): void {
    const {pipelines, failure} = this.#listed ?? {};
    if (pipelines && !failure) log.onListed(pipelines.find((pipeline) => pipeline.name === name));
  }

  /** A line for each log with errors that no pattern could match, since the pipeline suppressed them. */
  async unmatched(): Promise<readonly string[]> {
    const {clock, signal} = this.#options;
    const answered = new AbortController();
    const limit = AbortSignal.any([signal, answered.signal]);
    clock.sleep(countPatience, limit).then(() => answered.abort(), nothing);
    const lines = await Promise.all(
      [...this.#logs].map(async ([name, log]) => {
        const words = await log.unmatched(limit);
        return words === undefined ? [] : [`pipetail: ${name}: ${words}`];
      }),
    );
    answered.abort();
    return lines.flat();
  }

  /** A line for each log that is not recorded whole. Recordings are closed then, unless the disk does not answer. */
  async unrecorded(): Promise<readonly string[]> {
    const {recordings, clock} = this.#options;
    if (!recordings) return [];
    const closed = new AbortController();
    const late = clock.sleep(recordingPatience, closed.signal).then(timedOut, nothing);
    const end = await Promise.race([recordings.of.closed(), late]);
    closed.abort();
    if (end === 'timed out') return ['the disk does not answer: the ends of recordings may be missing'];
    return [...this.#logs.values()].flatMap(({name, unrecorded}) =>
      unrecorded === undefined ? [] : `${name}: ${unrecorded}`,
    );
  }

  /** Opens those that are not open. `hasPrefix`: names in front of the lines. */
  add(names: readonly string[], {hasPrefix}: {hasPrefix: boolean}): void {
    const all = [...new Set([...this.#logs.keys(), ...names])];
    const prefixOf = hasPrefix ? linePrefixes(all) : () => undefined;
    for (const name of all) if (!this.#logs.has(name)) this.#open(name, prefixOf);
  }

  close(): void {
    this.#mayGrow = false;
    this.print();
  }

  /** Ends them all now. What came can still be printed. */
  stop(): void {
    this.#mayGrow = false;
    for (const log of this.#logs.values()) log.stop();
  }

  /**
   * Prints while the output has room, a batch of whole lines of each log in turn: no log breaks a line of another, and
   * a busy log leaves room for the others. The next call continues with the first of `#queue`.
   */
  print(): void {
    const {output} = this.#options;
    const queue = this.#queue;
    for (let idle = 0; idle < queue.length && !output.busy && !this.verdict; ) {
      const log = queue.shift();
      if (!log) break;
      queue.push(log);
      idle = this.#printSome(log) ? 0 : idle + 1;
    }
    this.#endIfDone();
  }

  /** The same for what has come of one log, whatever the number of the others: what they have waits for room. */
  #printOf(log: PipelineLog): void {
    while (!this.#options.output.busy && !this.verdict && this.#printSome(log));
    this.#endIfDone();
  }

  #goesOnWithout(log: PipelineLog): boolean | undefined {
    const others = [...this.#unfinished].filter((other) => other !== log);
    if (this.#mayGrow || others.some(({beginning}) => beginning === 'served')) return true;
    return others.some(({beginning}) => beginning === undefined) ? undefined : false;
  }

  #printSome(log: PipelineLog): boolean {
    const printed = log.printSome(this.#options.output);
    this.#verdict ??= log.over;
    if (log.done) this.#unfinished.delete(log);
    return printed;
  }

  #endIfDone(): void {
    const {output} = this.#options;
    const givenUp = [...this.#refused].filter((log) => log.settleRefusal());
    for (const log of givenUp) this.#refused.delete(log);
    if (givenUp.length > 0) {
      this.print();
      return;
    }
    const isDone = !this.#mayGrow && this.#unfinished.size === 0;
    if (isDone || this.verdict) this.#order?.write(output);
    if ((isDone || this.verdict) && !output.busy) this.#resolve(undefined);
  }

  #open(name: string, prefixOf: (name: string) => string | undefined): void {
    const {note, recordsOf} = this.#options;
    const order = this.#order;
    const toPrint: LogToPrint = {
      get name() {
        return log.name;
      },
      get prefix() {
        return prefixOf(log.name);
      },
    };
    const records = recordsOf?.(toPrint);
    const log: PipelineLog = new PipelineLog({
      ...this.#options,
      endsByState: this.#options.endsByState ?? false,
      name,
      manager: this.manager,
      prefix: () => toPrint.prefix,
      spillBytes: this.#spillBytes,
      records: records && order ? {...records, shape: order.collecting(records.shape)} : records,
      note: (text, kind) => note(`pipetail: ${log.name}: ${text}`, kind),
      goesOnWithout: () => this.#goesOnWithout(log),
      onChange: () => {
        if (log.beginning === 'refused') this.#refused.add(log);
        else this.#refused.delete(log);
        this.#printOf(log);
      },
    });
    this.#logs.set(name, log);
    this.#queue.push(log);
    this.#unfinished.add(log);
    this.#tell(name, log);
  }
}

type WatchNamesOptions = {
  readonly patterns: readonly NamePattern[];
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly follow: boolean;
  readonly signal: AbortSignal;
  /** Called at every response, with all names that match, and all pipelines. */
  readonly onNames: (names: readonly string[], pipelines: readonly Pipeline[]) => void;
  /** Writes why there is no list, once for each reason, and that there is one again. */
  readonly note: (text: string) => void;
};

/** Lists matching pipelines, with `follow` until the signal. Rejects with an `ApiError` if the first request fails. */
export async function watchNames(options: WatchNamesOptions): Promise<void> {
  const {patterns, client, clock, follow, signal, onNames, note} = options;
  let trouble: string | undefined;
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    try {
      const pipelines = await client.listPipelines(signal);
      if (trouble !== undefined) note('connected again');
      trouble = undefined;
      const matching = pipelines.filter((pipeline) => patterns.some(({matches}) => matches(pipeline)));
      const names = matching.map(({name}) => name);
      onNames(names, pipelines);
    } catch (error) {
      if (signal.aborted) return;
      if (isFirst) throw error;
      const message = errorText(error);
      if (message !== trouble) note(`${message} · trying again`);
      trouble = message;
    }
    if (!follow) return;
    await clock.sleep(attendedEvery, signal).catch(() => {});
  }
}

/** Names as prefixes, padded so that all lines begin in one column. */
export function linePrefixes(names: readonly string[]): (name: string) => string {
  const width = Math.max(0, ...names.map((name) => name.length));
  return (name) => `${name.padEnd(width)} | `;
}

/** Bytes in one write. */
const batchBytes = 64 * 1024;

/** Collects what several logs print, and writes it in order of time. Each log keeps its own order. */
class TimeOrder {
  readonly #printed: {readonly at: number; readonly bytes: Uint8Array}[] = [];

  /** The shape of one log. */
  collecting(shape: RecordShape): RecordShape {
    // A record without a time is printed with the one before it, and so is one that is older.
    let at = Number.NEGATIVE_INFINITY;
    return {
      ...shape,
      print: (record) => {
        at = Math.max(at, record.time?.at ?? at);
        this.#printed.push({at, bytes: shape.print(record)});
        return Buffer.of();
      },
    };
  }

  /** Writes what was collected since the last call. */
  write(output: LineOutput): void {
    let batch: Uint8Array[] = [];
    let size = 0;
    for (const {bytes} of this.#printed.splice(0).sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))) {
      batch.push(bytes);
      size += bytes.length;
      if (size < batchBytes) continue;
      output.write(Buffer.concat(batch));
      batch = [];
      size = 0;
    }
    if (size > 0) output.write(Buffer.concat(batch));
  }
}
