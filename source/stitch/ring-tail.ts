const newline = 0x0a;
const initialRoom = 16 * 1024;

/** What the server's ring holds at most: bytes without newlines, and entries. Whichever is reached first. */
export type RingLimits = {readonly bytes: number; readonly entries: number};

/** Feldera 0.337's limits for each pipeline (feldera-api.md, "Logs"). */
export const serverRing: RingLimits = {bytes: 1_000_000, entries: 50_000};

/**
 * The last bytes of the log that a ring could still hold: what a replay is compared with.
 *
 * It is bounded by the ring and not by the scrollback, and it keeps the bytes themselves: a copy costs 0.03 ns a byte
 * while hashing would cost every line, live, for a reconnect that may never come. A newline stands before the first
 * line, so that "begins a line" always means "follows a newline". The room grows with the log: quiet tabs cost 16 KB.
 */
export class RingTail {
  readonly #limit: number;
  #room = new Uint8Array(initialRoom);
  #end = 0;

  constructor(ring: RingLimits) {
    // Every entry of the ring ends with a newline on the wire; one more stands before the first.
    this.#limit = ring.bytes + ring.entries + 1;
    this.reset();
  }

  /** The bytes, oldest first. Valid until the next change. */
  get bytes(): Uint8Array {
    return this.#room.subarray(Math.max(0, this.#end - this.#limit), this.#end);
  }

  /** Forgets everything: what follows is compared on its own. */
  reset(): void {
    this.#room[0] = newline;
    this.#end = 1;
  }

  /** Forgets the last line if it is unfinished. */
  dropPartialLine(): void {
    const lineStart = this.bytes.lastIndexOf(newline) + 1;
    if (lineStart === 0) this.reset();
    else this.#end -= this.bytes.length - lineStart;
  }

  append(bytes: Uint8Array): void {
    const kept = bytes.length > this.#limit ? bytes.subarray(-this.#limit) : bytes;
    if (this.#end + kept.length > this.#room.length) this.#makeRoom(kept.length);
    this.#room.set(kept, this.#end);
    this.#end += kept.length;
  }

  /** Grows up to one and a half limits; from there what is still needed slides to the front, two moves a byte. */
  #makeRoom(incoming: number): void {
    const kept = this.bytes;
    const full = Math.ceil(1.5 * this.#limit);
    const size = Math.max(kept.length + incoming, Math.min(2 * this.#room.length, full));
    const room = size > this.#room.length ? new Uint8Array(size) : this.#room;
    room.set(kept);
    this.#room = room;
    this.#end = kept.length;
  }
}
