import type {Log} from '../../engine/logs/log.ts';
import {type ConnectorStep, connectorSteps} from '../../kit/journal/connector-steps.ts';
import type {Clock} from '../../lib/clock.ts';
import {floodPause, SliceRunner} from '../../lib/slices.ts';
import {createStore, type ReadableStore} from '../../lib/store.ts';

type ReadLog = Pick<Log, 'buffer'> & {readonly snapshot: Pick<Log['snapshot'], 'subscribe'>};

/** Returns the steps of a log's newest run, the oldest first, as far as they were read. */
export function stepsOf(log: Pick<Log, 'buffer' | 'errors'> | undefined): readonly ConnectorStep[] {
  const {firstId = 0} = log?.errors.connectors ?? {};
  return log ? connectorSteps(log.buffer).found.filter(({id}) => id >= firstId) : [];
}

/** Reads an open log for the steps of connectors, in slices, while a page shows them. */
export class StepReader {
  readonly #clock: Clock;
  readonly #changes = createStore(0);
  #log: ReadLog | undefined;
  #leave = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Changes when more are read. */
  get changes(): ReadableStore<number> {
    return this.#changes;
  }

  /** Reads until `stop`, or another log. */
  start(log: ReadLog | undefined): void {
    if (log === this.#log) return;
    this.stop();
    this.#log = log;
    if (!log) return;
    const {buffer, snapshot} = log;
    const steps = connectorSteps(buffer);
    let before = steps.found;
    const runner = new SliceRunner({
      clock: this.#clock,
      step: (maxBytes) => steps.step(maxBytes),
      onSlice: () => {
        if (steps.found === before) return;
        before = steps.found;
        this.#changes.set(this.#changes.get() + 1);
      },
      restMs: floodPause(this.#clock, () => buffer.totalBytes),
    });
    const unsubscribe = snapshot.subscribe(() => runner.wake());
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
