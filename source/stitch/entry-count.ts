import {newlinesIn} from '../buffer/newlines.ts';
import {beginsManagerEntry, endsManagerEntry, maxProtocolLine} from './protocol-lines.ts';

const nothing = new Uint8Array(0);

/** A number known to lie between two bounds, both included. */
export type Range = {readonly min: number; readonly max: number};

/** Where a count stands, as it can be written down: `partial` holds one character a byte. */
export type EntryCountState = Range & {readonly open: boolean; readonly partial: string};

/**
 * Counts the entries in a stream of lines: the index of the next entry not yet received in full, as a range.
 *
 * The server counts entries, and the wire shows lines. A pipeline's line is an entry each. A runner's entry may be
 * several lines: it begins with `[manager] ` and ends with the id and name suffix. But a pipeline can print a line that
 * looks like such a beginning, so until a suffix comes each line may be an entry (max) or a part of one (min).
 * One assumption: no runner's message quotes the suffix at the end of an inner line (then min is too high, never max).
 */
export class EntryCount {
  #min: number;
  #max: number;
  /** A `[manager] ` line without its suffix came: an entry may be unfinished. */
  #open = false;
  /** The unfinished line; of a long one only the two ends, which are all that is looked at. */
  #partial: Uint8Array = nothing;

  /** @param index absolute index of the entry that the first pushed byte begins */
  constructor(index: number) {
    this.#min = index;
    this.#max = index;
  }

  /** Goes on from where another count stood. */
  static from({min, max, open, partial}: EntryCountState): EntryCount {
    const count = new EntryCount(min);
    count.#max = max;
    count.#open = open;
    count.#partial = Buffer.from(partial, 'latin1');
    return count;
  }

  get state(): EntryCountState {
    const partial = Buffer.from(this.#partial).toString('latin1');
    return {min: this.#min, max: this.#max, open: this.#open, partial};
  }

  get range(): Range {
    return {min: this.#min, max: this.#max};
  }

  /** Counts on, over bytes in any chunking. `newlines`: where they are in the bytes. */
  push(bytes: Uint8Array, newlines = newlinesIn(bytes)): void {
    let start = 0;
    for (const end of newlines) {
      if (this.#open || this.#partial.length > 0 || beginsManagerEntry(bytes, start)) {
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
    this.#open = (this.#open || beginsManagerEntry(line)) && !endsManagerEntry(line);
    this.#max++;
    if (!this.#open) this.#min++;
  }

  #joined(bytes: Uint8Array): Uint8Array {
    return this.#partial.length === 0 ? bytes : Buffer.concat([this.#partial, bytes]);
  }
}

function bothEnds(line: Uint8Array): Uint8Array {
  if (line.length <= 2 * maxProtocolLine) return new Uint8Array(line);
  return Buffer.concat([line.subarray(0, maxProtocolLine), line.subarray(-maxProtocolLine)]);
}
