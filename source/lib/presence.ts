import type {Clock} from './clock.ts';
import {createStore, type ReadableStore} from './store.ts';

/** In ms. Keys must prove presence, since most terminals (and tmux, by default) do not report their focus. */
const patience = 5 * 60_000;

/** A key proves presence, whatever the terminal reported. No timer runs while the user is away. */
export class Presence {
  readonly #clock: Clock;
  readonly #here = createStore(true);
  #keyAt: number;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
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
    const rest = this.#keyAt + patience - this.#clock.monotonic();
    this.#cancel = this.#clock.after(rest, () => {
      this.#cancel = undefined;
      if (this.#clock.monotonic() - this.#keyAt < patience) this.#wait();
      else this.#here.set(false);
    });
  }
}

/** The process was stopped, or its virtual machine; or this machine slept. */
export type Pause = 'stop' | 'sleep';

/** Milliseconds between two checks. */
const every = 10_000;
/** A check that is late by more milliseconds than this counts as sleep. */
const jump = 15_000;

/**
 * Detects that the machine slept or the process was stopped, since connections may then be dead without a sign. While
 * Linux is suspended only the wall clock continues; after a frozen VM or a stopped process the timer ends late. A wall
 * clock set forward looks like sleep and costs one needless connection beside each one.
 */
export class SleepDetector {
  readonly #clock: Clock;
  readonly #onSlept: (milliseconds: number, of: Pause) => void;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, onSlept: (milliseconds: number, of: Pause) => void) {
    this.#clock = clock;
    this.#onSlept = onSlept;
  }

  start(): void {
    if (!this.#cancel) this.#watch();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #watch(): void {
    const clock = this.#clock;
    const monotonic = clock.monotonic();
    const machine = clock.machine();
    this.#cancel = clock.after(every, () => {
      const stopped = clock.monotonic() - monotonic - every;
      const late = Math.max(stopped, clock.machine() - machine - every);
      this.#watch();
      if (late > jump) this.#onSlept(late, stopped > jump ? 'stop' : 'sleep');
    });
  }
}
