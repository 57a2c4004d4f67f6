import type {LogSight, Sight} from '../attention/sight.ts';
import type {Clock} from '../lib/clock.ts';

/** What was known when the user left need not be exact to the second: a key held down looks at everything once. */
const renewEvery = 1000;

/** Tells whether the user was away, and what was known when they left. */
export class Absence {
  readonly #clock: Pick<Clock, 'monotonic' | 'wall'>;
  /** Milliseconds; 0: never. */
  readonly #awayAfter: number;
  readonly #look: () => Sight;
  #left: Sight;
  #leftAt: number;
  #keyAt: {readonly monotonic: number; readonly wall: number};

  constructor(options: {clock: Pick<Clock, 'monotonic' | 'wall'>; awayAfter: number; look: () => Sight}) {
    this.#clock = options.clock;
    this.#awayAfter = options.awayAfter;
    this.#look = options.look;
    this.#left = options.look();
    this.#leftAt = options.clock.monotonic();
    this.#keyAt = this.#now();
  }

  /**
   * A key was pressed. Answers what was known at the key before it, if that was long enough ago. What is answered stays
   * in force until a key that follows at once: who leaves again without a look has missed nothing.
   */
  noteKey(): Sight | undefined {
    const before = this.#keyAt;
    const now = this.#now();
    this.#keyAt = now;
    // A machine that slept: its monotonic clock stood still.
    const rest = Math.max(now.monotonic - before.monotonic, now.wall - before.wall);
    if (this.#awayAfter > 0 && rest >= this.#awayAfter) {
      this.#leftAt = Number.NEGATIVE_INFINITY;
      return this.#left;
    }
    if (now.monotonic - this.#leftAt >= renewEvery) {
      this.#left = this.#look();
      this.#leftAt = now.monotonic;
    }
    return undefined;
  }

  /** A log has caught up: what it brought until now is history. */
  noteCaughtUp(log: LogSight): void {
    const logs = [...this.#left.logs.filter(({name}) => name !== log.name), log];
    this.#left = {...this.#left, logs};
  }

  /** The first list came: what it says was so before. */
  noteFirstList(pipelines: Sight['pipelines']): void {
    this.#left = {...this.#left, pipelines: this.#left.pipelines ?? pipelines};
  }

  #now() {
    return {monotonic: this.#clock.monotonic(), wall: this.#clock.wall()};
  }
}
