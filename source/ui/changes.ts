import {type ComparedRuns, comparedRuns} from '../events/changes-words.ts';
import {RunCounter, type RunKinds, runBefore} from '../events/run-changes.ts';
import type {Clock} from '../lib/clock.ts';
import {SliceRunner} from '../lib/slices.ts';
import {createStore, type ReadableStore} from '../lib/store.ts';
import type {PaneModel} from './pane/pane-model.ts';

/** What the changes between two runs show. */
export type ChangesState =
  /** `percent`: of the log, that was read so far. */
  | {readonly kind: 'counting'; readonly pipeline: string; readonly percent: number}
  /** There is no earlier run; `hasLater`: there is a later one. */
  | {readonly kind: 'alone'; readonly pipeline: string; readonly hasLater: boolean}
  | ({readonly kind: 'compared'; readonly runs: readonly RunKinds[]} & ComparedRuns);

/** Compares two runs of a log for a page: counts the kinds of records in slices, once for each opening of the page. */
export class ChangesReader {
  readonly #clock: Clock;
  readonly #state = createStore<ChangesState | undefined>(undefined);
  #runner: SliceRunner | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get state(): ReadableStore<ChangesState | undefined> {
    return this.#state;
  }

  /** `newerId`: the first entry of the run to compare with the one before it; undefined: the newest run. */
  start(pipeline: string, {index, source}: Pick<PaneModel, 'index' | 'source'>, newerId: number | undefined): void {
    this.stop();
    this.#state.set({kind: 'counting', pipeline, percent: 0});
    const {buffer} = source;
    const {firstId, endId} = buffer;
    const counter = new RunCounter({buffer, index});
    const runner = new SliceRunner({
      clock: this.#clock,
      step: (maxBytes) => {
        // Without an earlier run there is nothing to count.
        if (index.step(maxBytes) && index.runs.length < 2) return true;
        // What comes meanwhile is not waited for.
        return counter.step(maxBytes) && counter.countedTo >= Math.min(endId, buffer.endedTo);
      },
      onSlice: (isDone) => {
        if (!isDone) {
          const read = (index.indexedTo + counter.countedTo) / 2 - firstId;
          const percent = Math.max(0, Math.floor((100 * read) / Math.max(1, endId - firstId)));
          const state = this.#state.get();
          if (state?.kind !== 'counting' || state.percent !== percent)
            this.#state.set({kind: 'counting', pipeline, percent});
          return;
        }
        const {runs} = counter;
        const newer = runs.find(({run}) => run.firstId === newerId) ?? runs.at(-1);
        this.#compare(pipeline, runs, {newer, older: newer && runBefore(runs, newer)});
        runner.dispose();
      },
    });
    this.#runner = runner;
    runner.wake();
  }

  /** Compares with the run before the older one, or after it. */
  step(by: -1 | 1): void {
    const state = this.#state.get();
    const next = this.#beside(by);
    if (state?.kind === 'compared' && next) this.#compare(state.pipeline, state.runs, {...state, older: next});
  }

  /** There is a run before the older one. */
  get hasEarlier(): boolean {
    return this.#beside(-1) !== undefined;
  }

  /** The run before or after the older one that the newer one can be compared with. */
  #beside(by: -1 | 1): RunKinds | undefined {
    const state = this.#state.get();
    if (state?.kind !== 'compared') return undefined;
    const {runs, newer, older} = state;
    const others = runs.filter((run) => run === older || (run.records > 0 && run.number < newer.number));
    return others[others.indexOf(older) + by];
  }

  /** Also releases what was counted. */
  stop(): void {
    this.#runner?.dispose();
    this.#runner = undefined;
    this.#state.set(undefined);
  }

  #compare(
    pipeline: string,
    runs: readonly RunKinds[],
    {newer, older}: {readonly newer: RunKinds | undefined; readonly older: RunKinds | undefined},
  ): void {
    this.#state.set(
      newer && older
        ? {kind: 'compared', runs, ...comparedRuns({pipeline, newer, older})}
        : {kind: 'alone', pipeline, hasLater: newer !== undefined && newer !== runs.at(-1)},
    );
  }
}
