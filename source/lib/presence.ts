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

type SleepDetectorOptions = {
  readonly clock: Clock;
  /** Called with the length of a sleep, in milliseconds. */
  readonly onSlept: (milliseconds: number) => void;
  /** Milliseconds between two checks; 10 s unless given. */
  readonly every?: number;
  /** A check that is later than this many milliseconds counts as sleep; 30 s unless given. */
  readonly jump?: number;
};

/**
 * Detects that the machine slept or the process was stopped: its connections may be dead without a sign. A check each
 * 10 s costs nothing. Either clock shows it: Linux stops the monotonic one while suspended, so the wall clock is ahead; in
 * a frozen VM or a stopped process the timer ends far too late. Setting the wall clock forward looks the same, and costs
 * one needless reconnect.
 */
export class SleepDetector {
  readonly #options: Required<SleepDetectorOptions>;
  #cancel: (() => void) | undefined;

  constructor(options: SleepDetectorOptions) {
    this.#options = {every: 10_000, jump: 30_000, ...options};
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
    const wall = clock.wall();
    this.#cancel = clock.after(every, () => {
      const late = Math.max(clock.monotonic() - monotonic, clock.wall() - wall) - every;
      this.#watch();
      if (late > jump) onSlept(late);
    });
  }
}
