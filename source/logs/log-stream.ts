import {isCompileStep} from '../api/pipeline-state.ts';
import type {ApiClient, Pipeline} from '../api/types.ts';
import type {LogBuffer} from '../buffer/log-buffer.ts';
import type {LossCount, MarkerKind} from '../buffer/markers.ts';
import type {Packer} from '../buffer/packed-store.ts';
import {type Clock, withPatience} from '../lib/clock.ts';
import {readTime} from '../lib/format.ts';
import {SharedFrames} from '../lib/frames.ts';
import type {Pause} from '../lib/presence.ts';
import {createStore, type ReadableStore, type Store} from '../lib/store.ts';
import type {ErrorLog} from '../records/error-log.ts';
import type {RecordingState} from '../storage/recording/recorder.ts';
import type {Recordings} from '../storage/recording/recordings.ts';
import {capabilitiesOf} from './capabilities.ts';
import {Connection} from './connection/connection.ts';
import type {OutsideEvent} from './connection/state.ts';
import {LogReader} from './log-reader.ts';
import {LogSink} from './log-sink.ts';
import {bufferInfo, type StreamSnapshot} from './log-source.ts';
import type {UnaskedEnds} from './log-states.ts';
import {StreamRecording} from './stream-recording.ts';

export type StreamOptions = {
  readonly client: ApiClient;
  readonly clock: Clock;
  /** Returns numbers in [0, 1). */
  readonly random: () => number;
  /** Snapshots a second of each tab, at most. */
  readonly fps: number;
  /** The snapshots a second now: fewer than `fps` while the user is away. Default: always `fps`. */
  readonly fpsNow?: ReadableStore<number>;
  /** Frames that several tabs share. Default: each tab has its own. */
  readonly frames?: SharedFrames;
  /** Limit of the memory of each tab's scrollback. */
  readonly scrollbackBytes: number;
  /** Limit of all tabs together. Default: none. */
  readonly memoryBytes?: number;
  /** Default: no scrollback is compressed. */
  readonly packer?: Packer;
  /** Milliseconds without a byte after which a connection is replaced; 0: never. Default 5 minutes. */
  readonly silence?: number;
  readonly recordings?: {
    readonly of: Recordings;
    /** Every tab is recorded, from its beginning on. */
    readonly all: boolean;
    /** The scrollback begins with what was recorded before. */
    readonly showPast: boolean;
  };
};

const defaultSilence = 5 * 60_000;
/** Milliseconds that the first connection waits for the pipeline's id, which the recording needs. */
const recordingPatience = 3_000;
/** Milliseconds after the list within which the log reports a state, if it reports the state at all. */
const reportedWithin = 5_000;

/** One tab: its connection brings the log, its recording keeps it, and changes in the list become markers here. */
export class LogStream {
  readonly capabilities = capabilitiesOf(undefined);
  readonly buffer: LogBuffer;
  readonly connection: Connection;
  /** May be ahead of the snapshot. */
  readonly errors: ErrorLog;
  readonly #clock: Clock;
  readonly #sink: LogSink;
  readonly #reader: LogReader;
  readonly #frames: SharedFrames;
  readonly #store: Store<StreamSnapshot>;
  readonly #recording: StreamRecording | undefined;
  readonly #isRecordedFromStart: boolean;
  #isStarting = false;
  /** Markers that wait until the recording is open, because its lines come before them. */
  readonly #waitingMarkers: {readonly marker: MarkerKind; readonly at: number}[] = [];
  /** Each cancels the marker of a state that the log may still report. */
  readonly #unreported = new Set<() => void>();
  /** One function for all frames, which identify the stream by it. */
  readonly #publish = () => this.#store.set(this.#newSnapshot());
  #isClosed = false;
  #name: string;
  #listed: Pipeline | undefined;

  /** `onWaiting`, `onRenamed`: see `Connection`. */
  constructor(
    options: StreamOptions & {
      readonly name: string;
      readonly onWaiting: () => void;
      readonly onRenamed: (name: string) => void;
    },
  ) {
    const {client, clock, random, recordings, fps, silence = defaultSilence, onWaiting, onRenamed} = options;
    const name = () => this.#name;
    const onEvent = (text: string) => this.connection.addEvent(text);
    const onChange = () => this.#onChange();
    this.#name = options.name;
    this.#clock = clock;
    this.#frames = options.frames ?? new SharedFrames({clock, fps});
    this.#sink = new LogSink({buffer: {maxBytes: options.scrollbackBytes, packer: options.packer}, clock});
    this.#sink.onEvent = onEvent;
    this.#sink.onPlaced = (place) => this.#recording?.onPlaced(place);
    this.buffer = this.#sink.buffer;
    this.errors = this.#sink.errors;
    this.#reader = new LogReader({
      ...{sink: this.#sink, clock, onEvent, packer: options.packer},
      onReceived: (areFirst) => {
        this.connection.onReceived(areFirst);
        this.#onChange();
      },
    });
    this.connection = new Connection({
      ...{name, client, clock, random, receiver: this.#reader, silence, onWaiting, onRenamed, onChange},
    });
    this.#isRecordedFromStart = recordings?.all ?? false;
    this.#recording =
      recordings &&
      new StreamRecording({
        ...{name, clock, recordings: recordings.of, showPast: recordings.showPast, sink: this.#sink},
        ...{reader: this.#reader, onChange: () => this.#isClosed || this.#frames.request(this.#publish)},
      });
    this.#store = createStore(this.#newSnapshot());
  }

  /** Of the pipeline now. */
  get name(): string {
    return this.#name;
  }

  /** Of the pipeline whose log it is; undefined: not known yet. */
  get pipelineId(): string | undefined {
    return this.#reader.pipelineId ?? this.#listed?.id ?? this.connection.pipelineId;
  }

  get snapshot(): ReadableStore<StreamSnapshot> {
    return this.#store;
  }

  get losses(): LossCount {
    return this.#sink.losses;
  }

  /** Ends of the process that nobody asked for. */
  get ends(): UnaskedEnds {
    return this.#sink.states.ends;
  }

  /** Connects; a second call does nothing. */
  start(): void {
    if (this.connection.state.kind !== 'idle' || this.#isStarting) return;
    if (this.#isRecordedFromStart) void this.#startRecorded();
    else this.reconnect();
  }

  /** Connects again now, in every state. Loses nothing: the replay is stitched. */
  reconnect(): void {
    if (!this.#isStarting) this.connection.onEvent({kind: 'reconnect'});
  }

  /** The connection may be dead without a sign, and may still hold what nobody else has. */
  checkAfterPause(of: Pause): void {
    if (this.connection.state.kind !== 'idle') this.connection.onEvent({kind: 'slept', of});
  }

  /**
   * Starts or ends the recording; does nothing where tabs cannot be recorded. Resolves once that is done, to the last
   * state of what has ended.
   */
  async setRecording(on: boolean): Promise<RecordingState | undefined> {
    return await this.#recording?.set(on, this.#reader.pipelineId ?? this.connection.pipelineId);
  }

  addDivider(): void {
    this.#addMarker({kind: 'drawn'});
    this.#onChange();
  }

  /** The copy of the end of the log that a reconnect needs, and what comes until it is compared: in memory. */
  get tailBytes(): number {
    return this.#reader.memoryBytes;
  }

  /** Compresses the copy of the end of the log that a reconnect needs, 1 MB. See `Stitch.pack`. */
  packTail(): boolean {
    return this.#reader.pack();
  }

  /** See `LogBuffer.shrinkTo`. */
  shrinkTo(bytes: number, newest: number): void {
    // No snapshot without a change: the memory budget calls this after each one, so it would never end.
    if (this.buffer.shrinkTo(bytes, newest)) this.#onChange();
  }

  /** `pipeline`: from the newest list; undefined: not in it. Adds markers; a pipeline that is back wakes the stream. */
  updatePipeline(pipeline: Pipeline | undefined): void {
    const before = this.#listed;
    this.#listed = pipeline;
    this.connection.setPipeline(pipeline);
    this.#recording?.setPipelineId(this.#reader.pipelineId ?? pipeline?.id);
    for (const change of listedChanges(before, pipeline)) this.#onListedChange(change);
    const as = listedAs(before, pipeline);
    if (as) this.connection.onEvent({kind: 'listed', as});
    this.#onChange();
  }

  /** The pipeline has another name. Its log goes on over the same connection, and in the same recording. */
  rename(to: string): void {
    const from = this.#name;
    this.#name = to;
    this.connection.addEvent(`the pipeline was renamed from ${from} to ${to}`);
    this.#addMarker({kind: 'renamed', from, to});
    this.connection.onEvent({kind: 'listed', as: 'appeared'});
    this.#onChange();
  }

  /** Frees the connection at once. Resolves when the recording is written. */
  close(): Promise<void> {
    // Before `release`: only the next run can see whether a last line that is held back is the end marker.
    const recorded = this.#recording?.close();
    for (const cancel of this.#unreported) cancel();
    this.#reader.release();
    this.connection.close();
    this.#isClosed = true;
    this.#frames.cancel(this.#publish);
    this.#publish();
    return recorded ?? Promise.resolve();
  }

  /** Never rejects. */
  async #startRecorded(): Promise<void> {
    this.#isStarting = true;
    const id = await withPatience({clock: this.#clock, milliseconds: recordingPatience}, (signal) =>
      this.connection.findPipelineId(signal),
    );
    const resumed = this.#isClosed ? undefined : await this.#recording?.start(id);
    this.#isStarting = false;
    for (const {marker, at} of this.#waitingMarkers.splice(0)) this.#sink.addMarker(marker, at);
    if (resumed) this.connection.resume(this.#clock.wall() - resumed.lastAt);
    this.reconnect();
  }

  /** Adds a marker only for a change that the log itself does not report, before the list or after it. */
  #onListedChange({marker, since}: ListedChange): void {
    const at = Number.isNaN(since) ? this.#clock.wall() : since;
    if (marker.kind === 'program') {
      this.#addMarker(marker, at);
      return;
    }
    const {to, error} = marker;
    const {states} = this.#sink;
    if (error !== undefined) {
      this.connection.addEvent(`${marker.startFailed ? 'start failed' : 'failed'}: ${error}`, at);
      if (!states.hasState(to, since) || !states.hasError(error, since)) this.#addMarker(marker, at);
    } else if (!states.hasState(to, since)) {
      const cancel = this.#clock.after(reportedWithin, () => {
        this.#unreported.delete(cancel);
        if (states.hasState(to, since)) return;
        this.#addMarker(marker, at);
        this.#onChange();
      });
      this.#unreported.add(cancel);
    }
  }

  /** Markers wait for the recorded past, which only an empty buffer can get. */
  #addMarker(marker: MarkerKind, at = this.#clock.wall()): void {
    if (this.#isStarting) this.#waitingMarkers.push({marker, at});
    else this.#sink.addMarker(marker, at);
  }

  #onChange(): void {
    this.#recording?.onChange();
    // The first lines do not wait for a frame: the user may wait for them.
    const areFirst = this.#store.get().lineCount === 0 && this.buffer.lineCount > 0;
    if (areFirst && !this.#isClosed) this.#publish();
    else this.#frames.request(this.#publish);
  }

  #newSnapshot(): StreamSnapshot {
    return {
      ...bufferInfo(this.buffer),
      connection: this.connection.state,
      events: this.connection.events,
      receivedAt: this.#reader.receivedAt,
      recording: this.#recording?.state,
      unread: this.#sink.states.unread,
    };
  }
}

/** What two lists in a row mean for a pipeline's connection; undefined: nothing new. */
export function listedAs(
  before: Pipeline | undefined,
  now: Pipeline | undefined,
): Extract<OutsideEvent, {kind: 'listed'}>['as'] | undefined {
  if (!now) return before && 'missing';
  if (!before) return 'appeared';
  return before.id === now.id ? undefined : 'replaced';
}

type ListedChange = {
  readonly marker: Extract<MarkerKind, {kind: 'state' | 'program'}>;
  /** By the server, as Unix time in ms; NaN: it sent no time. */
  readonly since: number;
};

/** Changes of a pipeline's state, program or error between two lists; none for another pipeline of the same name. */
export function listedChanges(before: Pipeline | undefined, now: Pipeline | undefined): readonly ListedChange[] {
  if (before === undefined || before.id !== now?.id) return [];
  const changes: ListedChange[] = [];
  const isSameProgram = before.programStatusSince === now.programStatusSince || isCompileStep(now.programStatus);
  if (before.programStatus !== now.programStatus || !isSameProgram) {
    changes.push({
      marker: {kind: 'program', from: before.programStatus, to: now.programStatus},
      since: readTime(now.programStatusSince),
    });
  }
  const error = isNewError(before, now) ? now.deploymentError : undefined;
  if (error || before.deploymentStatus !== now.deploymentStatus) {
    changes.push({
      marker: {
        kind: 'state',
        from: before.deploymentStatus,
        to: now.deploymentStatus,
        ...(error && {error: error.cause}),
        ...(error?.endedStart && {startFailed: true}),
      },
      since: readTime(now.deploymentStatusSince),
    });
  }
  return changes;
}

/** An equal error is new when the date of the state has changed: a start failed once more. */
function isNewError(before: Pipeline, now: Pipeline): boolean {
  const {deploymentError: error, deploymentStatus, deploymentStatusSince} = before;
  if (now.deploymentError === undefined) return false;
  const isAnew = deploymentStatus === now.deploymentStatus && deploymentStatusSince !== now.deploymentStatusSince;
  return error === undefined || error.message !== now.deploymentError.message || isAnew;
}
