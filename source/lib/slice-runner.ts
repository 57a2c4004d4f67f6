import type {Clock} from './clock.ts';

/** Short beside a slice of 8 ms, long beside what a step costs to begin: 0.13 ms where a pattern is watched. */
const stepBytes = 1024 * 1024;
/** A key waits so long at the most, and a frame has 16 ms. Milliseconds. */
const usualSlice = 8;

/** Runs long work in slices of time, so that keys and the stream are served in between. Starts with `wake`. */
export class SliceRunner {
  readonly #clock: Clock;
  readonly #step: (maxBytes: number) => boolean;
  readonly #onSlice: (isCaughtUp: boolean) => void;
  readonly #sliceMs: number;
  #caughtUp = false;
  #cancel: (() => void) | undefined;
  #disposed = false;

  /**
   * `step` works on about `maxBytes` bytes and answers true when nothing is left to do. `onSlice` is called after each
   * slice.
   */
  constructor(options: {
    clock: Clock;
    step: (maxBytes: number) => boolean;
    onSlice: (isCaughtUp: boolean) => void;
    sliceMs?: number;
  }) {
    this.#clock = options.clock;
    this.#step = options.step;
    this.#onSlice = options.onSlice;
    this.#sliceMs = options.sliceMs ?? usualSlice;
  }

  /** The last slice left nothing to do. */
  get caughtUp(): boolean {
    return this.#caughtUp;
  }

  /** There is more to do: goes on as soon as the program is idle. */
  wake(): void {
    if (this.#disposed || this.#cancel) return;
    this.#cancel = this.#clock.after(0, () => this.run());
  }

  /** Runs one slice now, and the rest when the program is idle. */
  run(): void {
    if (this.#disposed) return;
    this.#cancel?.();
    this.#cancel = undefined;
    const end = this.#clock.monotonic() + this.#sliceMs;
    do {
      this.#caughtUp = this.#step(stepBytes);
    } while (!this.#caughtUp && this.#clock.monotonic() < end);
    if (!this.#caughtUp) this.wake();
    this.#onSlice(this.#caughtUp);
  }

  dispose(): void {
    this.#disposed = true;
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
