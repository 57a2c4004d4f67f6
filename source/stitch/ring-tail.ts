import {newline} from '../buffer/segment.ts';

const initialRoom = 16 * 1024;

/** What the server's ring holds at most, whichever is reached first. `bytes`: without newlines. */
export type RingLimits = {readonly bytes: number; readonly entries: number};

/** Of Feldera 0.337, for each pipeline. */
export const serverRing: RingLimits = {bytes: 1_000_000, entries: 50_000};

/**
 * The last bytes of the log that a ring could still hold: the reference for a replay.
 *
 * A copy of the bytes costs 0.03 ns a byte; hashes would cost more for every line, for a reconnect that may never come.
 * The newline before the first line makes every line follow one. The room grows with the log: quiet tabs cost 16 KiB.
 * When full it is a ring buffer, which only a reconnect puts in order.
 */
export class RingTail {
  readonly #limit: number;
  #room: Uint8Array<ArrayBuffer>;
  #length = 0;
  /** Where the next byte goes. While the room is not full, the bytes begin at 0. */
  #end = 0;

  constructor(ring: RingLimits) {
    // Every entry of the ring ends with a newline on the wire; one more is before the first.
    this.#limit = ring.bytes + ring.entries + 1;
    this.#room = new Uint8Array(Math.min(initialRoom, this.#limit));
    this.reset();
  }

  /** The bytes, oldest first. Valid until the next change. */
  get bytes(): Uint8Array {
    if (this.#length === this.#room.length && this.#end > 0) this.#putInOrder();
    return this.#room.subarray(0, this.#length);
  }

  get isWithinLine(): boolean {
    return this.#room[(this.#end || this.#room.length) - 1] !== newline;
  }

  reset(): void {
    this.#room[0] = newline;
    this.#length = 1;
    this.#end = 1 % this.#room.length;
  }

  dropPartialLine(): void {
    const lineStart = this.bytes.lastIndexOf(newline) + 1;
    if (lineStart === 0) {
      this.reset();
    } else if (lineStart < this.#length) {
      this.#length = lineStart;
      this.#end = lineStart;
    }
  }

  append(bytes: Uint8Array): void {
    const kept = bytes.length > this.#limit ? bytes.subarray(-this.#limit) : bytes;
    const needed = Math.min(this.#length + kept.length, this.#limit);
    if (needed > this.#room.length) this.#grow(needed);
    const untilEnd = this.#room.length - this.#end;
    this.#room.set(kept.subarray(0, untilEnd), this.#end);
    if (kept.length > untilEnd) this.#room.set(kept.subarray(untilEnd), 0);
    this.#end = (this.#end + kept.length) % this.#room.length;
    this.#length = needed;
  }

  /** The old room is freed at once: the engine would wait for many megabytes. */
  #grow(needed: number): void {
    const {length} = this.bytes;
    const size = Math.min(this.#limit, Math.max(needed, 2 * this.#room.length));
    this.#room = new Uint8Array(this.#room.buffer.transfer(size));
    this.#end = length;
  }

  /** The room is full, and its oldest byte is at `#end`. */
  #putInOrder(): void {
    const room = new Uint8Array(this.#room.length);
    room.set(this.#room.subarray(this.#end));
    room.set(this.#room.subarray(0, this.#end), this.#room.length - this.#end);
    this.#room = room;
    this.#end = 0;
  }
}
