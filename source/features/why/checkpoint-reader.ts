import type {Log} from '../../engine/logs/log.ts';
import type {RecordIndex} from '../../engine/records/record-index.ts';
import type {FailedCheckpoints} from '../../kit/facts/pipeline-facts.ts';
import type {Clock} from '../../lib/clock.ts';
import {floodPause, SliceRunner} from '../../lib/slices.ts';
import {createStore, type ReadableStore} from '../../lib/store.ts';
import {CheckpointFailures} from './checkpoint-failures.ts';

type ReadLog = Pick<Log, 'buffer' | 'errors'> & {readonly snapshot: Pick<Log['snapshot'], 'subscribe'>};

/** Reads an open log for checkpoints that failed, in slices, while a page tells of them. */
export class CheckpointReader {
  readonly #clock: Clock;
  readonly #changes = createStore<FailedCheckpoints | undefined>(undefined);
  /** Failures found so far. */
  readonly state: ReadableStore<FailedCheckpoints | undefined>;
  #failures: CheckpointFailures | undefined;
  #log: ReadLog | undefined;
  #leave = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
    this.state = {get: () => this.#failures?.found, subscribe: this.#changes.subscribe};
  }

  /** Until `stop` or another log. `index`: of its records, which tell where the newest run begins. */
  start(log: ReadLog | undefined, index: () => RecordIndex | undefined): void {
    if (log === this.#log) return;
    this.stop();
    this.#log = log;
    this.#failures = undefined;
    if (!log) return;
    const clock = this.#clock;
    const {buffer, errors} = log;
    const runFrom = () => index()?.runs.at(-1)?.firstId ?? errors.connectors.firstId;
    const reading = new CheckpointFailures(buffer, runFrom);
    this.#failures = reading;
    const runner = new SliceRunner({
      clock,
      step(maxBytes) {
        // A log that was not shown yet has no runs.
        const isIndexed = index()?.step(maxBytes) !== false;
        return reading.step(maxBytes) && isIndexed;
      },
      onSlice: () => this.#changes.set(reading.found),
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
