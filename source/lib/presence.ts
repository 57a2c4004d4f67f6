import type {Clock} from './clock.ts';
import {createStore, type ReadableStore} from './store.ts';

/** In ms. Keys must prove presence, since most terminals (and tmux, by default) do not report their focus. */
const defaultPatience = 5 * 60_000;

/** A key proves presence, whatever the terminal reported. No timer runs while the user is away. */
export class Presence {
  readonly #clock: Clock;
  readonly #patience: number;
  readonly #here = createStore(true);
  #keyAt: number;
  #cancel: (() => void) | undefined;

  constructor({clock, patience = defaultPatience}: {clock: Clock; patience?: number}) {
    this.#clock = clock;
    this.#patience = patience;
    this.#keyAt = clock.monotonic();
    this.#wait();
  }

  get here(): ReadableStore<boolean> {
    return this.#here;
  }

  /** A key was pressed, or the focus came back. */
  onSign(): void {
    this.#keyAt = this.#clock.monotonic();
    if (!this.#cancel) this.#wait();
    this.#here.set(true);
  }

  onBlur(): void {
    this.dispose();
    this.#here.set(false);
  }

  /** Stops the timer; `onSign` starts it again. */
  dispose(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** A key does not restart the timer: when it ends, the time of the last key decides. */
  #wait(): void {
    const rest = this.#keyAt + this.#patience - this.#clock.monotonic();
    this.#cancel = this.#clock.after(rest, () => {
      this.#cancel = undefined;
      if (this.#clock.monotonic() - this.#keyAt < this.#patience) this.#wait();
      else this.#here.set(false);
    });
  }
}

/** The process was stopped, or its virtual machine; or this machine slept. */
export type Pause = 'stop' | 'sleep';

type SleepDetectorOptions = {
  readonly clock: Clock;
  readonly onSlept: (milliseconds: number, of: Pause) => void;
  /** Milliseconds between two checks; default 10 s. */
  readonly every?: number;
  /** A check that is late by more milliseconds than this counts as sleep; default 15 s. */
  readonly jump?: number;
};

/**
 * Detects that the machine slept or the process was stopped, since connections may then be dead without a sign. While
 * Linux is suspended only the wall clock continues; after a frozen VM or a stopped process the timer ends late. A wall
 * clock set forward looks like sleep and costs one needless connection beside each one.
 */
export class SleepDetector {
  readonly #options: Required<SleepDetectorOptions>;
  #cancel: (() => void) | undefined;

  constructor(options: SleepDetectorOptions) {
    this.#options = {every: 10_000, jump: 15_000, ...options};
  }

  start(): void {
    if (!this.#cancel) this.#watch();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #watch(): void {
    const {clock, onSlept, every, jump} = this.#options;
    const monotonic = clock.monotonic();
    const machine = clock.machine();
    this.#cancel = clock.after(every, () => {
      const stopped = clock.monotonic() - monotonic - every;
      const late = Math.max(stopped, clock.machine() - machine - every);
      this.#watch();
      if (late > jump) onSlept(late, stopped > jump ? 'stop' : 'sleep');
    });
  }
}
