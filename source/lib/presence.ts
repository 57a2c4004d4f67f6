import type {Clock} from './clock.ts';
import {createStore, type ReadableStore} from './store.ts';

/** Most terminals (and tmux, by default) do not tell of focus; without a key for so long, nobody is there. */
const defaultPatience = 5 * 60_000;

/**
 * Whether someone looks at the program: until the terminal loses the focus, or no key came for some minutes. A key is
 * proof of the contrary, whatever the terminal said. One timer waits while someone is there, and none while nobody is.
 */
export class Presence {
  readonly #clock: Clock;
  readonly #patience: number;
  readonly #here = createStore(true);
  #keyAt: number;
  #cancel: (() => void) | undefined;

  /** `patience`: milliseconds without a key after which nobody is there; default 5 minutes. */
  constructor({clock, patience = defaultPatience}: {clock: Clock; patience?: number}) {
    this.#clock = clock;
    this.#patience = patience;
    this.#keyAt = clock.monotonic();
    this.#wait();
  }

  /** Someone is there. */
  get here(): ReadableStore<boolean> {
    return this.#here;
  }

  /** A key was pressed, or the mouse used, or the focus came back. */
  noteSign(): void {
    this.#keyAt = this.#clock.monotonic();
    if (!this.#cancel) this.#wait();
    this.#here.set(true);
  }

  /** The terminal lost the focus. */
  noteBlur(): void {
    this.dispose();
    this.#here.set(false);
  }

  /** Ends the wait; a sign begins another. */
  dispose(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Keys do not move the timer: when it rings it looks how long ago the last one was. */
  #wait(): void {
    const rest = this.#keyAt + this.#patience - this.#clock.monotonic();
    this.#cancel = this.#clock.after(rest, () => {
      this.#cancel = undefined;
      if (this.#clock.monotonic() - this.#keyAt < this.#patience) this.#wait();
      else this.#here.set(false);
    });
  }
}
