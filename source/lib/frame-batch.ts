import type {Clock} from './clock.ts';

/**
 * Turns any number of requests into at most `fps` calls a second: the first request of a quiet time is served at once
 * (on the next turn), later ones wait for their frame. Nothing runs while nothing is requested.
 */
export class FrameBatch {
  readonly #clock: Clock;
  readonly #interval: number;
  readonly #flush: () => void;
  #lastFlush = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | undefined;

  constructor(options: {clock: Clock; fps: number; flush: () => void}) {
    this.#clock = options.clock;
    this.#interval = 1000 / options.fps;
    this.#flush = options.flush;
  }

  /** Asks for a flush in the next frame. */
  request(): void {
    if (this.#cancel) return;
    const wait = Math.max(0, this.#lastFlush + this.#interval - this.#clock.monotonic());
    this.#cancel = this.#clock.after(wait, () => {
      this.#cancel = undefined;
      this.#lastFlush = this.#clock.monotonic();
      this.#flush();
    });
  }

  /** Drops a request that has not been served. */
  dispose(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
