import type {ColdBytes, ColdStore, LeavingSegment} from '../buffer/cold-segments.ts';
import type {LogBuffer} from '../buffer/log-buffer.ts';
import type {Clock} from '../lib/clock.ts';
import {readLogPosition, type StitchPast} from '../stitch/log-position.ts';
import {timestamp} from '../stitch/overlap.ts';
import {serverRing} from '../stitch/ring-tail.ts';
import {type Recorder, type RecordingState, recordingFailure} from '../storage/recording/recorder.ts';
import type {OpenRecording, Recordings} from '../storage/recording/recordings.ts';
import type {LogReader} from './log-reader.ts';

/** As much of a log's end as a ring can hold, newlines included (stitch/ring-tail.ts). */
const ringBytes = serverRing.bytes + serverRing.entries + 1;

/** The first connection does not wait longer for the disk. Milliseconds. */
const patience = 3_000;

/** What a stream goes on with that was recorded before. */
export type Resumed = {
  /** Wall milliseconds of the last sign of life of the run that recorded it. */
  readonly lastAt: number;
};

/**
 * The recording of one stream: opens it for the pipeline that the log is of, goes on with what it holds, follows the
 * pipeline to another recording when it is created again, and gives back what left memory. It never fails: what is
 * wrong with it is in its state, and the stream goes on.
 */
export class StreamRecording implements ColdStore {
  readonly #buffer: LogBuffer;
  readonly #reader: LogReader;
  readonly #opener: RecordingOpener;
  readonly #clock: Clock;
  readonly #showPast: boolean;
  readonly #onChange: () => void;
  /** Those that ended give back what they wrote; the last one may be writing. */
  readonly #recorders: Recorder[] = [];
  #isOn = false;
  /** The past is looked for. */
  #isBeginning = false;
  #id: string | undefined;
  #writing: Recorder | undefined;

  constructor(options: {
    name: string;
    buffer: LogBuffer;
    reader: LogReader;
    recordings: Recordings;
    clock: Clock;
    /** What was recorded before is put into the buffer. */
    showPast: boolean;
    onChange: () => void;
  }) {
    this.#buffer = options.buffer;
    this.#reader = options.reader;
    this.#opener = new RecordingOpener(options);
    this.#clock = options.clock;
    this.#showPast = options.showPast;
    this.#onChange = options.onChange;
    options.buffer.coldStore = this;
  }

  /** Undefined: off. */
  get state(): RecordingState | undefined {
    return this.#writing?.state ?? this.#opener.state;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** A reader of the buffer that has no more use for entries must leave those from here on: they are not written yet. */
  get keptTo(): number {
    return this.#writing?.keptTo ?? (this.#opener.state?.kind === 'opening' ? 0 : Number.POSITIVE_INFINITY);
  }

  keep(segment: LeavingSegment): ColdBytes | undefined {
    for (const recorder of this.#recorders.toReversed()) {
      const kept = recorder.keep(segment);
      if (kept) return kept;
    }
    return undefined;
  }

  /**
   * Opens the recording of the pipeline with this id (undefined: the one of this name that was recorded last) before
   * the stream's first connection. Answers what there is to go on with. A disk that takes too long to answer is not
   * waited for: then what memory holds is recorded when it does.
   */
  async start(id: string | undefined): Promise<Resumed | undefined> {
    this.#isOn = true;
    this.#isBeginning = true;
    this.#opener.expect();
    const {promise: late, resolve} = Promise.withResolvers<'late'>();
    const cancel = this.#clock.after(patience, () => resolve('late'));
    const resumed = await Promise.race([this.#begin(id), late]);
    cancel();
    this.#isBeginning = false;
    if (resumed !== 'late') return resumed;
    // Closed or switched off meanwhile: nobody would free what is opened now.
    if (!this.#isOn) return undefined;
    this.#opener.stop();
    this.#id = undefined;
    this.#openLate(id);
    return undefined;
  }

  /** Switches it on or off, at any time. */
  set(on: boolean, id: string | undefined): void {
    if (on === this.#isOn) return;
    this.#isOn = on;
    if (on) this.#openLate(id);
    else {
      this.#opener.reset();
      this.#id = undefined;
      void this.#writing?.finish();
      this.#writing = undefined;
    }
    this.#onChange();
  }

  /** The pipeline's id has become known. While the past is still looked for, that goes on: its id is known when placed. */
  setPipelineId(id: string | undefined): void {
    if (this.#isOn && !this.#isBeginning && this.#id === undefined) this.#openLate(id);
  }

  /** The buffer has changed. */
  onChange(): void {
    this.#writing?.wake();
  }

  /** A connection has found its place: of another pipeline than the recording is of, there it goes on in another one. */
  onPlaced({fresh}: {readonly fresh: boolean}): void {
    const id = this.#reader.pipelineId;
    if (this.#isOn && id !== undefined && this.#id !== undefined && id !== this.#id) {
      void this.#writing?.finish();
      this.#writing = undefined;
      this.#buffer.startSegment();
      this.#openFrom(id, this.#buffer.endId);
      return;
    }
    this.#writing?.setState(fresh);
    if (this.#isOn && this.#id === undefined) this.#openLate(id);
  }

  /** Writes what there is, and frees the folder. What comes from now on is not recorded. */
  async close(): Promise<void> {
    this.#isOn = false;
    this.#opener.stop();
    await this.#writing?.finish();
  }

  async #begin(id: string | undefined): Promise<Resumed | undefined> {
    const wanted = id ?? (await this.#opener.newestId());
    return wanted === undefined ? undefined : await this.#open(wanted, (opened) => this.#resume(opened));
  }

  /** Records what memory holds, and goes on. */
  #openLate(id: string | undefined): void {
    if (id === undefined) this.#opener.expect();
    else this.#openFrom(id, this.#buffer.memoryFirstId);
  }

  #openFrom(id: string, from: number): void {
    void this.#open(id, (opened) => {
      // Memory may have gone on while the disk was asked.
      const buffer = this.#buffer;
      this.#record(opened, opened.past.join(buffer, {from: Math.max(from, buffer.memoryFirstId), date: timestamp}));
    });
  }

  async #open<T>(id: string, use: (opened: OpenRecording) => T): Promise<T | undefined> {
    this.#id = id;
    return await this.#opener.open(id, {use, retry: () => this.#openLate(id)});
  }

  #resume(opened: OpenRecording): Resumed | undefined {
    // Another program's: of its past nothing is shown, so that nothing that comes may be left out either.
    if (!this.#showPast && opened.readOnlyBy !== undefined) return undefined;
    const start = this.#showPast ? opened.past.addTo(this.#buffer) : opened.past.addOpenLineTo(this.#buffer);
    const {state, since, tail} = opened.past.reference(ringBytes);
    if (opened.isOld) {
      const appendedAt = opened.lastAt;
      this.#reader.resume({state: readLogPosition(state, this.#id), since, tail, appendedAt} satisfies StitchPast);
    }
    this.#record(opened, start);
    return opened.isOld ? {lastAt: opened.lastAt} : undefined;
  }

  #record(opened: OpenRecording, start: Parameters<OpenRecording['record']>[0]['start']): void {
    if (opened.readOnlyBy !== undefined) return;
    this.#writing = opened.record({
      buffer: this.#buffer,
      start,
      state: () => this.#reader.state,
      onChange: this.#onChange,
    });
    this.#recorders.push(this.#writing);
    if (this.#reader.state !== undefined) this.#writing.wake();
  }
}

/** Milliseconds until a recording that could not be opened, or that another program writes, is tried again. */
const firstRetry = 1_000;
const longestRetry = 30_000;

/** What becomes of an opening. */
type OpeningUse<T> = {
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
    this.#state = {kind: 'stopped', why: recordingFailure(error), since, missedBytes: 0};
    this.#failures += 1;
    this.#cancelRetry = this.#clock.after(Math.min(longestRetry, firstRetry * 2 ** (this.#failures - 1)), retry);
  }
}
