import type {LogBuffer} from '../buffer/log-buffer.ts';
import {compilePattern, type Watch} from '../buffer/pattern.ts';
import type {Filter} from '../filters/filter.ts';
import {ShownLines} from '../filters/shown-lines.ts';
import {RecordIndex} from '../records/record-index.ts';
import type {PrintedRecord} from './record-shapes.ts';

const stepBytes = 1024 * 1024;

/** Which records pass. */
export type Passing = {
  readonly filters: readonly Filter[];
  /** The first record of this time and all after it; wall milliseconds. */
  readonly since: number | undefined;
  /** What ends it all: a pattern as typed. */
  readonly exitOn: string | undefined;
  /** Ends patterns that take too long. */
  readonly watch: Watch;
};

/** A record on its way out, and whether it is the last. */
export type Passed = PrintedRecord & {readonly isLast: boolean};

/**
 * Lets the records of a growing log pass, or not, in the order of its lines. A record is known once the next has begun:
 * until then it is held back, or until `letGo`.
 */
export class RecordGate {
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

  constructor(buffer: LogBuffer, passing: Passing) {
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
  look(): void {
    for (const lines of [this.#shown, this.#exits]) while (lines && !lines.step(stepBytes));
  }

  /** The records of the entries below this id are known, of those that were looked at. */
  get knownTo(): number {
    const {firstId} = this.#buffer;
    const end = this.#index.settledTo;
    const last = end > firstId ? this.#index.headOf(end - 1) : end;
    return Math.max(this.#letGoTo, last);
  }

  /** There are lines whose record may go on. */
  get holdsBack(): boolean {
    return this.knownTo < this.#index.settledTo;
  }

  /** Nothing has come for a while, or nothing will: what has come is whole. */
  letGo(): void {
    this.look();
    this.#letGoTo = this.#buffer.hasOpenLine ? this.#index.settledTo : this.#buffer.endId;
  }

  /** Nothing more comes: the line that has not ended is one. */
  end(): void {
    this.look();
    this.#letGoTo = this.#buffer.endId;
  }

  /** The lines of one record that stand at `from` and behind it, below `to`; `record` is absent if they do not pass. */
  take(from: number, to: number): {readonly next: number; readonly record?: Passed} {
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
