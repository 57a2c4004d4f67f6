import type {MarkerKind} from '../buffer/marker.ts';
import {newline, newlinesIn} from '../buffer/newlines.ts';
import type {Clock} from '../lib/clock.ts';

/** Where the stitched log goes. */
export type StitchSink = {
  /**
   * Log bytes to append, newlines included; may end within a line. The array is the caller's again afterwards.
   * `newlines`: where they are in it.
   */
  readonly append: (bytes: Uint8Array, newlines: Uint32Array) => void;
  /** The open (unfinished) last line will never be completed: it stands as received. */
  readonly closeLine: () => void;
  /** Something happened between the line above and the next. Never while a line is open. */
  readonly marker: (marker: MarkerKind) => void;
  /**
   * A body has found its place in the log: what is appended from here on goes on with the stitch's `state` as it is now.
   * `fresh`: nothing before this place is a reference for what comes.
   */
  readonly placed?: (place: {readonly fresh: boolean}) => void;
};

/** Writes to the sink in order, and never puts a marker inside a line: one that comes there waits for its end. */
export class LogOutput {
  readonly #sink: StitchSink;
  readonly #clock: Pick<Clock, 'wall'>;
  #open = false;
  #waiting: MarkerKind[] = [];
  #lastByteAt: number;

  constructor(sink: StitchSink, clock: Pick<Clock, 'wall'>) {
    this.#sink = sink;
    this.#clock = clock;
    this.#lastByteAt = clock.wall();
  }

  /** The last line has no newline yet. */
  get open(): boolean {
    return this.#open;
  }

  /** Wall milliseconds of the last byte. */
  get lastByteAt(): number {
    return this.#lastByteAt;
  }

  /** Goes on with a log that an earlier run wrote. */
  resume({open, lastByteAt}: {readonly open: boolean; readonly lastByteAt: number}): void {
    this.#open = open;
    this.#lastByteAt = lastByteAt;
  }

  placed(fresh: boolean): void {
    this.#sink.placed?.({fresh});
  }

  append(bytes: Uint8Array, newlines = newlinesIn(bytes)): void {
    if (bytes.length === 0) return;
    this.#lastByteAt = this.#clock.wall();
    const [lineEnd] = newlines;
    if (this.#waiting.length === 0 || lineEnd === undefined) {
      this.#write(bytes, newlines);
      return;
    }
    this.#write(bytes.subarray(0, lineEnd + 1));
    this.#flushMarkers();
    this.#write(bytes.subarray(lineEnd + 1));
  }

  marker(marker: MarkerKind): void {
    if (this.#open) this.#waiting.push(marker);
    else this.#sink.marker(marker);
  }

  /** Nothing will continue the open line, if there is one: it is closed and marked as cut. */
  cutLine(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#sink.closeLine();
    this.#sink.marker({kind: 'line-cut'});
    this.#flushMarkers();
  }

  #write(bytes: Uint8Array, newlines = newlinesIn(bytes)): void {
    if (bytes.length === 0) return;
    this.#open = bytes.at(-1) !== newline;
    this.#sink.append(bytes, newlines);
  }

  #flushMarkers(): void {
    for (const marker of this.#waiting) this.#sink.marker(marker);
    this.#waiting = [];
  }
}
