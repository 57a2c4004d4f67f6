import type {Clock} from '../lib/clock.ts';

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
