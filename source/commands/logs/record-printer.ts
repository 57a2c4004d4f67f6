import type {LogBuffer} from '../../buffer/log-buffer.ts';
import {compilePattern, type TimeLimit} from '../../buffer/pattern.ts';
import type {Filter} from '../../filters/filter.ts';
import {ShownLines} from '../../filters/shown-lines.ts';
import {RecordIndex} from '../../records/record-index.ts';
import type {MarkdownInput} from '../../viewport/markdown.ts';
import type {PrintedRecord, RecordShape} from './record-shapes.ts';

/** Which records pass. */
export type Selecting = {
  readonly filters: readonly Filter[];
  /** The first record of this time and all after it; wall milliseconds. */
  readonly since: number | undefined;
  /** What ends it all: a pattern as typed. */
  readonly exitOn: string | undefined;
  /** Ends patterns that take too long. */
  readonly watch: TimeLimit;
};

/** What is asked of one log. */
export type LogToPrint = {
  readonly name: string;
  /** Stands in front of lines as sent. */
  readonly prefix: string | undefined;
  readonly facts: () => Pick<MarkdownInput, 'server' | 'platformVersion'>;
};

/** What to say when a pattern was given up. */
export const tooSlowWords = 'a pattern takes too long for these lines · write it without a repeat inside a repeat';

export type RecordPrinterOptions = {
  readonly passing: Selecting;
  readonly shape: RecordShape;
  /** Until `caughtUp` only so many of the last records go on; undefined: all. */
  readonly tail: number | undefined;
};

/** The way of one log's records to the output: those that pass, the last of the catch-up, in their shape. */
export class RecordPrinter {
  readonly #gate: RecordSelector;
  readonly #shape: RecordShape;
  readonly #tail: number;
  /** What waits for the end of the catch-up. */
  #held: Selected[] | undefined;
  #isOver = false;
  #hasEnded = false;
  readonly #gaps: string[] = [];

  constructor(buffer: LogBuffer, {passing, shape, tail}: RecordPrinterOptions) {
    this.#gate = new RecordSelector(buffer, passing);
    this.#shape = shape;
    this.#tail = tail ?? 0;
    this.#held = tail === undefined ? undefined : [];
  }

  /** The record that ends it all was printed: nothing goes on any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** `end` was asked. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get tooSlow(): boolean {
    return this.#gate.tooSlow;
  }

  get hasPending(): boolean {
    return this.#gate.hasPending;
  }

  get completeTo(): number {
    return this.#gate.completeTo;
  }

  check(): void {
    this.#gate.check();
  }

  flush(): void {
    this.#gate.flush();
  }

  /** Words of a marker, for shapes that name them at the end. */
  addGap(words: string): void {
    this.#gaps.push(words);
  }

  /** Takes the lines from `from` on, to `to` at the most and about `maxBytes`. */
  read(from: number, to: number, maxBytes: number): {readonly next: number; readonly bytes: Uint8Array} {
    const parts: Uint8Array[] = [];
    let next = from;
    for (let size = 0; next < to && size < maxBytes && !this.#isOver; ) {
      const taken = this.#gate.read(next, to);
      next = taken.next;
      if (!taken.record) continue;
      const bytes = this.#pass(taken.record);
      size += bytes.length;
      parts.push(bytes);
    }
    return {next, bytes: Buffer.concat(parts)};
  }

  /** The catch-up is over: what was held back goes on. */
  caughtUp(): Uint8Array {
    const held = this.#held?.slice(-this.#tail) ?? [];
    this.#held = undefined;
    return Buffer.concat(held.map((record) => this.#pass(record)));
  }

  /** Nothing more comes: what is still to print. */
  end(): Uint8Array {
    if (this.#hasEnded) return Buffer.of();
    this.#hasEnded = true;
    return Buffer.concat([this.caughtUp(), Buffer.from(this.#shape.end?.(this.#gaps) ?? '')]);
  }

  /** A record has ended it all, here or in another log: what was taken, in a shape that is printed at the end only. */
  cutShort(): Uint8Array {
    return this.#shape.end ? this.end() : Buffer.of();
  }

  /** Nothing more comes into the buffer. */
  closeGate(): void {
    this.#gate.end();
  }

  #pass(record: Selected): Uint8Array {
    if (this.#isOver) return Buffer.of();
    if (!this.#held) {
      this.#isOver = record.isLast;
      return record.lines.length === 0 ? Buffer.of() : this.#shape.print(record);
    }
    if (this.#tail === 0) return Buffer.of();
    const before = this.#held.at(-1);
    if (record.lines.length === 0 && before) {
      // It would take the place of one that is printed: the one before it is the last instead.
      this.#held[this.#held.length - 1] = {...before, isLast: true};
      return Buffer.of();
    }
    // The buffer frees what was taken.
    this.#held.push({...record, lines: record.lines.map((line) => Buffer.from(line))});
    // Not one by one: an array is moved by every shift.
    if (this.#held.length >= 2 * this.#tail + 1024) this.#held.splice(0, this.#held.length - this.#tail);
    return Buffer.of();
  }
}

const stepBytes = 1024 * 1024;

/** A record on its way out, and whether it is the last. */
type Selected = PrintedRecord & {readonly isLast: boolean};

/**
 * Lets the records of a growing log pass, or not, in the order of its lines. A record is known once the next has begun:
 * until then it is held back, or until `letGo`.
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
  /** What is known below does not wait. */
  #letGoTo = 0;

  constructor(buffer: LogBuffer, passing: Selecting) {
    this.#buffer = buffer;
    this.#index = new RecordIndex(buffer);
    this.#since = passing.since;
    this.#hasBegun = passing.since === undefined;
    this.#shown = this.#show(passing.filters);
    const {exitOn, watch} = passing;
    if (exitOn === undefined) return;
    this.#exits = this.#show([{kind: 'text', pattern: compilePattern(exitOn, {watch}), out: false}]);
  }

  /** A pattern takes too long for the lines that came: what passes is not known any more. */
  get tooSlow(): boolean {
    return this.#shown.tooSlow.length > 0 || (this.#exits?.tooSlow.length ?? 0) > 0;
  }

  /** Looks at what is new. */
  check(): void {
    for (const lines of [this.#shown, this.#exits]) while (lines && !lines.step(stepBytes));
  }

  /** The records of the entries below this id are known, of those that were looked at. */
  get completeTo(): number {
    const {firstId} = this.#buffer;
    const end = this.#index.settledTo;
    const last = end > firstId ? this.#index.headOf(end - 1) : end;
    return Math.max(this.#letGoTo, last);
  }

  /** There are lines whose record may go on. */
  get hasPending(): boolean {
    return this.completeTo < this.#index.settledTo;
  }

  /** Nothing has come for a while, or nothing will: what has come is whole. */
  flush(): void {
    this.check();
    this.#letGoTo = this.#buffer.hasOpenLine ? this.#index.settledTo : this.#buffer.endId;
  }

  /** Nothing more comes: the line that has not ended is one. */
  end(): void {
    this.check();
    this.#letGoTo = this.#buffer.endId;
  }

  /** The lines of one record that stand at `from` and behind it, below `to`; `record` is absent if they do not pass. */
  read(from: number, to: number): {readonly next: number; readonly record?: Selected} {
    if (this.#buffer.lineAt(from) === undefined) return {next: from + 1};
    const head = this.#index.headOf(from);
    const ids = [from];
    let next = from + 1;
    for (; next < to && this.#index.headOf(next) === head; next++) ids.push(next);
    if (head === from) this.#time = this.#index.timeAt(head) ?? this.#time;
    this.#hasBegun ||= head === from && this.#time !== undefined && this.#time >= (this.#since ?? 0);
    const isLast = this.#exits?.includes(from) === true && this.#hasBegun;
    const lines = this.#hasBegun ? ids.filter((id) => this.#shown.includes(id)) : [];
    if (lines.length === 0 && !isLast) return {next};
    const bytes = lines.map((id) => this.#buffer.lineAt(id) ?? Buffer.of());
    return {next, record: {lines: bytes, time: this.#time, startsHere: head === from, isLast}};
  }

  #show(filters: readonly Filter[]): ShownLines {
    const entries = filters.map((filter, id) => ({id, filter, on: true}));
    return new ShownLines({buffer: this.#buffer, index: this.#index, filters: entries, around: 0, fold: false});
  }
}
