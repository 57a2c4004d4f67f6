import type {LogBuffer} from '../../engine/buffer/log-buffer.ts';
import {compilePattern, type TimeLimit} from '../../engine/buffer/pattern.ts';
import type {Filter} from '../../engine/filters/filter.ts';
import {ShownLines} from '../../engine/filters/shown-lines.ts';
import {timeOfBytes, timeTextOf} from '../../engine/records/line-head.ts';
import {parseSince} from '../../engine/records/parse-time.ts';
import {RecordIndex} from '../../engine/records/record-index.ts';
import {UsageError} from '../settings/parse-values.ts';
import type {PrintedRecord, RecordTime} from './record-shapes.ts';

export type Selecting = {
  /** A record has to pass all of them. */
  readonly filters: readonly Filter[];
  /** And one of these, if there are any. */
  readonly anyOf: readonly Filter[];
  /** Unix time in ms: prints the first record from this time on, and all after it. */
  readonly since: number | undefined;
  /** Unix time in ms: the log ends before the first record that is later. */
  readonly until?: number | undefined;
  /** Pattern, as typed, of the record that ends everything (`--exit-on`). */
  readonly exitOn: string | undefined;
  /** Pattern, as typed, of the record that ends everything as a failure (`--fail-on`). */
  readonly failOn: string | undefined;
  /** Ends patterns that take too long. */
  readonly timeLimit: TimeLimit;
};

/** The Unix time in ms that `--since` names, or `--until`. Throws `UsageError`. */
export function sinceTime(typed: string, now: number, flag: 'since' | 'until' = 'since'): number {
  const read = parseSince(typed, {now});
  if (read.kind === 'error') throw new UsageError(`--${flag} '${typed}' is ${read.text}`);
  return read.at;
}

/** Reason that ends the printing of all logs: a record that matches `--exit-on`, or `--fail-on`. */
export type Over = 'matched' | 'failed';

export type Selected = PrintedRecord & {
  /** Id of the record's first line. */
  readonly head: number;
  /** Reason for which the record ends everything; undefined: it does not. */
  readonly over: Over | undefined;
  /** The number of its run; of one before a start, that of the run that begins there. 0: runs were not asked for. */
  readonly run: number;
};

type Reading = {
  /** Lines of a panic or a configuration that come after another record are read with its first ones. */
  readonly joinsLines: boolean;
  /** Records that are not selected are read, too. */
  readonly hasNear: boolean;
  /** Records have the numbers of their runs. */
  readonly hasRuns: boolean;
};

type ReadTime = Omit<RecordTime, 'text'> & {readonly line: Buffer};

const stepBytes = 1024 * 1024;

/** Selects the records of a growing log, in order. A record is held back until the next one begins, or `flush`. */
export class RecordSelector {
  readonly #buffer: LogBuffer;
  readonly #index: RecordIndex;
  /** A record is selected if one of them shows it. */
  readonly #shown: readonly ShownLines[];
  /** A failure first: a record may match both patterns. */
  readonly #ends: readonly {readonly over: Over; readonly lines: ShownLines}[];
  readonly #since: number | undefined;
  readonly #until: number;
  readonly #how: Reading;
  #isPastEnd = false;
  /** First entries of the runs that were read. */
  readonly #runs: number[] = [];
  /** The first record from `since` on has come. */
  #hasBegun: boolean;
  /** Time of the last record that was read, and the line that has it: its text is made for selected records only. */
  #time: ReadTime | undefined;
  /** Records below do not wait for more lines. */
  #flushedTo = 0;
  /** The last line, by head, of long records that were read whole before the records between their lines. */
  readonly #readTo = new Map<number, number>();

  constructor(
    buffer: LogBuffer,
    {filters, anyOf, since, until = Number.POSITIVE_INFINITY, exitOn, failOn, timeLimit}: Selecting,
    how: Reading,
  ) {
    this.#buffer = buffer;
    this.#how = how;
    this.#until = until;
    this.#index = new RecordIndex(buffer);
    this.#since = since;
    this.#hasBegun = since === undefined;
    this.#shown = (anyOf.length === 0 ? [[]] : anyOf.map((each) => [each])).map((some) =>
      this.#show([...filters, ...some]),
    );
    const ends = [['failed', failOn] as const, ['matched', exitOn] as const];
    this.#ends = ends.flatMap(([over, source]) => {
      if (source === undefined) return [];
      return {over, lines: this.#show([{kind: 'text', pattern: compilePattern(source, {timeLimit}), out: false}])};
    });
  }

  /** A pattern takes too long for the lines that came: what it selects is unknown from there on. */
  get tooSlow(): boolean {
    return this.#all.some((lines) => lines.tooSlow.length > 0);
  }

  /** `since` is later than all records that were read; undefined: it is not. Unix times in ms. */
  get allBefore(): {readonly since: number; readonly last: number | undefined} | undefined {
    return this.#hasBegun || this.#since === undefined ? undefined : {since: this.#since, last: this.#time?.at};
  }

  /** A record later than `until` was read: neither it nor what follows is selected. */
  get isPastEnd(): boolean {
    return this.#isPastEnd;
  }

  /** Runs in what was read. */
  get runCount(): number {
    return this.#runs.length;
  }

  check(): void {
    for (const lines of this.#all) while (!lines.step(stepBytes));
  }

  get #all(): readonly ShownLines[] {
    return [...this.#shown, ...this.#ends.map(({lines}) => lines)];
  }

  /** Records of entries below this id get no more lines. */
  get completeTo(): number {
    const {firstId} = this.#buffer;
    const end = this.#index.settledTo;
    const last = end > firstId ? this.#index.headOf(end - 1) : end;
    const growing = this.#how.joinsLines ? this.#index.growingFrom : last;
    return Math.max(this.#flushedTo, Math.min(last, growing));
  }

  get hasPending(): boolean {
    return this.completeTo < this.#index.settledTo;
  }

  /** The log is quiet: what came is complete. */
  flush(): void {
    this.check();
    this.#flushedTo = this.#buffer.hasOpenLine ? this.#index.settledTo : this.#buffer.endId;
  }

  /** Nothing more comes: an open line is complete, too. */
  closeLog(): void {
    this.check();
    this.#flushedTo = this.#buffer.endId;
  }

  /**
   * The lines of one record in [`from`, `end`); `record` is absent if it is not selected. Markers may be between them:
   * only one that loses lines splits a record.
   */
  read(from: number, end: number): {readonly next: number; readonly lines: number; readonly record?: Selected} {
    if (this.#buffer.lineAt(from) === undefined) return {next: from + 1, lines: 0};
    const head = this.#index.headOf(from);
    const here = this.#linesHere(from, head, end);
    const next = (here.at(-1) ?? from) + 1;
    const ids = this.#unread(here, head, end);
    if (ids.length === 0) return {next, lines: here.length};
    if (head === from) this.#time = this.#timeOf(head);
    if (head === from && this.#time?.isOwn === true && this.#time.at > this.#until) this.#isPastEnd = true;
    if (this.#isPastEnd) return {next: from, lines: 0};
    const run = this.#how.hasRuns ? this.#runOf(from) : 0;
    this.#hasBegun ||= head === from && this.#time !== undefined && this.#time.at >= (this.#since ?? 0);
    const over = this.#hasBegun ? this.#ends.find(({lines}) => lines.includes(from))?.over : undefined;
    const shown = this.#hasBegun ? ids.filter((id) => this.#shown.some((lines) => lines.includes(id))) : [];
    const isNear = this.#how.hasNear && this.#hasBegun && shown.length === 0;
    if (shown.length === 0 && !over && !isNear) return {next, lines: here.length};
    const lines = (isNear ? ids : shown).map((id) => this.#buffer.lineAt(id) ?? Buffer.of());
    const read =
      this.#buffer.format && (isNear ? ids : shown).map((id) => Buffer.from(this.#buffer.canonicalAt(id) ?? []));
    const level = this.#index.levelAt(head);
    const time = this.#time && timeOf(this.#time, head === from);
    const record = {
      head,
      lines,
      time,
      level,
      startsHere: head === from,
      over,
      run,
      ...(isNear && {isNear}),
      ...(read && {read}),
    };
    return {next, lines: here.length, record};
  }

  #runOf(id: number): number {
    const runs = this.#runs;
    const run = this.#index.runAt(id);
    if (!run) return runs.length + 1;
    if (run.firstId !== runs.at(-1)) {
      while (this.#isTakenBack(runs.at(-1))) runs.pop();
      if (run.firstId > (runs.at(-1) ?? -1)) runs.push(run.firstId);
    }
    return runs.length;
  }

  /** Tells whether only the list told of the run that began there, and the log tells otherwise. */
  #isTakenBack(firstId: number | undefined): boolean {
    const run = firstId === undefined ? undefined : this.#index.runAt(firstId);
    return run !== undefined && run.firstId !== firstId;
  }

  #timeOf(head: number): ReadTime | undefined {
    const line = this.#index.datingLine(head);
    const at = line && timeOfBytes(line);
    if (!line || at === undefined) return this.#time && {...this.#time, isOwn: false};
    return {at, line, isOwn: true};
  }

  /** The lines from `from` on that follow one another in the record of `head`. */
  #linesHere(from: number, head: number, end: number): readonly number[] {
    const ids = [from];
    for (let id = from + 1; id < end; id++) {
      if (this.#index.headOf(id) === head) ids.push(id);
      else if (!this.#buffer.markerAt(id)) break;
    }
    return ids;
  }

  /** Which lines are read with `here`: with the head of a long record its later ones, too, which are then left out. */
  #unread(here: readonly number[], head: number, end: number): readonly number[] {
    const last = here.at(-1) ?? head;
    if (this.#how.joinsLines && here[0] === head && this.#index.long.get(head)) {
      const whole = this.#index.linesOf(head).filter((id) => id < end);
      if ((whole.at(-1) ?? last) > last) this.#readTo.set(head, whole.at(-1) ?? last);
      return whole;
    }
    const readTo = this.#readTo.get(head);
    if (readTo === undefined) return here;
    if (last >= readTo) this.#readTo.delete(head);
    return here.filter((id) => id > readTo);
  }

  #show(filters: readonly Filter[]): ShownLines {
    const entries = filters.map((filter, id) => ({id, filter, on: true}));
    return new ShownLines({buffer: this.#buffer, index: this.#index, filters: entries, around: 0, fold: false});
  }
}

function timeOf({at, line, isOwn}: ReadTime, startsHere: boolean): RecordTime | undefined {
  const text = timeTextOf(line);
  return text === undefined ? undefined : {at, text, isOwn: isOwn && startsHere};
}
