import {newlinesIn} from '../buffer/newlines.ts';
import {endsManagerEntry, maxProtocolLine, type RunnerForm, readRecordHead, runnerPrefix} from './protocol-lines.ts';

const nothing = new Uint8Array(0);

/** A number known to lie between two bounds, both included. */
export type Range = {readonly min: number; readonly max: number};

/** Where a count stands, as it can be written down: `partial` holds one character a byte; no `form`: `manager`. */
export type EntryCountState = Range & {
  readonly open: boolean;
  readonly partial: string;
  readonly form?: 'control-plane';
};

/** Nothing is known, which is always true: then the bytes alone decide where a log goes on. */
export const unknownCount: EntryCountState = {min: 0, max: Number.MAX_SAFE_INTEGER / 2, open: false, partial: ''};

/**
 * Counts the entries in a stream of lines: the index of the next entry not yet received in full, as a range.
 *
 * The server counts entries, and the wire shows lines. A pipeline's line is an entry each. A runner's entry may be
 * several lines: it begins with `[manager] ` and ends with the id and name suffix. But a pipeline can print a line that
 * looks like such a beginning, so until a suffix comes each line may be an entry (max) or a part of one (min).
 * One assumption: no runner's message quotes the suffix at the end of an inner line (then min is too high, never max).
 *
 * In `control-plane` form an entry has no suffix: it has ended when the next record begins. Until then each line may be
 * an entry or a part of one. There the assumption is that no inner line of a runner's message looks like the beginning
 * of a record, `[name] ` and a time.
 */
export class EntryCount {
  readonly #form: RunnerForm;
  readonly #prefix: Uint8Array;
  #min: number;
  #max: number;
  /** The first line of a runner's entry came, and not its end: an entry may be unfinished. */
  #open = false;
  /** The unfinished line; of a long one only the two ends, which are all that is looked at. */
  #partial: Uint8Array = nothing;

  /** @param index absolute index of the entry that the first pushed byte begins */
  constructor(index: number, form: RunnerForm = 'manager') {
    this.#form = form;
    this.#prefix = runnerPrefix(form);
    this.#min = index;
    this.#max = index;
  }

  /** Goes on from where another count stood. */
  static from({min, max, open, partial, form}: EntryCountState): EntryCount {
    const count = new EntryCount(min, form);
    count.#max = max;
    count.#open = open;
    count.#partial = Buffer.from(partial, 'latin1');
    return count;
  }

  get state(): EntryCountState {
    const partial = Buffer.from(this.#partial).toString('latin1');
    const form = this.#form;
    return {min: this.#min, max: this.#max, open: this.#open, partial, ...(form === 'control-plane' && {form})};
  }

  get form(): RunnerForm {
    return this.#form;
  }

  get range(): Range {
    return {min: this.#min, max: this.#max};
  }

  /** As `range.min`, and the entry with it that may have ended already, as only the next record will show. */
  get minWithOpen(): number {
    return this.#open && this.#form === 'control-plane' ? this.#min + 1 : this.#min;
  }

  /** Counts on, over bytes in any chunking. `newlines`: where they are in the bytes. */
  push(bytes: Uint8Array, newlines = newlinesIn(bytes)): void {
    const prefix = this.#prefix;
    // The first letter tells nearly every line of a pipeline.
    const letter = prefix[1];
    let start = 0;
    for (const end of newlines) {
      if (this.#open || this.#partial.length > 0 || (bytes[start + 1] === letter && standsAt(bytes, start, prefix))) {
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
    if (this.#form === 'manager')
      this.#open = (this.#open || standsAt(line, 0, this.#prefix)) && !endsManagerEntry(line);
    else this.#noteRecord(line);
    this.#max++;
    if (!this.#open) this.#min++;
  }

  /** In `control-plane` form: what a line ends, and what it begins. */
  #noteRecord(line: Uint8Array): void {
    const begun = readRecordHead(line);
    if (begun === undefined) return;
    if (this.#open) this.#min++;
    this.#open = begun === 'open-entry';
  }

  #joined(bytes: Uint8Array): Uint8Array {
    return this.#partial.length === 0 ? bytes : Buffer.concat([this.#partial, bytes]);
  }
}

function standsAt(bytes: Uint8Array, start: number, prefix: Uint8Array): boolean {
  for (let index = 0; index < prefix.length; index++) {
    if (bytes[start + index] !== prefix[index]) return false;
  }
  return true;
}

function bothEnds(line: Uint8Array): Uint8Array {
  if (line.length <= 2 * maxProtocolLine) return new Uint8Array(line);
  return Buffer.concat([line.subarray(0, maxProtocolLine), line.subarray(-maxProtocolLine)]);
}
