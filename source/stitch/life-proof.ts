import {newline} from '../buffer/newlines.ts';
import {timestamp} from './timestamp.ts';

/** Far enough for a name of 63 bytes, a host number, SGR colours, or JSON's first key. */
const farthestTimestamp = 160;
/** Dated lines that are tried before giving up: if so many are printed twice, dates prove nothing in this log. */
const maxTries = 64;

/**
 * Looks for proof that a replay is of the same life as the tail, and begins where it seems to: lines that both have,
 * with different timestamps, each of which the tail holds once. Two of them are proof.
 *
 * Lines without a time (`x`, `step 17`) return in another life, and so may a frozen date that is printed again. Two
 * lines of one microsecond may begin alike, so a line that is cut does not count either.
 * Asked again and again while the replay grows, it looks at each line once.
 */
export class LifeProof {
  readonly #tail: Buffer;
  /** Start of the first line of the replay that was not looked at. */
  #next = 0;
  #tries = 0;
  #firstDate: string | undefined;
  /** Where the first line that counts ends, and the first one of another date. */
  readonly #ends: number[] = [];

  /** @param tail with the newline before each of its lines */
  constructor(tail: Uint8Array) {
    this.#tail = Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength);
  }

  /** How many such lines, up to two, are in the first `shared` bytes of the replay, which agree with the tail. */
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

  /** The date of a line, newline included, that the tail holds once. */
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
