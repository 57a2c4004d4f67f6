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
  onSign(): void {
    this.#keyAt = this.#clock.monotonic();
    if (!this.#cancel) this.#wait();
    this.#here.set(true);
  }

  /** The terminal lost the focus. */
  onBlur(): void {
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

const defaultEvery = 10_000;
const defaultJump = 30_000;

/**
 * Notices that the machine slept or the process stood still: its connections may be dead without a sign. A look each
 * 10 s costs nothing. Either clock tells: Linux stops the monotonic one while suspended, so the wall clock is ahead; a
 * frozen VM or a stopped process finds its timer far too late. Setting the wall clock forward looks the same, and costs
 * one needless reconnect.
 */
export class SleepDetector {
  readonly #clock: Clock;
  readonly #every: number;
  readonly #jump: number;
  readonly #onSlept: (milliseconds: number) => void;
  #cancel: (() => void) | undefined;

  /** `every`, `jump`: milliseconds between looks, and more than this late counts as sleep. `onSlept` is told how long. */
  constructor(options: {clock: Clock; onSlept: (milliseconds: number) => void; every?: number; jump?: number}) {
    this.#clock = options.clock;
    this.#every = options.every ?? defaultEvery;
    this.#jump = options.jump ?? defaultJump;
    this.#onSlept = options.onSlept;
  }

  /** Begins to look; does nothing when it already does. */
  start(): void {
    if (!this.#cancel) this.#look();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #look(): void {
    const monotonic = this.#clock.monotonic();
    const wall = this.#clock.wall();
    this.#cancel = this.#clock.after(this.#every, () => {
      const passed = Math.max(this.#clock.monotonic() - monotonic, this.#clock.wall() - wall);
      this.#look();
      if (passed - this.#every > this.#jump) this.#onSlept(passed - this.#every);
    });
  }
}
