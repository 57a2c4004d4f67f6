import type {Clock} from '../lib/clock.ts';

/** What belongs to an attempt (its connection, its look-up, its timers) and ends with it. */
export class AttemptScopes {
  readonly #clock: Clock;
  readonly #controllers = new Map<number, AbortController>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Aborted by `drop`. */
  signal(attempt: number): AbortSignal {
    let controller = this.#controllers.get(attempt);
    if (!controller) {
      controller = new AbortController();
      this.#controllers.set(attempt, controller);
    }
    return controller.signal;
  }

  /** Runs `callback` once after `milliseconds`, unless the attempt is dropped first. */
  after(attempt: number, milliseconds: number, callback: () => void): void {
    const signal = this.signal(attempt);
    const cancel = this.#clock.after(milliseconds, () => {
      signal.removeEventListener('abort', cancel);
      callback();
    });
    signal.addEventListener('abort', cancel);
  }

  /** Ends all that belongs to the attempt. Its number may be used again, for a wait that follows it. */
  drop(attempt: number): void {
    const controller = this.#controllers.get(attempt);
    this.#controllers.delete(attempt);
    controller?.abort();
  }
}
