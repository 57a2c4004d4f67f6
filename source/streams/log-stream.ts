import type {ApiClient, Pipeline} from '../api/types.ts';
import {LogBuffer} from '../buffer/log-buffer.ts';
import type {LossCount, MarkerKind} from '../buffer/markers.ts';
import type {Clock} from '../lib/clock.ts';
import {readTime} from '../lib/format.ts';
import {SharedFrames} from '../lib/frames.ts';
import {createStore, type ReadableStore, type Store} from '../lib/store.ts';
import {ErrorLog} from '../records/error-log.ts';
import type {Recordings} from '../storage/recording/recordings.ts';
import {Connection} from './connection/connection.ts';
import type {OutsideEvent} from './connection/state.ts';
import {LogReader} from './log-reader.ts';
import {bufferInfo, type LogSnapshot} from './log-source.ts';
import {LogWriter} from './log-writer.ts';
import {StreamRecording} from './stream-recording.ts';

/** What every tab's stream is made with. */
export type StreamOptions = {
  readonly client: ApiClient;
  readonly clock: Clock;
  /** Returns numbers in [0, 1). */
  readonly random: () => number;
  /** Snapshots a second of each tab, at most. */
  readonly fps: number;
  /** Snapshots a second at this time, while it is less than `fps`: the user is away. Default: always `fps`. */
  readonly fpsNow?: ReadableStore<number>;
  /** The frames in which snapshots come, where several tabs share them. Default: each has its own. */
  readonly frames?: SharedFrames;
  /** Bound of each tab's scrollback in bytes. */
  readonly scrollbackBytes: number;
  /** Bound of all tabs together, in bytes. Default: none. */
  readonly memoryBytes?: number;
  /** Milliseconds without a byte after which a connection is replaced; 0: never. Default 5 minutes. */
  readonly silence?: number;
  /** Where tabs can be recorded. */
  readonly recordings?: {
    readonly of: Recordings;
    /** Every tab is, from its beginning on. */
    readonly all: boolean;
    /** The scrollback begins with what was recorded before. */
    readonly showPast: boolean;
  };
};

/** Milliseconds without a byte after which a connection is replaced. */
const defaultSilence = 5 * 60_000;
/** The first connection waits this long for the pipeline's id, which the recording needs. Milliseconds. */
const recordingPatience = 3_000;
/** A state that the log reports at all, it reports within this after the list. Milliseconds. */
const reportedWithin = 5_000;

/**
 * One tab: follows one pipeline's log, and keeps what came. The connection brings the log, the recording keeps it; what
 * only the list shows of the pipeline becomes markers here. Reading never waits for anything.
 */
export class LogStream {
  readonly name: string;
  readonly buffer: LogBuffer;
  readonly connection: Connection;
  /** The errors received so far. They change before a snapshot shows it. */
  readonly errors: ErrorLog;
  readonly #clock: Clock;
  readonly #writer: LogWriter;
  readonly #reader: LogReader;
  readonly #frames: SharedFrames;
  readonly #store: Store<LogSnapshot>;
  readonly #recording: StreamRecording | undefined;
  /** It is recorded from its beginning on. */
  readonly #isRecorded: boolean;
  #isStarting = false;
  /** Markers from before the recording was open: what it holds comes before them. */
  readonly #early: {readonly marker: MarkerKind; readonly at: number}[] = [];
  /** Each cancels the marker of a state that the log may still report. */
  readonly #unreported = new Set<() => void>();
  /** The same function each time: the frames know the stream by it. */
  readonly #publish = () => this.#store.set(this.#newSnapshot());
  #isClosed = false;
  #listed: Pipeline | undefined;

  /** `onWaiting`: see `Connection.waitsForServer`. */
  constructor(options: StreamOptions & {readonly name: string; readonly onWaiting: () => void}) {
    const {name, client, clock, random, recordings, fps, silence = defaultSilence, onWaiting} = options;
    const onEvent = (text: string) => this.connection.addEvent(text);
    const onChange = () => this.#onChange();
    this.name = name;
    this.#clock = clock;
    this.#frames = options.frames ?? new SharedFrames({clock, fps});
    this.buffer = new LogBuffer({maxBytes: options.scrollbackBytes});
    this.errors = new ErrorLog({buffer: this.buffer, wall: clock.wall});
    this.#writer = new LogWriter({
      ...{buffer: this.buffer, errors: this.errors, clock, onEvent},
      onPlaced: (place) => this.#recording?.onPlaced(place),
    });
    this.#reader = new LogReader({
      ...{writer: this.#writer, clock, onEvent},
      onReceived: (areFirst) => {
        this.connection.onReceived(areFirst);
        this.#onChange();
      },
    });
    this.connection = new Connection({
      ...{name, client, clock, random, receiver: this.#reader, silence, onWaiting, onChange},
    });
    this.#isRecorded = recordings?.all ?? false;
    this.#recording =
      recordings &&
      new StreamRecording({
        ...{name, clock, recordings: recordings.of, showPast: recordings.showPast, buffer: this.buffer},
        ...{reader: this.#reader, onChange: () => this.#isClosed || this.#frames.request(this.#publish)},
      });
    this.#store = createStore(this.#newSnapshot());
  }

  get snapshot(): ReadableStore<LogSnapshot> {
    return this.#store;
  }

  /** What was lost so far. */
  get losses(): LossCount {
    return this.#writer.losses;
  }

  /** Connects; does nothing when it has been started. */
  start(): void {
    if (this.connection.state.kind !== 'idle' || this.#isStarting) return;
    if (this.#isRecorded) void this.#startRecorded();
    else this.reconnect();
  }

  /** Connects again now, in every state. Loses nothing: the replay is stitched. */
  reconnect(): void {
    if (!this.#isStarting) this.connection.onEvent({kind: 'reconnect', cause: 'asked'});
  }

  /** The machine slept: the connection may be dead without a sign. */
  reconnectAfterSleep(): void {
    if (this.connection.state.kind !== 'idle') this.connection.onEvent({kind: 'reconnect', cause: 'slept'});
  }

  /** Sets whether it is recorded from now on, where recordings are kept at all. */
  setRecording(on: boolean): void {
    this.#recording?.set(on, this.#reader.pipelineId ?? this.connection.pipelineId);
  }

  /** Adds a dated line. */
  addDivider(): void {
    this.#addMarker({kind: 'drawn'});
    this.#onChange();
  }

  /** See `LogBuffer.shrinkTo`. */
  shrinkTo(bytes: number, newest: number): void {
    // Without a change no snapshot: after each one it would be called again, once a second, for ever.
    if (this.buffer.shrinkTo(bytes, newest)) this.#onChange();
  }

  /**
   * Sets the pipeline as the list shows it now; undefined: it does not. Adds a marker if its state changed since the last
   * call, and wakes a waiting stream when the pipeline is there again, or another one of its name.
   */
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

  /** Ends it for good and frees the connection at once. Resolves when its recording is written, too. */
  close(): Promise<void> {
    // First: whether a last line that is held back was the log's own, only the next run will know.
    const recorded = this.#recording?.close();
    for (const cancel of this.#unreported) cancel();
    this.#reader.release();
    this.connection.close();
    this.#isClosed = true;
    this.#frames.cancel(this.#publish);
    this.#publish();
    return recorded ?? Promise.resolve();
  }

  /** Continues what was recorded before, and connects. Never rejects. */
  async #startRecorded(): Promise<void> {
    this.#isStarting = true;
    const patience = new AbortController();
    const cancel = this.#clock.after(recordingPatience, () => patience.abort());
    const id = await this.connection.findPipelineId(patience.signal);
    cancel();
    const resumed = this.#isClosed ? undefined : await this.#recording?.start(id);
    this.#isStarting = false;
    for (const {marker, at} of this.#early.splice(0)) this.#writer.addMarker(marker, at);
    if (resumed) this.connection.resume(this.#clock.wall() - resumed.lastAt);
    this.reconnect();
  }

  /** Adds a marker only for what the log itself does not report, whichever of the two comes first. */
  #onListedChange({marker, since}: ListedChange): void {
    const at = Number.isNaN(since) ? this.#clock.wall() : since;
    if (marker.kind === 'program') {
      this.#addMarker(marker, at);
      return;
    }
    const {to, error} = marker;
    const {states} = this.#writer;
    if (error !== undefined) {
      this.connection.addEvent(`${marker.startFailed ? 'start failed' : `${marker.from} → ${to}`}: ${error}`, at);
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

  /** Only an empty buffer can get a recorded past: until then markers wait. */
  #addMarker(marker: MarkerKind, at = this.#clock.wall()): void {
    if (this.#isStarting) this.#early.push({marker, at});
    else this.#writer.addMarker(marker, at);
  }

  /** The lines, or what a snapshot shows beside them, have changed. */
  #onChange(): void {
    this.#recording?.onChange();
    // The user waits for the first lines: they do not wait for their frame.
    const areFirst = this.#store.get().lineCount === 0 && this.buffer.lineCount > 0;
    if (areFirst && !this.#isClosed) this.#publish();
    else this.#frames.request(this.#publish);
  }

  #newSnapshot(): LogSnapshot {
    return {
      ...bufferInfo(this.buffer),
      connection: this.connection.state,
      events: this.connection.events,
      pipelineId: this.connection.pipelineId,
      receivedAt: this.#reader.receivedAt,
      recording: this.#recording?.state,
    };
  }
}

/** What two lists in a row show of one pipeline, for its connection; undefined when that is nothing new. */
export function listedAs(
  before: Pipeline | undefined,
  now: Pipeline | undefined,
): Extract<OutsideEvent, {kind: 'listed'}>['as'] | undefined {
  if (!now) return before && 'missing';
  if (!before) return 'appeared';
  return before.id === now.id ? undefined : 'replaced';
}

/** Something that changed between two lists. */
type ListedChange = {
  readonly marker: Extract<MarkerKind, {kind: 'state' | 'program'}>;
  /** Since when, by the server (Unix time in ms); NaN where it sends no time. */
  readonly since: number;
};

/**
 * What changed in a pipeline between two lists: its state and that of its program, each in one step, and an error that
 * is new. Nothing for another pipeline of the same name.
 */
export function listedChanges(before: Pipeline | undefined, now: Pipeline | undefined): readonly ListedChange[] {
  if (before === undefined || before.id !== now?.id) return [];
  const changes: ListedChange[] = [];
  if (before.programStatus !== now.programStatus) {
    changes.push({
      marker: {kind: 'program', from: before.programStatus, to: now.programStatus},
      since: readTime(now.programStatusSince),
    });
  }
  const error = isNewError(before, now) ? now.deploymentError : undefined;
  if (error || before.deploymentStatus !== now.deploymentStatus) {
    const endedStart = error && (error.endedStart || notYetRun.has(before.deploymentStatus));
    changes.push({
      marker: {
        kind: 'state',
        from: before.deploymentStatus,
        to: now.deploymentStatus,
        ...(error && {error: error.cause}),
        ...(endedStart && {startFailed: true}),
      },
      since: readTime(now.deploymentStatusSince),
    });
  }
  return changes;
}

/** States before a pipeline runs: what fails next is its start, which may be over before the list shows it. */
export const notYetRun: ReadonlySet<string> = new Set(['Stopped', 'Provisioning', 'Initializing']);

/** The same error again is new if the pipeline has been stopped anew: a start failed once more. */
function isNewError(before: Pipeline, now: Pipeline): boolean {
  const {deploymentError: error, deploymentStatus, deploymentStatusSince} = before;
  if (now.deploymentError === undefined) return false;
  const isAnew = deploymentStatus === now.deploymentStatus && deploymentStatusSince !== now.deploymentStatusSince;
  return error === undefined || error.message !== now.deploymentError.message || isAnew;
}
