import type {LogBuffer} from '../buffer/log-buffer.ts';
import {openingBrace} from '../records/line-head.ts';
import {type EntryForm, type EntryText, lineEntry, markerEntry} from './entry-text.ts';

/** Enough for any screen and the way to it; the rest is made again in microseconds. */
const cacheLimit = 2000;

/** The entries of one buffer as texts of one form, kept once made. */
export class EntryTexts {
  readonly #buffer: LogBuffer;
  readonly #form: EntryForm;
  readonly #made = new Map<number, EntryText>();

  constructor(buffer: LogBuffer, form: EntryForm) {
    this.#buffer = buffer;
    this.#form = form;
  }

  /** The text of an entry; empty when it is not held. */
  of(id: number): EntryText {
    const made = this.#made.get(id);
    if (made) return made;
    const marker = this.#buffer.markerAt(id);
    // The open line grows and a marker may still be folded into: neither is final.
    if (marker) return markerEntry(marker, this.#form);
    const text = lineEntry(this.#buffer.lineAt(id) ?? new Uint8Array(), this.#form);
    if (this.#buffer.hasOpenLine && id === this.#buffer.endId - 1) return text;
    if (this.#made.size >= cacheLimit) this.#made.clear();
    this.#made.set(id, text);
    return text;
  }

  /** Whether an entry may have several rows without being wrapped: only a record in JSON has newlines in its message. */
  mayHaveRows(id: number): boolean {
    return this.#form.form !== undefined && this.#buffer.lineAt(id)?.[0] === openingBrace;
  }

  isMarker(id: number): boolean {
    return this.#buffer.markerAt(id) !== undefined;
  }
}
