import {newline} from '../buffer/segment.ts';

/** Time as the server and the pipelines write it, in text and JSON, to the microsecond. */
export const timestamp = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}/;

/** Bytes of a line with its time, after a name of 63 bytes, a host number, SGR colours, or JSON's first key. */
const farthestTimestamp = 160;
/** Dated lines that are tried; if all are printed twice, dates prove nothing in this log. */
const maxTries = 64;

/**
 * Finds where a replay meets the tail: the overlaps are the ends of the tail that the replay begins with.
 *
 * The search of Knuth, Morris and Pratt, with the tail as the text and the replay as a pattern that still grows: at
 * most two steps a byte. It keeps the longest possible overlap, and falls back to the next shorter one when a byte
 * differs. Both sides have a newline in front, since an overlap begins where a line begins. A tail cut within a line
 * matches the beginning of the replayed line, and what is new begins in the middle of that line.
 */
export class Overlap {
  readonly #tail: Uint8Array;
  /** A newline and the replay so far. */
  #pattern = new Uint8Array(1024);
  #length = 1;
  /** `#borders[n]`: length of the longest proper prefix of the pattern's first n bytes that is also their suffix. */
  #borders = new Int32Array(1024);
  #bordersFound = 1;
  /** The tail up to `#position` ends in the first `#matched` bytes of the pattern. */
  #position = 0;
  #matched = 0;

  /** `tail`: begins with the newline before a line; empty: nothing can overlap. */
  constructor(tail: Uint8Array) {
    this.#tail = tail;
    this.#pattern[0] = newline;
    this.#advance();
  }

  /** In memory, the tail included. */
  get memoryBytes(): number {
    return this.#tail.byteLength + this.#pattern.byteLength + this.#borders.byteLength;
  }

  /** The replay so far, undecided or new. Valid until the next `append`. */
  get replay(): Uint8Array {
    return this.#pattern.subarray(1, this.#length);
  }

  /** The end of the tail is reached: no further byte of the replay changes the overlaps. */
  get complete(): boolean {
    return this.#position === this.#tail.length;
  }

  /** Bytes of the replay in the longest overlap that is still possible; -1: there is none. */
  get longest(): number {
    return this.#matched - 1;
  }

  /** The part of the tail in the longest overlap that is still possible. */
  get candidate(): Uint8Array {
    return this.#tail.subarray(this.#position - Math.max(0, this.longest));
  }

  append(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#pattern.set(bytes, this.#length);
    this.#length += bytes.length;
    this.#advance();
  }

  /** Once complete: all overlaps in bytes of the replay, longest first. 0: the replay follows right after the tail. */
  *all(): Generator<number> {
    for (let length = this.#matched; length > 0; length = this.#border(length)) yield length - 1;
  }

  #advance(): void {
    while (this.#position < this.#tail.length && this.#matched < this.#length) {
      if (this.#tail[this.#position] === this.#pattern[this.#matched]) {
        this.#position++;
        this.#matched++;
      } else if (this.#matched === 0) {
        this.#position++;
      } else {
        this.#matched = this.#border(this.#matched);
      }
    }
  }

  #border(length: number): number {
    while (this.#bordersFound < length) {
      const byte = this.#pattern[this.#bordersFound];
      let border = this.#borders[this.#bordersFound] ?? 0;
      while (border > 0 && this.#pattern[border] !== byte) border = this.#borders[border] ?? 0;
      if (this.#pattern[border] === byte) border++;
      this.#bordersFound++;
      this.#borders[this.#bordersFound] = border;
    }
    return this.#borders[length] ?? 0;
  }

  #makeRoom(incoming: number): void {
    const needed = this.#length + incoming + 1;
    if (needed <= this.#pattern.length) return;
    const size = Math.max(needed, 2 * this.#pattern.length);
    const pattern = new Uint8Array(size);
    pattern.set(this.#pattern);
    this.#pattern = pattern;
    const borders = new Int32Array(size);
    borders.set(this.#borders);
    this.#borders = borders;
  }
}

/**
 * Proves that a replay is of the tail's epoch and begins where it seems to: by two lines with different timestamps that
 * both have, and the tail only once.
 *
 * Lines without a time (`step 17`) return in another epoch, and so may a frozen date. A cut line does not count: two
 * lines of one microsecond may begin with the same bytes. Each line of a growing replay is read once.
 */
export class EpochProof {
  readonly #tail: Buffer;
  /** Offset of the first line of the replay that was not read. */
  #next = 0;
  #tries = 0;
  #firstDate: string | undefined;
  /** Ends of the first line that counts, and of the first one with another date. */
  readonly #ends: number[] = [];

  /** `tail`: with the newline before each of its lines. */
  constructor(tail: Uint8Array) {
    this.#tail = Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength);
  }

  /** The number of proving lines, up to two, in the first `shared` bytes of the replay, which agree with the tail. */
  count(replay: Uint8Array, shared: number): number {
    const bytes = Buffer.from(replay.buffer, replay.byteOffset, shared);
    while (this.#ends.length < 2) {
      const end = bytes.indexOf(newline, this.#next) + 1;
      if (end === 0) break;
      const date = this.#uniqueDate(bytes.subarray(this.#next, end));
      if (date !== undefined && date !== this.#firstDate) this.#ends.push(end);
      this.#firstDate ??= date;
      this.#next = end;
    }
    return this.#ends.filter((end) => end <= shared).length;
  }

  /** Returns the line's date; undefined unless it has one and the tail holds it, newline included, once. */
  #uniqueDate(line: Buffer): string | undefined {
    if (this.#tries === maxTries) return undefined;
    const date = timestamp.exec(line.toString('latin1', 0, farthestTimestamp))?.[0];
    if (date === undefined) return undefined;
    this.#tries++;
    const needle = Buffer.concat([Buffer.of(newline), line]);
    const first = this.#tail.indexOf(needle);
    return first !== -1 && this.#tail.indexOf(needle, first + 1) === -1 ? date : undefined;
  }
}
