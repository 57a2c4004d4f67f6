import type {LogBuffer} from '../buffer/log-buffer.ts';
import {type Passed, type Passing, RecordGate} from './record-gate.ts';
import type {RecordShape} from './record-shapes.ts';

/** What to say when a pattern was given up. */
export const tooSlowWords = 'a pattern takes too long for these lines · write it without a repeat inside a repeat';

export type RecordWayOptions = {
  readonly passing: Passing;
  readonly shape: RecordShape;
  /** Until `caughtUp` only so many of the last records go on; undefined: all. */
  readonly tail: number | undefined;
};

/** The way of one log's records to the output: those that pass, the last of the catch-up, in their shape. */
export class RecordWay {
  readonly #gate: RecordGate;
  readonly #shape: RecordShape;
  readonly #tail: number;
  /** What waits for the end of the catch-up. */
  #held: Passed[] | undefined;
  #isOver = false;
  #hasEnded = false;
  readonly #gaps: string[] = [];

  constructor(buffer: LogBuffer, {passing, shape, tail}: RecordWayOptions) {
    this.#gate = new RecordGate(buffer, passing);
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

  get holdsBack(): boolean {
    return this.#gate.holdsBack;
  }

  get knownTo(): number {
    return this.#gate.knownTo;
  }

  look(): void {
    this.#gate.look();
  }

  letGo(): void {
    this.#gate.letGo();
  }

  /** Words of a marker, for shapes that name them at the end. */
  addGap(words: string): void {
    this.#gaps.push(words);
  }

  /** Takes the lines from `from` on, to `to` at the most and about `maxBytes`. */
  take(from: number, to: number, maxBytes: number): {readonly next: number; readonly bytes: Uint8Array} {
    const parts: Uint8Array[] = [];
    let next = from;
    for (let size = 0; next < to && size < maxBytes && !this.#isOver; ) {
      const taken = this.#gate.take(next, to);
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

  #pass(record: Passed): Uint8Array {
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
