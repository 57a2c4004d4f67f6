import type {Clock} from './clock.ts';
import {createStore, type ReadableStore} from './store.ts';

/** Milliseconds without a key after which the user is away: most terminals (and tmux, by default) report no focus. */
const defaultPatience = 5 * 60_000;

/**
 * Whether the user looks at the program: until the terminal loses the focus, or no key came for some minutes. A key is
 * proof of presence, whatever the terminal reported. One timer waits while the user is there, and none while away.
 */
export class Presence {
  readonly #clock: Clock;
  readonly #patience: number;
  readonly #here = createStore(true);
  #keyAt: number;
  #cancel: (() => void) | undefined;

  /** `patience`: milliseconds without a key after which the user is away; 5 minutes unless given. */
  constructor({clock, patience = defaultPatience}: {clock: Clock; patience?: number}) {
    this.#clock = clock;
    this.#patience = patience;
    this.#keyAt = clock.monotonic();
    this.#wait();
  }

  /** The user is there. */
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

  /** Ends the wait; a sign starts another. */
  dispose(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Keys do not move the timer: when it ends, the time of the last one decides. */
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
 * Detects that the machine slept or the process was stopped: its connections may be dead without a sign. A check each
 * 10 s costs nothing. Either clock shows it: Linux stops the monotonic one while suspended, so the wall clock is ahead; in
 * a frozen VM or a stopped process the timer ends far too late. Setting the wall clock forward looks the same, and costs
 * one needless reconnect.
 */
export class SleepDetector {
  readonly #clock: Clock;
  readonly #every: number;
  readonly #jump: number;
  readonly #onSlept: (milliseconds: number) => void;
  #cancel: (() => void) | undefined;

  /** Milliseconds. `every`: between two checks. `jump`: more than this late counts as sleep. `onSlept` gets its length. */
  constructor(options: {clock: Clock; onSlept: (milliseconds: number) => void; every?: number; jump?: number}) {
    this.#clock = options.clock;
    this.#every = options.every ?? defaultEvery;
    this.#jump = options.jump ?? defaultJump;
    this.#onSlept = options.onSlept;
  }

  start(): void {
    if (!this.#cancel) this.#watch();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #watch(): void {
    const monotonic = this.#clock.monotonic();
    const wall = this.#clock.wall();
    this.#cancel = this.#clock.after(this.#every, () => {
      const passed = Math.max(this.#clock.monotonic() - monotonic, this.#clock.wall() - wall);
      this.#watch();
      if (passed - this.#every > this.#jump) this.#onSlept(passed - this.#every);
    });
  }
}
