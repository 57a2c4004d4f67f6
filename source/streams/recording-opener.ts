import type {Clock} from '../lib/clock.ts';
import {whyNotRecorded} from '../storage/recorder.ts';
import type {RecordingState} from '../storage/recording-state.ts';
import type {OpenRecording, Recordings} from '../storage/recordings.ts';

/** Milliseconds until a recording that could not be opened, or that another program writes, is tried again. */
const firstRetry = 1_000;
const longestRetry = 30_000;

/** What becomes of an opening. */
export type OpeningUse<T> = {
  /** The recording is open; whoever writes it frees it. */
  readonly use: (opened: OpenRecording) => T;
  /** It could not be opened, or only to be read: it is time to try again. */
  readonly retry: () => void;
};

/**
 * Opens recordings for one stream, one at a time: nothing comes any more of an opening, or of a retry, once another one
 * begins or it is stopped. It never fails: what is wrong is in its state.
 */
export class RecordingOpener {
  readonly #name: string;
  readonly #recordings: Recordings;
  readonly #clock: Clock;
  readonly #onChange: () => void;
  /** Each opening has its own. */
  #turn = 0;
  #state: RecordingState | undefined;
  #failures = 0;
  #cancelRetry = () => {};

  /** `name`: the pipeline's. `onChange`: an opening has ended. */
  constructor(options: {name: string; recordings: Recordings; clock: Clock; onChange: () => void}) {
    this.#name = options.name;
    this.#recordings = options.recordings;
    this.#clock = options.clock;
    this.#onChange = options.onChange;
  }

  /** How far it is with the recording that was asked for last; undefined: with none. */
  get state(): RecordingState | undefined {
    return this.#state;
  }

  /** There is something to open, which is not known yet. */
  expect(): void {
    this.#state = {kind: 'opening'};
  }

  /** Id of the pipeline of this name that was recorded last, if any was; undefined, too, when it is stopped meanwhile. */
  async newestId(): Promise<string | undefined> {
    const turn = this.#turn;
    const id = await this.#recordings.newestId(this.#name).catch(() => undefined);
    return turn === this.#turn ? id : undefined;
  }

  /** Opens the recording of the pipeline with this id. Answers what `use` does; undefined when it comes to nothing. */
  async open<T>(id: string, {use, retry}: OpeningUse<T>): Promise<T | undefined> {
    this.stop();
    const turn = this.#turn;
    if (this.#failures === 0) this.#state = {kind: 'opening'};
    let opened: OpenRecording | undefined;
    try {
      opened = await this.#recordings.open(this.#name, id);
      if (turn === this.#turn) {
        const used = use(opened);
        this.#opened(opened, retry);
        return used;
      }
      await opened.release();
    } catch (error) {
      if (turn === this.#turn) this.#failed(error, retry);
      await opened?.release().catch(() => {});
    } finally {
      this.#onChange();
    }
    return undefined;
  }

  /** Nothing may come any more of what is under way. */
  stop(): void {
    this.#turn += 1;
    this.#cancelRetry();
  }

  /** The same, and nothing is asked for any more. */
  reset(): void {
    this.stop();
    this.#state = undefined;
  }

  #opened({folder, readOnlyBy}: OpenRecording, retry: () => void): void {
    if (readOnlyBy === undefined) {
      this.#failures = 0;
      return;
    }
    this.#state = {kind: 'read-only', folder, by: readOnlyBy};
    this.#cancelRetry = this.#clock.after(longestRetry, retry);
  }

  #failed(error: unknown, retry: () => void): void {
    const since = this.#state?.kind === 'stopped' ? this.#state.since : this.#clock.wall();
    this.#state = {kind: 'stopped', why: whyNotRecorded(error), since, missedBytes: 0};
    this.#failures += 1;
    this.#cancelRetry = this.#clock.after(Math.min(longestRetry, firstRetry * 2 ** (this.#failures - 1)), retry);
  }
}
