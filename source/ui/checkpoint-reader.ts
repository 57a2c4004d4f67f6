import {CheckpointFailures, type FailedCheckpoints} from '../events/checkpoint-failures.ts';
import type {Clock} from '../lib/clock.ts';
import {floodPause, SliceRunner} from '../lib/slices.ts';
import {createStore, type ReadableStore} from '../lib/store.ts';
import type {Log} from '../logs/log.ts';
import type {RecordIndex} from '../records/record-index.ts';

type ReadLog = Pick<Log, 'buffer' | 'errors'> & {readonly snapshot: Pick<Log['snapshot'], 'subscribe'>};

/** Reads an open log for checkpoints that failed, in slices, while a page tells of them. */
export class CheckpointReader {
  readonly #clock: Clock;
  readonly #changes = createStore<FailedCheckpoints | undefined>(undefined);
  /** What was found so far. */
  readonly state: ReadableStore<FailedCheckpoints | undefined>;
  #failures: CheckpointFailures | undefined;
  #log: ReadLog | undefined;
  #leave = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
    this.state = {get: () => this.#failures?.found, subscribe: this.#changes.subscribe};
  }

  /** Until `stop` or another log. `index`: of its records, which tell where the newest run begins; it may change. */
  start(log: ReadLog | undefined, index: () => RecordIndex | undefined): void {
    if (log === this.#log) return;
    this.stop();
    this.#log = log;
    this.#failures = undefined;
    if (!log) return;
    const clock = this.#clock;
    const {buffer, errors} = log;
    const runFrom = () => index()?.runs.at(-1)?.firstId ?? errors.connectors.firstId;
    let reading = new CheckpointFailures(buffer, runFrom);
    this.#failures = reading;
    /** It reads no line before this one. */
    let from = buffer.firstId;
    const runner = new SliceRunner({
      clock,
      step(maxBytes) {
        // All lines of a large file were added before those that were read: until they are read, what was found stays.
        const {firstId, isAwaitingEarlier} = buffer;
        if (!isAwaitingEarlier && firstId < from) reading = new CheckpointFailures(buffer, runFrom);
        from = isAwaitingEarlier ? Math.max(from, firstId) : firstId;
        // A log that was not shown yet has no runs.
        const isIndexed = index()?.step(maxBytes) !== false;
        return reading.step(maxBytes) && isIndexed;
      },
      onSlice: (isDone) => {
        if (isDone) this.#failures = reading;
        this.#changes.set(this.#failures?.found);
      },
      restMs: floodPause(clock, () => buffer.totalBytes),
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
