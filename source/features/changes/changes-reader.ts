import type {Log} from '../../engine/logs/log.ts';
import type {RecordIndex} from '../../engine/records/record-index.ts';
import type {Clock} from '../../lib/clock.ts';
import {SliceRunner} from '../../lib/slices.ts';
import {createStore, type ReadableStore} from '../../lib/store.ts';
import {type ComparedRuns, comparedSteps, RunCounter, type RunProfile, runBefore} from './run-changes.ts';

/** State of a comparison of two runs. */
export type ChangesState =
  /** `percent`: of the log, that was read so far. */
  | {readonly kind: 'counting'; readonly pipeline: string; readonly percent: number}
  /** There is no earlier run; `hasRun`: there is a run; `hasLater`: there is a later one. */
  | {readonly kind: 'alone'; readonly pipeline: string; readonly hasRun: boolean; readonly hasLater: boolean}
  | ({readonly kind: 'compared'; readonly runs: readonly RunProfile[]} & ComparedRuns);

type IndexedLog = {readonly index: RecordIndex; readonly source: Pick<Log, 'buffer'>};

/** Compares two runs of a log for a page: counts the kinds of records in slices, once for each opening of the page. */
export class ChangesReader {
  readonly #clock: Clock;
  readonly #state = createStore<ChangesState | undefined>(undefined);
  /** The values that the changes hide are on the screen. */
  readonly isRevealed = createStore(false);
  #runner: SliceRunner | undefined;
  /** The older run of the last comparison, which may be going on: a key that is held goes on from there. */
  #older: RunProfile | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get state(): ReadableStore<ChangesState | undefined> {
    return this.#state;
  }

  /** `newerId`: the first entry of the run to compare with the one before it; undefined: the newest run. */
  start(pipeline: string, {index, source}: IndexedLog, newerId: number | undefined): void {
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
        const older = newer && runBefore(runs, newer);
        if (newer && older) this.#compare(pipeline, runs, {newer, older});
        else {
          runner.dispose();
          const hasLater = newer !== undefined && newer !== runs.at(-1);
          this.#state.set({kind: 'alone', pipeline, hasRun: index.runs.length > 0, hasLater});
        }
      },
    });
    this.#runner = runner;
    runner.wake();
  }

  /** Compares with the run before the older one, or after it. False: there is none. */
  step(by: -1 | 1): boolean {
    const state = this.#state.get();
    const next = this.#beside(by);
    if (state?.kind !== 'compared' || !next) return false;
    this.#compare(state.pipeline, state.runs, {...state, older: next});
    return true;
  }

  /** Tells whether there is a run before the one that is being compared. */
  get hasEarlier(): boolean {
    return this.#beside(-1) !== undefined;
  }

  /** The run before or after the older one that the newer one can be compared with. */
  #beside(by: -1 | 1): RunProfile | undefined {
    const state = this.#state.get();
    const older = this.#older;
    if (state?.kind !== 'compared' || !older) return undefined;
    const {runs, newer} = state;
    const others = runs.filter((run) => run === older || (run.records > 0 && run.number < newer.number));
    return others[others.indexOf(older) + by];
  }

  /** Ends the comparison, and releases what was counted. */
  stop(): void {
    this.#runner?.dispose();
    this.#runner = undefined;
    this.#older = undefined;
    this.#state.set(undefined);
  }

  /** Compares two runs. The state stays until that is done. */
  #compare(
    pipeline: string,
    runs: readonly RunProfile[],
    {newer, older}: {readonly newer: RunProfile; readonly older: RunProfile},
  ): void {
    this.#runner?.dispose();
    this.#older = older;
    const work = comparedSteps({pipeline, newer, older});
    let compared: ComparedRuns | undefined;
    this.#runner = new SliceRunner({
      clock: this.#clock,
      // A single one may take milliseconds, of a long value.
      step() {
        const {value, done} = work.next();
        if (done) compared = value;
        return compared !== undefined;
      },
      onSlice: () => {
        if (compared) this.#state.set({kind: 'compared', runs, ...compared});
      },
    });
    // Most are done at once.
    this.#runner.run();
  }
}
