import {newlinesIn} from '../buffer/segment.ts';

/** A number between two bounds, both included. */
export type Range = {readonly min: number; readonly max: number};

/** `partial`: the unfinished line, one character a byte. */
type EntryCountState = Range & {readonly open: boolean; readonly partial: string};

/** No first line of the server's own is longer: ids and names are bounded. The longest one seen has 323 bytes. */
export const maxProtocolLine = 4096;

const nothing = new Uint8Array(0);
/** Possible start of a runner's entry in text. Only such entries hold newlines; in JSON mode a line is an entry. */
const prefix = Buffer.from('[manager] ');
const entrySuffix = / pipeline-id="[^"]*" pipeline-name="[^"]*"$/;

/**
 * Counts the entries in a stream of lines: the index of the next entry not yet received in full, as a range.
 *
 * The server counts entries, and the wire shows lines. Each line of a pipeline is an entry. An entry of the runner may
 * have several lines. A pipeline may print such a beginning, too: until an end comes, each line may be an entry (max) or
 * a part of one (min). Assumption: no inner line of a runner's message ends in the suffix; else min is too high, never
 * max.
 */
export class EntryCount {
  #min: number;
  #max: number;
  /** An entry of the runner began, and its end did not come. */
  #open = false;
  /** The unfinished line; of a long one only the two ends, since no more is read. */
  #partial: Uint8Array = nothing;

  /** `index`: absolute index of the entry that begins with the first byte. */
  constructor(index: number) {
    this.#min = index;
    this.#max = index;
  }

  static from({min, max, open, partial}: EntryCountState): EntryCount {
    const count = new EntryCount(min);
    count.#max = max;
    count.#open = open;
    count.#partial = Buffer.from(partial, 'latin1');
    return count;
  }

  get state(): EntryCountState {
    return {min: this.#min, max: this.#max, open: this.#open, partial: latin1(this.#partial)};
  }

  get range(): Range {
    return {min: this.#min, max: this.#max};
  }

  /** `bytes`: in any chunking. `newlines`: their offsets in `bytes`. */
  append(bytes: Uint8Array, newlines = newlinesIn(bytes)): void {
    // The first letter shows that nearly every line is a pipeline's.
    const letter = prefix[1];
    let start = 0;
    for (let index = 0; index < newlines.length; index++) {
      const end = newlines[index] ?? 0;
      if (this.#open || this.#partial.length > 0 || (bytes[start + 1] === letter && hasAt(bytes, start, prefix))) {
        this.#countLine(this.#joined(bytes.subarray(start, end)));
        this.#partial = nothing;
      } else {
        this.#min++;
        this.#max++;
      }
      start = end + 1;
    }
    if (start < bytes.length) this.#partial = bothEnds(this.#joined(bytes.subarray(start)));
  }

  #countLine(line: Uint8Array): void {
    this.#open = (this.#open || hasAt(line, 0, prefix)) && !endsManagerEntry(line);
    this.#max++;
    if (!this.#open) this.#min++;
  }

  #joined(bytes: Uint8Array): Uint8Array {
    return this.#partial.length === 0 ? bytes : Buffer.concat([this.#partial, bytes]);
  }
}

/** Every entry of the runner in text mode ends in this suffix. */
export function endsManagerEntry(line: Uint8Array): boolean {
  const quote = 0x22;
  return line.at(-1) === quote && entrySuffix.test(latin1(line.subarray(-maxProtocolLine)));
}

/** One character a byte: only ASCII is compared, and other bytes must neither throw nor merge. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function hasAt(bytes: Uint8Array, start: number, prefix: Uint8Array): boolean {
  for (let index = 0; index < prefix.length; index++) {
    if (bytes[start + index] !== prefix[index]) return false;
  }
  return true;
}

function bothEnds(line: Uint8Array): Uint8Array {
  if (line.length <= 2 * maxProtocolLine) return new Uint8Array(line);
  return Buffer.concat([line.subarray(0, maxProtocolLine), line.subarray(-maxProtocolLine)]);
}
