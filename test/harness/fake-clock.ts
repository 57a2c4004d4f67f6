import type {Clock} from '../../source/lib/clock.ts';

type Timer = {readonly due: number; readonly order: number; readonly run: () => void};

/** A clock that a test moves. Timers run in the order in which they fall due. */
export class FakeClock implements Clock {
  #now = 0;
  #wallOffset: number;
  #order = 0;
  #timers: Timer[] = [];

  /** `wall`: the wall time at the start, in milliseconds since the epoch. */
  constructor(wall = Date.UTC(2026, 0, 1)) {
    this.#wallOffset = wall;
  }

  readonly monotonic = (): number => this.#now;
  readonly wall = (): number => this.#wallOffset + this.#now;
  readonly machine = this.wall;

  readonly after = (milliseconds: number, callback: () => void): (() => void) => {
    const timer: Timer = {due: this.#now + Math.max(0, milliseconds), order: this.#order++, run: callback};
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  };

  readonly sleep = (milliseconds: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const cancel = this.after(milliseconds, resolve);
      signal.addEventListener('abort', () => {
        cancel();
        reject(signal.reason);
      });
    });

  /** Timers that wait. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Milliseconds until the next timer falls due; undefined: none waits. */
  get nextIn(): number | undefined {
    return this.pending === 0 ? undefined : Math.min(...this.#timers.map(({due}) => due)) - this.#now;
  }

  /** Lets time pass: runs what falls due, each at its own time, with promises settled in between. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await settled();
    for (let timer = this.#takeDue(end); timer; timer = this.#takeDue(end)) {
      this.#now = Math.max(this.#now, timer.due);
      timer.run();
      await settled();
    }
    this.#now = end;
  }

  /** The wall clock alone jumps, as it does when a machine slept: timers and the monotonic clock stood still. */
  jumpWall(milliseconds: number): void {
    this.#wallOffset += milliseconds;
  }

  /** The process stood still: time went on and no timer ran meanwhile. */
  stall(milliseconds: number): void {
    this.#now += milliseconds;
  }

  #takeDue(end: number): Timer | undefined {
    const due = this.#timers.filter((timer) => timer.due <= end).sort((a, b) => a.due - b.due || a.order - b.order)[0];
    if (due) this.#timers = this.#timers.filter((timer) => timer !== due);
    return due;
  }
}

/** Lets every promise that can settle do so. */
export async function settled(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}
