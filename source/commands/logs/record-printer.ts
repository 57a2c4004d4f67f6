import type {LogBuffer} from '../../buffer/log-buffer.ts';
import {compilePattern, type TimeLimit} from '../../buffer/pattern.ts';
import type {Filter} from '../../filters/filter.ts';
import {ShownLines} from '../../filters/shown-lines.ts';
import {RecordIndex} from '../../records/record-index.ts';
import type {MarkdownInput} from '../../viewport/markdown.ts';
import type {PrintedRecord, RecordShape} from './record-shapes.ts';

/** Which records are printed. */
export type Selecting = {
  readonly filters: readonly Filter[];
  /** The first record of this time and all after it; Unix time in ms. */
  readonly since: number | undefined;
  /** Pattern, as typed, of the record that ends everything. */
  readonly exitOn: string | undefined;
  /** Ends patterns that take too long. */
  readonly watch: TimeLimit;
};

/** The log that is to be printed. */
export type LogToPrint = {
  readonly name: string;
  /** Printed in front of lines as sent. */
  readonly prefix: string | undefined;
  readonly info: () => Pick<MarkdownInput, 'server' | 'platformVersion'>;
};

/** The note when a pattern was given up. */
export const tooSlowWords = 'a pattern takes too long for these lines · write it without a repeat inside a repeat';

export type RecordPrinterOptions = {
  readonly selecting: Selecting;
  readonly shape: RecordShape;
  /** Of the records until `caughtUp`, only the last ones are printed: this many; undefined: all. */
  readonly tail: number | undefined;
};

/** Prints the records of one log: those that are selected, the last ones of the catch-up, in their shape. */
export class RecordPrinter {
  readonly #selector: RecordSelector;
  readonly #shape: RecordShape;
  readonly #tail: number;
  /** Records that wait for the end of the catch-up. */
  #held: Selected[] | undefined;
  #isOver = false;
  #hasEnded = false;
  readonly #gaps: string[] = [];

  constructor(buffer: LogBuffer, {selecting, shape, tail}: RecordPrinterOptions) {
    this.#selector = new RecordSelector(buffer, selecting);
    this.#shape = shape;
    this.#tail = tail ?? 0;
    this.#held = tail === undefined ? undefined : [];
  }

  /** The record that ends everything was printed: nothing follows. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** `end` was called. */
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

  check(): void {
    this.#selector.check();
  }

  flush(): void {
    this.#selector.flush();
  }

  /** Words of a marker, for shapes that list them at the end. */
  addGap(words: string): void {
    this.#gaps.push(words);
  }

  /**
   * Reads the records that begin at `from` or later and before `stop`, their lines below `end`, about `maxBytes` of them.
   * `lines`: how many were read, printed or not.
   */
  read(range: {readonly from: number; readonly stop: number; readonly end: number; readonly maxBytes: number}): {
    readonly next: number;
    readonly lines: number;
    readonly bytes: Uint8Array;
  } {
    const stop = Math.min(range.stop, range.end);
    const parts: Uint8Array[] = [];
    let next = range.from;
    let lines = 0;
    for (let size = 0; next < stop && size < range.maxBytes && !this.#isOver; ) {
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

  /** The catch-up is over: returns what waited for that. */
  caughtUp(): Uint8Array {
    const held = this.#held?.slice(-this.#tail) ?? [];
    this.#held = undefined;
    return Buffer.concat(held.map((record) => this.#print(record)));
  }

  /** Nothing more comes: what is still to print. */
  end(): Uint8Array {
    if (this.#hasEnded) return Buffer.of();
    this.#hasEnded = true;
    return Buffer.concat([this.caughtUp(), Buffer.from(this.#shape.end?.(this.#gaps) ?? '')]);
  }

  /** A record has ended everything, here or in another log: what was read, in a shape that is printed at the end only. */
  cutShort(): Uint8Array {
    return this.#shape.end ? this.end() : Buffer.of();
  }

  /** Nothing more comes into the buffer. */
  closeLog(): void {
    this.#selector.closeLog();
  }

  #print(record: Selected): Uint8Array {
    if (this.#isOver) return Buffer.of();
    if (!this.#held) {
      this.#isOver = record.isLast;
      return record.lines.length === 0 ? Buffer.of() : this.#shape.print(record);
    }
    if (this.#tail === 0) return Buffer.of();
    const before = this.#held.at(-1);
    if (record.lines.length === 0 && before) {
      // It would replace one that is printed: the one before it is the last instead.
      this.#held[this.#held.length - 1] = {...before, isLast: true};
      return Buffer.of();
    }
    // The buffer frees what was read.
    this.#held.push({...record, lines: record.lines.map((line) => Buffer.from(line))});
    // Not one by one: an array is moved by every shift.
    if (this.#held.length >= 2 * this.#tail + 1024) this.#held.splice(0, this.#held.length - this.#tail);
    return Buffer.of();
  }
}

const stepBytes = 1024 * 1024;

/** A record to print, and whether it is the last. */
type Selected = PrintedRecord & {readonly isLast: boolean};

/**
 * Selects the records of a growing log, in the order of its lines. A record is complete once the next has begun: until
 * then it is held back, or until `flush`.
 */
class RecordSelector {
  readonly #buffer: LogBuffer;
  readonly #index: RecordIndex;
  readonly #shown: ShownLines;
  readonly #exits: ShownLines | undefined;
  readonly #since: number | undefined;
  /** The record of `since` has come. */
  #hasBegun: boolean;
  #time: number | undefined;
  /** The records below do not wait for more lines. */
  #flushedTo = 0;

  constructor(buffer: LogBuffer, {filters, since, exitOn, watch}: Selecting) {
    this.#buffer = buffer;
    this.#index = new RecordIndex(buffer);
    this.#since = since;
    this.#hasBegun = since === undefined;
    this.#shown = this.#show(filters);
    if (exitOn !== undefined) {
      this.#exits = this.#show([{kind: 'text', pattern: compilePattern(exitOn, {watch}), out: false}]);
    }
  }

  /** A pattern takes too long for the lines that came: what it selects is unknown from there on. */
  get tooSlow(): boolean {
    return this.#shown.tooSlow.length > 0 || (this.#exits?.tooSlow.length ?? 0) > 0;
  }

  /** Reads what is new. */
  check(): void {
    for (const lines of [this.#shown, this.#exits]) while (lines && !lines.step(stepBytes));
  }

  /** The records of the entries below this id, as far as they were read, get no more lines. */
  get completeTo(): number {
    const {firstId} = this.#buffer;
    const end = this.#index.settledTo;
    const last = end > firstId ? this.#index.headOf(end - 1) : end;
    return Math.max(this.#flushedTo, last);
  }

  /** There are lines whose record may continue. */
  get hasPending(): boolean {
    return this.completeTo < this.#index.settledTo;
  }

  /** Nothing has come for a while, or nothing will: what has come is whole. */
  flush(): void {
    this.check();
    this.#flushedTo = this.#buffer.hasOpenLine ? this.#index.settledTo : this.#buffer.endId;
  }

  /** Nothing more comes: the line that has not ended is one. */
  closeLog(): void {
    this.check();
    this.#flushedTo = this.#buffer.endId;
  }

  /**
   * The lines of one record from `from` on, below `end`; `record` is absent if it is not selected. Between two of them
   * may be markers: only one that loses lines parts a record.
   */
  read(from: number, end: number): {readonly next: number; readonly lines: number; readonly record?: Selected} {
    if (this.#buffer.lineAt(from) === undefined) return {next: from + 1, lines: 0};
    const head = this.#index.headOf(from);
    const ids = [from];
    for (let id = from + 1; id < end; id++) {
      if (this.#index.headOf(id) === head) ids.push(id);
      else if (!this.#buffer.markerAt(id)) break;
    }
    const next = (ids.at(-1) ?? from) + 1;
    if (head === from) this.#time = this.#index.timeAt(head) ?? this.#time;
    this.#hasBegun ||= head === from && this.#time !== undefined && this.#time >= (this.#since ?? 0);
    const isLast = this.#exits?.includes(from) === true && this.#hasBegun;
    const shown = this.#hasBegun ? ids.filter((id) => this.#shown.includes(id)) : [];
    if (shown.length === 0 && !isLast) return {next, lines: ids.length};
    const lines = shown.map((id) => this.#buffer.lineAt(id) ?? Buffer.of());
    return {next, lines: ids.length, record: {lines, time: this.#time, startsHere: head === from, isLast}};
  }

  #show(filters: readonly Filter[]): ShownLines {
    const entries = filters.map((filter, id) => ({id, filter, on: true}));
    return new ShownLines({buffer: this.#buffer, index: this.#index, filters: entries, around: 0, fold: false});
  }
}
