import type {LogBuffer} from '../../buffer/log-buffer.ts';
import {compilePattern, type TimeLimit} from '../../buffer/pattern.ts';
import type {Filter} from '../../filters/filter.ts';
import {ShownLines} from '../../filters/shown-lines.ts';
import {timeOfBytes, timeTextOf} from '../../records/line-head.ts';
import {parseSince} from '../../records/parse-time.ts';
import {RecordIndex} from '../../records/record-index.ts';
import {UsageError} from '../../settings/parse-values.ts';
import type {MarkdownInput} from '../../viewport/markdown.ts';
import type {PrintedRecord, RecordShape, RecordTime} from './record-shapes.ts';

export type Selecting = {
  /** A record has to pass all of them. */
  readonly filters: readonly Filter[];
  /** And one of these, if there are any. */
  readonly anyOf: readonly Filter[];
  /** Unix time in ms: prints the first record from this time on, and all after it. */
  readonly since: number | undefined;
  /** Pattern, as typed, of the record that ends everything (`--exit-on`). */
  readonly exitOn: string | undefined;
  /** The same, and it is a failure (`--fail-on`). */
  readonly failOn: string | undefined;
  /** Ends patterns that take too long. */
  readonly timeLimit: TimeLimit;
};

/** The Unix time in ms that `--since` names. Throws `UsageError`. */
export function sinceTime(typed: string, now: number): number {
  const read = parseSince(typed, {now});
  if (read.kind === 'error') throw new UsageError(`--since '${typed}' is ${read.text}`);
  return read.at;
}

export type LogToPrint = {
  readonly name: string;
  /** Printed in front of lines as sent. */
  readonly prefix: string | undefined;
  readonly info: () => Pick<MarkdownInput, 'server' | 'platformVersion'>;
};

export const tooSlowWords = 'a pattern takes too long for these lines · write it without a repeat inside a repeat';

/** What ends all logs: a record that matches `--exit-on`, or `--fail-on`. */
export type Over = 'matched' | 'failed';

export type RecordPrinterOptions = {
  readonly selecting: Selecting;
  readonly shape: RecordShape;
  /** How many of the last records before `caughtUp` are printed; undefined: all. */
  readonly tail: number | undefined;
};

/** Prints the records of one log: those that are selected, the last ones of the catch-up, in their shape. */
export class RecordPrinter {
  readonly #selector: RecordSelector;
  readonly #shape: RecordShape;
  readonly #tail: number;
  /** Records that wait for the end of the catch-up; undefined: none has to. */
  #held: Selected[] | undefined;
  #heldBytes = 0;
  #trimAt = mostHeld;
  #over: Over | undefined;
  #hasEnded = false;
  readonly #gaps: string[] = [];

  constructor(buffer: LogBuffer, {selecting, shape, tail}: RecordPrinterOptions) {
    this.#selector = new RecordSelector(buffer, selecting, shape.joinsLines === true);
    this.#shape = shape;
    this.#tail = tail ?? 0;
    this.#held = tail === undefined ? undefined : [];
  }

  /** The record that ends everything was printed: nothing follows. */
  get over(): Over | undefined {
    return this.#over;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get tooSlow(): boolean {
    return this.#selector.tooSlow;
  }

  get hasPending(): boolean {
    return this.#selector.hasPending;
  }

  get completeTo(): number {
    return this.#selector.completeTo;
  }

  /** `--since` is later than all records that were read; undefined: it is not. Unix times in ms. */
  get allBefore(): {readonly since: number; readonly last: number | undefined} | undefined {
    return this.#selector.allBefore;
  }

  check(): void {
    this.#selector.check();
  }

  flush(): void {
    this.#selector.flush();
  }

  /** Words of a marker, for shapes that list gaps at the end. */
  addGap(words: string): void {
    this.#gaps.push(words);
  }

  /** Prints records that begin in [`from`, `stop`), lines below `end`, about `maxBytes`. `lines`: printed or not. */
  read(range: {readonly from: number; readonly stop: number; readonly end: number; readonly maxBytes: number}): {
    readonly next: number;
    readonly lines: number;
    readonly bytes: Uint8Array;
  } {
    const stop = Math.min(range.stop, range.end);
    const parts: Uint8Array[] = [];
    let next = range.from;
    let lines = 0;
    for (let size = 0; next < stop && size < range.maxBytes && !this.#over; ) {
      const selected = this.#selector.read(next, range.end);
      next = selected.next;
      lines += selected.lines;
      if (!selected.record) continue;
      const bytes = this.#print(selected.record);
      size += bytes.length;
      parts.push(bytes);
    }
    return {next, lines, bytes: Buffer.concat(parts)};
  }

  /**
   * The catch-up is over: prints its last records. `mayBeLive`: also those that are at most this many milliseconds older
   * than the last one, since they may have come live; none of these is left out.
   */
  caughtUp(mayBeLive = 0): Uint8Array {
    const held = this.#held ?? [];
    this.#held = undefined;
    const first = firstPieces(held);
    const from = this.#tailStart(held);
    const lastTime = held.findLast(({time}) => time !== undefined)?.time?.at;
    // Without any time it is unknown what was there before.
    const liveFrom = lastTime === undefined ? undefined : lastTime - mayBeLive;
    const isLive = ({time}: Selected) =>
      mayBeLive > 0 && (liveFrom === undefined || (time !== undefined && time.at >= liveFrom));
    const isPrinted = (record: Selected, at: number) =>
      (record.lines.length === 0 ? at : (first.get(record.head) ?? at)) >= from || isLive(record);
    return Buffer.concat(held.filter(isPrinted).map((record) => this.#print(record)));
  }

  /** Nothing more comes: prints what is left. */
  end(): Uint8Array {
    if (this.#hasEnded) return Buffer.of();
    this.#hasEnded = true;
    return Buffer.concat([this.caughtUp(), Buffer.from(this.#shape.end?.(this.#gaps) ?? '')]);
  }

  /** A record has ended all logs: prints what a shape prints only at its end. */
  cutShort(): Uint8Array {
    return this.#shape.end ? this.end() : Buffer.of();
  }

  /** Nothing more comes into the buffer. */
  closeLog(): void {
    this.#selector.closeLog();
  }

  #print(record: Selected): Uint8Array {
    if (this.#over) return Buffer.of();
    if (!this.#held) {
      this.#over = record.over;
      return record.lines.length === 0 ? Buffer.of() : this.#shape.print(record);
    }
    // Copied: the buffer frees what was read.
    this.#held.push({...record, lines: record.lines.map((line) => Buffer.from(line))});
    this.#heldBytes += record.lines.reduce((sum, line) => sum + line.length, recordCost);
    if (this.#heldBytes >= this.#trimAt) this.#trim(this.#held);
    return Buffer.of();
  }

  /** Only a recording is that long: all of it but the tail is past. Not one by one: each `splice` moves the array. */
  #trim(held: Selected[]): void {
    for (const {lines} of held.splice(0, this.#tailStart(held))) {
      this.#heldBytes -= lines.reduce((sum, line) => sum + line.length, recordCost);
    }
    this.#trimAt = mostHeld + 2 * this.#heldBytes;
  }

  /** Where the last records begin that are to be printed. */
  #tailStart(held: readonly Selected[]): number {
    const starts = [...firstPieces(held).values()];
    return starts.length >= this.#tail ? (starts[starts.length - this.#tail] ?? held.length) : 0;
  }
}

const stepBytes = 1024 * 1024;
/** Bytes of held records, many times a catch-up. */
const mostHeld = 16 * 1024 * 1024;
/** Bytes that a record takes besides its lines. */
const recordCost = 200;

/** `head`: id of the record's first line. `over`: it ends everything. */
type Selected = PrintedRecord & {readonly head: number; readonly over: Over | undefined};

/** Where each record begins. One that only ends everything has no lines, and uses no place of the tail. */
function firstPieces(held: readonly Selected[]): ReadonlyMap<number, number> {
  const starts = new Map<number, number>();
  for (const [at, {head, lines}] of held.entries()) if (lines.length > 0 && !starts.has(head)) starts.set(head, at);
  return starts;
}

/** Selects the records of a growing log, in order. A record is held back until the next one begins, or `flush`. */
class RecordSelector {
  readonly #buffer: LogBuffer;
  readonly #index: RecordIndex;
  /** A record is selected if one of them shows it. */
  readonly #shown: readonly ShownLines[];
  /** A failure first: a record may match both patterns. */
  readonly #ends: readonly {readonly over: Over; readonly lines: ShownLines}[];
  readonly #since: number | undefined;
  /** The first record from `since` on has come. */
  #hasBegun: boolean;
  /** Of the last record that was read. */
  #time: RecordTime | undefined;
  /** Records below do not wait for more lines. */
  #flushedTo = 0;
  readonly #joinsLines: boolean;
  /** The last line, by head, of long records that were read whole before the records between their lines. */
  readonly #readTo = new Map<number, number>();

  /** `joinsLines`: lines of a panic or a configuration that come after another record are read with its first ones. */
  constructor(buffer: LogBuffer, {filters, anyOf, since, exitOn, failOn, timeLimit}: Selecting, joinsLines: boolean) {
    this.#buffer = buffer;
    this.#joinsLines = joinsLines;
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

  /** See `RecordPrinter.allBefore`. */
  get allBefore(): RecordPrinter['allBefore'] {
    return this.#hasBegun || this.#since === undefined ? undefined : {since: this.#since, last: this.#time?.at};
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
    const growing = this.#joinsLines ? this.#index.growingFrom : last;
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
    this.#hasBegun ||= head === from && this.#time !== undefined && this.#time.at >= (this.#since ?? 0);
    const over = this.#hasBegun ? this.#ends.find(({lines}) => lines.includes(from))?.over : undefined;
    const shown = this.#hasBegun ? ids.filter((id) => this.#shown.some((lines) => lines.includes(id))) : [];
    if (shown.length === 0 && !over) return {next, lines: here.length};
    const lines = shown.map((id) => this.#buffer.lineAt(id) ?? Buffer.of());
    const level = this.#index.levelAt(head);
    const time = this.#time && {...this.#time, isOwn: this.#time.isOwn && head === from};
    const record = {head, lines, time, level, startsHere: head === from, over};
    return {next, lines: here.length, record};
  }

  #timeOf(head: number): RecordTime | undefined {
    const line = this.#index.datingLine(head);
    const at = line && timeOfBytes(line);
    const text = line && timeTextOf(line);
    if (at === undefined || text === undefined) return this.#time && {...this.#time, isOwn: false};
    return {at, text, isOwn: true};
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
    if (this.#joinsLines && here[0] === head && this.#index.long.get(head)) {
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
