import type {Clock} from './clock.ts';
import {createStore, type ReadableStore} from './store.ts';

/** Milliseconds before a wait is worth a word: most answers come earlier. */
const worthAWord = 1000;

/** A wait for an answer, from the moment on at which a user wonders. Short waits notify nobody. */
export class LongWait {
  readonly #clock: Clock;
  readonly #since = createStore<number | undefined>(undefined);
  #cancel: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Monotonic milliseconds of its start; undefined unless it lasts for a second already. */
  get since(): ReadableStore<number | undefined> {
    return this.#since;
  }

  /** Begins a new wait in place of one that is still in progress. */
  start(): void {
    this.end();
    const since = this.#clock.monotonic();
    this.#cancel = this.#clock.after(worthAWord, () => this.#since.set(since));
  }

  end(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#since.set(undefined);
  }
}
