import {aborted, type Clock, waitAfter, withPatience} from '../../lib/clock.ts';
import {SliceRunner} from '../../lib/slices.ts';
import type {ColdBytes, ColdStore, LeavingSegment} from '../buffer/cold-segments.ts';
import type {TapPosition} from '../recording/buffer-tap.ts';
import {diskRetry, type Recorder, type RecordingState, recordingFailure} from '../recording/recorder.ts';
import type {OpenRecording, Recordings} from '../recording/recordings.ts';
import {readLogPosition, type StitchPast} from '../stitch/log-position.ts';
import {timestamp} from '../stitch/overlap.ts';
import {serverRing} from '../stitch/ring-tail.ts';
import type {LogReader} from './log-reader.ts';
import type {LogSink} from './log-sink.ts';

/** The most that a server's ring contains, newlines included (engine/stitch/ring-tail). */
const ringBytes = serverRing.bytes + serverRing.entries + 1;

/**
 * Milliseconds that the first connection waits for the disk: what is read later is never put above the log. For a
 * recording of 20 GB on a busy machine, 3 s were too few.
 */
const patience = 10_000;

type StreamRecordingOptions = {
  /** Returns the present name of the pipeline. */
  readonly name: () => string;
  readonly sink: LogSink;
  readonly reader: Pick<LogReader, 'pipelineId' | 'state' | 'resume'>;
  readonly recordings: Recordings;
  readonly clock: Clock;
  /** The buffer begins with what was recorded before. */
  readonly showPast: boolean;
  readonly onChange: () => void;
};

/**
 * The recording of one stream: opens and continues it, begins another one when the pipeline is created again, and
 * reads back what left memory. It never fails: its state shows what is wrong, and the stream continues.
 */
export class StreamRecording implements ColdStore {
  readonly #options: StreamRecordingOptions;
  /** All can read back what they wrote; the last one may still write. */
  readonly #recorders: Recorder[] = [];
  #writing: Recorder | undefined;
  #isOn = false;
  /** `start` looks for the recorded past. */
  #isStarting = false;
  #id: string | undefined;
  /** Number of the newest opening; an older one has no effect. */
  #generation = 0;
  /** The state while no recorder writes; undefined: off. */
  #opening: RecordingState | undefined;
  #failures = 0;
  #cancelRetry = () => {};
  /** Reads in slices what the recorded past says that still holds. */
  #reading: SliceRunner | undefined;

  constructor(options: StreamRecordingOptions) {
    this.#options = options;
    options.sink.coldStore = this;
  }

  /** State of the recording; undefined: off. */
  get state(): RecordingState | undefined {
    return this.#writing?.state ?? this.#opening;
  }

  get storedTo(): number {
    return this.#writing?.storedTo ?? (this.#opening?.kind === 'opening' ? 0 : Number.POSITIVE_INFINITY);
  }

  keep(segment: LeavingSegment): ColdBytes | undefined {
    for (const recorder of this.#recorders.toReversed()) {
      const kept = recorder.keep(segment);
      if (kept) return kept;
    }
    return undefined;
  }

  /**
   * Opens the recording before the first connection; without an id, that of the last recorded pipeline of this name.
   * Returns the Unix time in ms of the last write to what it continues; undefined also for a slow disk: then the lines in
   * memory are recorded once it answers.
   */
  async start(id: string | undefined): Promise<number | undefined> {
    this.#isOn = true;
    this.#isStarting = true;
    this.#opening = {kind: 'opening'};
    const {clock, sink, showPast} = this.#options;
    const resumed = await withPatience({clock, milliseconds: patience}, (late) =>
      Promise.race([this.#openPast(id), aborted(late).then(() => 'late' as const)]),
    );
    this.#isStarting = false;
    if (resumed !== 'late') return resumed;
    // Closed or switched off meanwhile: nothing would release a recording that is opened now.
    if (!this.#isOn) return undefined;
    if (showPast)
      sink.onEvent(`the disk did not answer for ${patience / 1000} s: what was recorded before is not shown`);
    this.#cancelOpening();
    this.#id = undefined;
    this.#openLate(id);
    return undefined;
  }

  /** Switches it on or off. Resolves to the last state of a recorder that was switched off, once all is written. */
  async set(on: boolean, id: string | undefined): Promise<RecordingState | undefined> {
    if (on === this.#isOn) return undefined;
    const ended = on ? undefined : this.#writing;
    this.#isOn = on;
    if (on) this.#openLate(id);
    else {
      this.suspend();
      this.#id = undefined;
    }
    this.#options.onChange();
    await ended?.finish();
    return ended?.state;
  }

  /** Ends the recording: another log records the pipeline from now on. A later pipeline is recorded again. */
  suspend(): void {
    this.#cancelOpening();
    this.#opening = undefined;
    this.#finishWriting();
  }

  /** Records again: no other log records the pipeline any more. */
  resume(): void {
    if (this.#isOn && !this.#isStarting && !this.#writing && !this.#opening) this.#openLate(this.#id);
  }

  /** Opens the recording of this pipeline if none is known. Ignored during `start`: then `onPlaced` brings the id. */
  setPipelineId(id: string | undefined): void {
    if (this.#isOn && !this.#isStarting && this.#id === undefined) this.#openLate(id);
  }

  onChange(): void {
    this.#writing?.wake();
  }

  /** Follows a stitched replay. If it is of another pipeline than the recording, another recording begins. */
  onPlaced({isEpochStart}: {readonly isEpochStart: boolean}): void {
    const {reader, sink} = this.#options;
    const id = reader.pipelineId;
    if (this.#isOn && id !== undefined && this.#id !== undefined && id !== this.#id) {
      this.#finishWriting();
      sink.startSegment();
      void this.#openFrom(id, sink.buffer.endId);
      return;
    }
    this.#writing?.setState(isEpochStart);
    if (this.#isOn && this.#id === undefined) this.#openLate(id);
  }

  /** Writes the rest, and releases the folder. Later lines are not recorded. */
  async close(): Promise<void> {
    this.#isOn = false;
    this.#reading?.dispose();
    this.#cancelOpening();
    await this.#writing?.finish();
  }

  /** Opens the recording of the pipeline; without an id, that of the last recorded one of this name, if there is one. */
  async #openPast(id: string | undefined): Promise<number | undefined> {
    const {name, recordings} = this.#options;
    const generation = this.#generation;
    const wanted = id ?? (await recordings.newestId(name()).catch(() => undefined));
    if (wanted === undefined || generation !== this.#generation) return undefined;
    return await this.#open(wanted, (opened) => this.#resume(opened));
  }

  /** Records the lines in memory, and those that follow. */
  #openLate(id: string | undefined): void {
    if (id === undefined) this.#opening = {kind: 'opening'};
    else void this.#openFrom(id, this.#options.sink.buffer.memoryFirstId);
  }

  async #openFrom(id: string, from: number): Promise<void> {
    const {buffer} = this.#options.sink;
    await this.#open(id, (opened) => {
      // Memory may have dropped more while the disk was busy.
      this.#record(opened, opened.past.join(buffer, {from: Math.max(from, buffer.memoryFirstId), date: timestamp}));
    });
  }

  /** Returns the result of `use`; undefined on a failure, or if another opening replaced this one. Never rejects. */
  async #open<T>(id: string, use: (opened: OpenRecording) => T): Promise<T | undefined> {
    const {name, recordings, onChange} = this.#options;
    this.#id = id;
    this.#cancelOpening();
    const generation = this.#generation;
    if (this.#failures === 0) this.#opening = {kind: 'opening'};
    let opened: OpenRecording | undefined;
    try {
      opened = await recordings.open(name(), id);
      if (generation === this.#generation) {
        const used = use(opened);
        this.#onOpened(opened, id);
        return used;
      }
      await opened.release();
    } catch (error) {
      if (generation === this.#generation) this.#onFailed(error, id);
      await opened?.release().catch(() => {});
    } finally {
      onChange();
    }
    return undefined;
  }

  #onOpened({folder, readOnlyBy}: OpenRecording, id: string): void {
    if (readOnlyBy === undefined) {
      this.#failures = 0;
      return;
    }
    this.#opening = {kind: 'read-only', folder, by: readOnlyBy};
    this.#retryAfter(diskRetry.longest, id);
  }

  #onFailed(error: unknown, id: string): void {
    this.#opening = {kind: 'stopped', why: recordingFailure(error)};
    this.#failures += 1;
    this.#retryAfter(waitAfter(this.#failures, diskRetry), id);
  }

  #retryAfter(milliseconds: number, id: string): void {
    this.#cancelRetry = this.#options.clock.after(milliseconds, () => this.#openLate(id));
  }

  /** Cancels an opening in progress, and its next try. */
  #cancelOpening(): void {
    this.#generation += 1;
    this.#cancelRetry();
  }

  #finishWriting(): void {
    void this.#writing?.finish();
    this.#writing = undefined;
  }

  #resume(opened: OpenRecording): number | undefined {
    const {sink, reader, showPast} = this.#options;
    // Another program writes it, and its past is not shown: no line of the replay may be left out.
    if (!showPast && opened.readOnlyBy !== undefined) return undefined;
    const {past} = opened;
    if (this.#id !== undefined) sink.setRunner({pipelineId: this.#id});
    const firstInMemory = sink.restore(showPast ? past.pieces() : past.openLine());
    const start = past.positionIn(sink.buffer, showPast ? firstInMemory : sink.buffer.endId);
    if (showPast) this.#findLostStreams();
    const {lastAt} = opened;
    const isOld = past.size > 0;
    if (isOld) {
      const {state, ...bytes} = past.reference(ringBytes);
      reader.resume({state: readLogPosition(state, this.#id), ...bytes, appendedAt: lastAt} satisfies StitchPast);
    }
    this.#record(opened, start);
    return isOld ? lastAt : undefined;
  }

  #findLostStreams(): void {
    const {sink, clock, onChange} = this.#options;
    const earlier = sink.findLostStreams();
    if (!earlier) return;
    this.#reading = new SliceRunner({
      clock,
      step(maxBytes) {
        sink.buffer.freeRead();
        return earlier.step(maxBytes);
      },
      onSlice: (isDone) => {
        if (isDone) onChange();
      },
    });
    this.#reading.wake();
  }

  #record(opened: OpenRecording, start: TapPosition): void {
    const {sink, reader, onChange} = this.#options;
    const recorder = opened.record?.({
      buffer: sink.buffer,
      start,
      onChange,
      state: () => reader.state,
      onGone: (error) => {
        if (this.#writing !== recorder || this.#id === undefined) return;
        this.#finishWriting();
        this.#onFailed(error, this.#id);
        onChange();
      },
    });
    if (!recorder) return;
    this.#writing = recorder;
    this.#recorders.push(recorder);
    if (reader.state !== undefined) recorder.wake();
  }
}
