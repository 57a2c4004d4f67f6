import type {Over} from '../../../kit/shell/record-selector.ts';
import type {ConvertLines, LogToPrint, RecordShape} from '../../../kit/shell/record-shapes.ts';
import {type FaultKind, faultCodes, type LineOutput, writeFailure} from '../../../kit/system/line-output.ts';
import {aborted, type Clock} from '../../../lib/clock.ts';
import type {LogPrinter} from './log-printer.ts';
import type {RecordPrinterOptions} from './record-printer.ts';

/** Options that a run needs, whatever brings its logs. */
export type RunOptions = {
  /** Returns what is printed of whole lines; undefined: as sent. */
  readonly convert?: ConvertLines | undefined;
  /** Says how records are printed; undefined: lines are, and those of several logs in no order. */
  readonly recordsOf?: ((log: LogToPrint) => RecordPrinterOptions) | undefined;
  /** Milliseconds after which it ends. */
  readonly timeout?: number | undefined;
  /** A record is waited for (`--exit-on`): an end without it is a failure. */
  readonly waitsForRecord?: boolean;
  readonly clock: Clock;
  readonly output: LineOutput;
  /** Writes one line to stderr, given without a newline; `kind`: it is the reason for an exit code. */
  readonly note: (line: string, kind?: FaultKind) => void;
  /** Ends the printing at once, without waiting for a slow reader. */
  readonly signal: AbortSignal;
};

/** Source of the logs of a run: a server or files. */
export type LogsFeed = {
  /** Adds logs, now and later. Resolves when there is nothing more to print. `signal`: the run is over. */
  readonly bring: (signal: AbortSignal) => Promise<void>;
  /** Ends all logs now. What came can still be printed. */
  readonly stop?: () => void;
  /** Before that: a line for each log with errors that `--exit-on` could not match, since the pipeline suppressed them. */
  readonly unmatched: () => Promise<readonly string[]>;
  /** Closes what it has open. Resolves to a line for each log that is not recorded whole. */
  readonly close?: () => Promise<readonly string[]>;
};

type End = NodeJS.ErrnoException | 'timed out' | undefined;

const timedOut = (): End => 'timed out';
const nothing = (): End => undefined;

/** Prints logs together, each in its turn, until they are over, or a record has ended them. */
export class LogsRun {
  /** Called after each print. True: there is more to print. */
  settle: () => boolean = () => false;
  readonly #options: RunOptions;
  /** Those that are not printed whole. The next one to print is first. */
  readonly #logs = new Set<LogPrinter>();
  readonly #order: TimeOrder | undefined;
  readonly #over = Promise.withResolvers<undefined>();
  #onRoom = () => {};
  #mayGrow = true;
  #verdict: Over | undefined;
  #code = 0;

  /** `inOrder`: records of all logs are printed in order of time, at the end. */
  constructor(options: RunOptions, {inOrder}: {readonly inOrder: boolean}) {
    this.#options = options;
    if (inOrder) this.#order = new TimeOrder();
    options.output.onRoom = () => {
      this.#onRoom();
      this.print();
    };
  }

  /** More logs may come. */
  get mayGrow(): boolean {
    return this.#mayGrow;
  }

  /** The record that ends everything (`--exit-on`, `--fail-on`) was printed. */
  get verdict(): Over | undefined {
    return this.#verdict;
  }

  /** Returns the exit code (`kit/settings/exit-codes`): that of the worst line that was the reason for one. */
  async run(feed: LogsFeed): Promise<number> {
    const {output, clock, timeout, waitsForRecord = false, signal} = this.#options;
    const over = new AbortController();
    const untilOver = AbortSignal.any([signal, over.signal]);
    const stopped = aborted(signal);
    const ends: Promise<End>[] = [feed.bring(untilOver).then(nothing), this.#over.promise, output.closed, stopped];
    if (timeout !== undefined) ends.push(clock.sleep(timeout, untilOver).then(timedOut, nothing));
    const end = await Promise.race(ends);
    const unmatched = await feed.unmatched();
    over.abort();
    this.#mayGrow = false;
    feed.stop?.();
    const isLate = end === 'timed out';
    if (isLate) {
      // What came before is printed; the last record of a log that was not quiet may be missing.
      this.print();
      await Promise.race([this.#over.promise, output.closed, stopped]);
    }
    if (signal.aborted) this.print();
    const unrecorded = (await feed.close?.()) ?? [];
    for (const line of unmatched) this.note(line);
    for (const line of unrecorded) this.note(line, this.#verdict === 'matched' ? undefined : 'failure');
    const unwritten = end instanceof Error ? writeFailure(end) : undefined;
    if (unwritten !== undefined) this.note(unwritten, 'failure');
    if (this.#verdict !== undefined) return this.#verdict === 'matched' ? 0 : 1;
    const hasEnded = end === undefined && !signal.aborted && this.#code === 0;
    if (waitsForRecord && (isLate || hasEnded)) {
      const when = isLate ? `within ${(timeout ?? 0) / 1000} s` : 'before the end of the log';
      this.note(`nothing matched --exit-on ${when}`, 'failure');
    }
    return this.#code;
  }

  /** Writes one line to stderr; `kind`: it is the reason for an exit code. */
  note(text: string, kind?: FaultKind): void {
    if (kind) this.fail(kind);
    this.#options.note(`pipetail: ${text}`, kind);
  }

  /** The run has that exit code, or a greater one. */
  fail(kind: FaultKind): void {
    this.#code = Math.max(this.#code, faultCodes[kind]);
  }

  /** Says how the records of a log are printed; undefined: its lines are. */
  recordsOf(log: LogToPrint): RecordPrinterOptions | undefined {
    const records = this.#options.recordsOf?.(log);
    return records && this.#order ? {...records, shape: this.#order.collecting(records.shape)} : records;
  }

  add(log: LogPrinter): void {
    this.#logs.add(log);
  }

  /** Stops printing this log. */
  leave(log: LogPrinter): void {
    this.#logs.delete(log);
  }

  /** No more logs come: once all are printed, it is over. */
  close(): void {
    this.#mayGrow = false;
    this.print();
  }

  /**
   * Prints while the output has room, a batch of whole lines of each log in turn: no log breaks a line of another, and
   * a busy log leaves room for the others. The next call continues with the first of `#logs`.
   */
  print(): void {
    for (let idle = 0; idle < this.#logs.size && this.#canPrint; ) {
      const [log] = this.#logs;
      if (!log) break;
      this.#logs.delete(log);
      this.#logs.add(log);
      idle = this.#printSome(log) ? 0 : idle + 1;
    }
    this.#endIfDone();
  }

  /** Prints what has come of one log, whatever the number of the others: what they have waits for room. */
  printOf(log: LogPrinter): void {
    while (this.#canPrint && this.#printSome(log));
    this.#endIfDone();
  }

  /** Prints all that has come of it, as fast as the reader takes it. */
  async printAllOf(log: LogPrinter): Promise<void> {
    for (this.printOf(log); this.#options.output.busy && !this.#verdict; this.printOf(log)) await this.room();
  }

  /** Resolves once the output takes more. */
  room(): Promise<void> {
    if (!this.#options.output.busy) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onRoom = resolve;
    });
  }

  get #canPrint(): boolean {
    return !this.#options.output.busy && !this.#verdict;
  }

  #printSome(log: LogPrinter): boolean {
    const hasPrinted = log.printSome(this.#options.output);
    this.#verdict ??= log.over;
    if (log.done) this.#logs.delete(log);
    return hasPrinted;
  }

  #endIfDone(): void {
    const {output} = this.#options;
    if (this.settle()) {
      this.print();
      return;
    }
    const isDone = this.#verdict !== undefined || (!this.#mayGrow && this.#logs.size === 0);
    if (isDone) this.#order?.write(output);
    if (isDone && !output.busy) this.#over.resolve(undefined);
  }
}

/** Names as prefixes, padded so that all lines begin in one column. */
export function linePrefixes(names: readonly string[]): (name: string) => string {
  const width = Math.max(0, ...names.map((name) => name.length));
  return (name) => `${name.padEnd(width)} | `;
}

/** Records in one write. */
const batch = 500;

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
    // Equal times may be two infinities, whose difference is NaN: sorted as 0.
    const records = this.#printed.splice(0).sort((a, b) => a.at - b.at);
    for (let from = 0; from < records.length; from += batch)
      output.write(Buffer.concat(records.slice(from, from + batch).map(({bytes}) => bytes)));
  }
}
