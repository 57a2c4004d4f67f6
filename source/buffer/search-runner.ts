import type {Clock} from '../lib/clock.ts';
import type {LogBuffer} from './log-buffer.ts';
import type {Pattern} from './pattern.ts';
import {Search} from './search.ts';

/** Short beside a slice of 8 ms, long beside the 0.13 ms that watching a pattern costs. */
const stepBytes = 1024 * 1024;

/** Runs a search in slices of time, so that keys and the stream are served in between. Starts with `wake`. */
export class SearchRunner {
  readonly search: Search;
  readonly #clock: Clock;
  readonly #sliceMs: number;
  readonly #onProgress: (isCaughtUp: boolean) => void;
  #caughtUp = false;
  #told: {readonly count: number; readonly caughtUp: boolean} | undefined;
  #cancel: (() => void) | undefined;
  #disposed = false;

  /** `onProgress` is called after a slice that found or lost hits, or was the first to be caught up. */
  constructor(options: {
    buffer: LogBuffer;
    pattern: Pattern;
    clock: Clock;
    onProgress: (isCaughtUp: boolean) => void;
    sliceMs?: number;
  }) {
    this.search = new Search(options.buffer, options.pattern);
    this.#clock = options.clock;
    this.#sliceMs = options.sliceMs ?? 8;
    this.#onProgress = options.onProgress;
  }

  /** The last slice reached the end of what was held then. */
  get caughtUp(): boolean {
    return this.#caughtUp;
  }

  /** The buffer has changed: goes on as soon as the program is idle. */
  wake(): void {
    if (this.#disposed || this.#cancel) return;
    this.#cancel = this.#clock.after(0, () => this.#runSlice());
  }

  dispose(): void {
    this.#disposed = true;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #runSlice(): void {
    this.#cancel = undefined;
    const end = this.#clock.monotonic() + this.#sliceMs;
    do {
      this.#caughtUp = this.search.step(stepBytes);
    } while (!this.#caughtUp && this.#clock.monotonic() < end);
    if (!this.#caughtUp) this.wake();
    this.#tell();
  }

  #tell(): void {
    const now = {count: this.search.count, caughtUp: this.#caughtUp};
    if (this.#told?.count === now.count && this.#told.caughtUp === now.caughtUp) return;
    this.#told = now;
    this.#onProgress(now.caughtUp);
  }
}
