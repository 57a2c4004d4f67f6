import {checkpointFailuresOf, type FailedCheckpoints} from '../events/checkpoint-failures.ts';
import type {Clock} from '../lib/clock.ts';
import {floodPause, SliceRunner} from '../lib/slices.ts';
import {createStore, type ReadableStore} from '../lib/store.ts';
import type {Log} from '../logs/log.ts';

/** Reads an open log for checkpoints that failed, in slices, while a page tells of them. */
export class CheckpointReader {
  readonly #clock: Clock;
  readonly #state = createStore<FailedCheckpoints | undefined>(undefined);
  #log: Log | undefined;
  #leave = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What was found so far. */
  get state(): ReadableStore<FailedCheckpoints | undefined> {
    return this.#state;
  }

  /** Goes on with what was read of the log before, until `stop` or another log. */
  start(log: Log | undefined): void {
    if (log === this.#log) return;
    this.stop();
    if (!log) return;
    this.#log = log;
    const clock = this.#clock;
    const failures = checkpointFailuresOf(log);
    const runner = new SliceRunner({
      clock,
      step: (maxBytes) => failures.step(maxBytes),
      onSlice: () => this.#state.set(failures.found),
      restMs: floodPause(clock, () => log.buffer.totalBytes),
    });
    const unsubscribe = log.snapshot.subscribe(() => runner.wake());
    runner.wake();
    this.#leave = () => {
      unsubscribe();
      runner.dispose();
    };
  }

  stop(): void {
    this.#leave();
    this.#leave = () => {};
    this.#log = undefined;
  }
}
