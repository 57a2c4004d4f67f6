import type {Clock} from './clock.ts';
import type {ReadableStore} from './store.ts';

/**
 * Turns any number of requests into at most `fps` calls a second: the first request of a quiet time is served at once
 * (on the next turn), later ones wait for their frame. Nothing runs while nothing is requested. `fps` may change: a
 * request that waits then waits as if it had been asked for at the new rate.
 */
export class FrameBatch {
  readonly #clock: Clock;
  readonly #fps: () => number;
  readonly #flush: () => void;
  readonly #unsubscribe: () => void;
  #lastFlush = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | undefined;

  constructor(options: {clock: Clock; fps: number | ReadableStore<number>; flush: () => void}) {
    const {fps} = options;
    this.#clock = options.clock;
    this.#fps = typeof fps === 'number' ? () => fps : fps.get;
    this.#flush = options.flush;
    this.#unsubscribe = typeof fps === 'number' ? () => {} : fps.subscribe(() => this.#reschedule());
  }

  /** Asks for a flush in the next frame. */
  request(): void {
    if (this.#cancel) return;
    const wait = Math.max(0, this.#lastFlush + 1000 / this.#fps() - this.#clock.monotonic());
    this.#cancel = this.#clock.after(wait, () => {
      this.#cancel = undefined;
      this.#lastFlush = this.#clock.monotonic();
      this.#flush();
    });
  }

  /** Drops a request that has not been served. */
  drop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Drops it, and follows the rate no longer. */
  dispose(): void {
    this.#unsubscribe();
    this.drop();
  }

  #reschedule(): void {
    if (!this.#cancel) return;
    this.#cancel();
    this.#cancel = undefined;
    this.request();
  }
}
