import type {ApiClient, Pipeline} from '../api/types.ts';
import {LogBuffer} from '../buffer/log-buffer.ts';
import type {LossCount, MarkerKind} from '../buffer/markers.ts';
import type {Clock} from '../lib/clock.ts';
import {readTime} from '../lib/format.ts';
import {SharedFrames} from '../lib/frames.ts';
import {createStore, type ReadableStore, type Store} from '../lib/store.ts';
import type {ErrorLog} from '../records/error-log.ts';
import type {Recordings} from '../storage/recording/recordings.ts';
import {Connection, fetchPipeline, PipelineIdentity} from './connection/connection.ts';
import {eventWords} from './connection/event-words.ts';
import {initialMachine, isWokenBy, step} from './connection/machine.ts';
import type {MachineEvent, OutsideEvent} from './connection/state.ts';
import {LogReader} from './log-reader.ts';
import {bufferInfo, EventHistory, type LogSnapshot} from './log-source.ts';
import {type Resumed, StreamRecording} from './stream-recording.ts';

/** What every tab's stream is made with. */
export type StreamOptions = {
  readonly client: ApiClient;
  readonly clock: Clock;
  /** Answers numbers in [0, 1). */
  readonly random: () => number;
  /** Snapshots a second of each tab, at most. */
  readonly fps: number;
  /** Snapshots a second at this time, while it is less than `fps`: nobody looks. Default: always `fps`. */
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
    /** What was recorded before is put into the scrollback. */
    readonly showPast: boolean;
  };
};

/** Milliseconds without a byte after which a connection is replaced. */
const defaultSilence = 5 * 60_000;
/** The first connection waits for the recording to be found, and for the pipeline's id that this takes. */
const recordingPatience = 3_000;
/** What the log has not told by then, after the list, it does not tell. Milliseconds. */
const toldWithin = 5_000;

/**
 * One tab: follows one pipeline's log on one connection, and keeps what came. It decides nothing: events go into the
 * connection machine, and `Connection` carries out what that wants done. Reading never waits for anything.
 */
export class LogStream {
  readonly name: string;
  readonly buffer: LogBuffer;
  readonly #client: ApiClient;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #onWaiting: () => void;
  readonly #history = new EventHistory();
  readonly #identity = new PipelineIdentity();
  readonly #reader: LogReader;
  readonly #effects: Connection;
  readonly #frames: SharedFrames;
  readonly #store: Store<LogSnapshot>;
  readonly #recording: StreamRecording | undefined;
  /** Recorded from the beginning on. */
  readonly #isRecorded: boolean;
  #isBeginning = false;
  /** What was marked while the recording was being opened: what that holds comes before it. */
  readonly #early: {readonly marker: MarkerKind; readonly at: number}[] = [];
  /** Cancel the markers of states that the log may still tell. */
  readonly #untold = new Set<() => void>();
  /** The same function each time: it stands for the stream in its frames. */
  readonly #publish = () => this.#store.set(this.#takeSnapshot());
  #machine = initialMachine;
  #closed = false;
  #listed: Pipeline | undefined;

  /** `onWaiting`: see `waitsForServer`. */
  constructor(options: StreamOptions & {readonly name: string; readonly onWaiting: () => void}) {
    const {clock, fps, frames = new SharedFrames({clock, fps})} = options;
    this.#frames = frames;
    this.name = options.name;
    this.#client = options.client;
    this.#clock = clock;
    this.#random = options.random;
    this.#onWaiting = options.onWaiting;
    this.buffer = new LogBuffer({maxBytes: options.scrollbackBytes});
    this.#reader = new LogReader({
      buffer: this.buffer,
      clock,
      note: (text) => this.#history.add(clock.wall(), text),
      placed: (place) => this.#recording?.onPlaced(place),
    });
    const {recordings, name, client, silence = defaultSilence} = options;
    this.#effects = new Connection({
      ...{name, client, clock, reader: this.#reader, identity: this.#identity, silence},
      machine: () => this.#machine,
      dispatch: (event) => this.#dispatch(event),
      onChange: () => this.#changed(),
    });
    this.#isRecorded = recordings?.all ?? false;
    this.#recording =
      recordings &&
      new StreamRecording({
        ...{name, clock, recordings: recordings.of, showPast: recordings.showPast, buffer: this.buffer},
        ...{reader: this.#reader, onChange: () => this.#closed || this.#frames.request(this.#publish)},
      });
    this.#store = createStore(this.#takeSnapshot());
  }

  get snapshot(): ReadableStore<LogSnapshot> {
    return this.#store;
  }

  /** The errors received so far. They change before a snapshot shows it. */
  get errors(): ErrorLog {
    return this.#reader.errors;
  }

  /** What was lost so far. */
  get losses(): LossCount {
    return this.#reader.losses;
  }

  /** The pipeline as it was found when its log last ended; undefined: it was not found. A new snapshot tells of it. */
  get pipelineAtEnd(): Pipeline | undefined {
    return this.#effects.lookedUp;
  }

  /** Connects; does nothing when it has been started. */
  start(): void {
    if (this.#machine.connection.kind !== 'idle' || this.#isBeginning) return;
    if (this.#isRecorded) void this.#begin();
    else this.reconnect();
  }

  /** Connects again now, in every state. Loses nothing: the replay is stitched. */
  reconnect(): void {
    if (!this.#isBeginning) this.#dispatch({kind: 'reconnect', cause: 'asked'});
  }

  /** Whether it is to be recorded from now on, where recordings are kept at all. */
  setRecording(on: boolean): void {
    this.#recording?.set(on, this.#reader.pipelineId ?? this.#identity.knownId);
  }

  /** Goes on with what was recorded before, and connects. Never rejects. */
  async #begin(): Promise<void> {
    this.#isBeginning = true;
    const patience = new AbortController();
    const cancel = this.#clock.after(recordingPatience, () => patience.abort());
    if (this.#identity.knownId === undefined) {
      const {pipeline} = await fetchPipeline(this.#client, this.name, undefined, patience.signal);
      // The list may have told meanwhile, and later.
      if (this.#identity.knownId === undefined) this.#identity.note(pipeline);
    }
    cancel();
    const resumed = this.#closed ? undefined : await this.#recording?.start(this.#identity.knownId);
    this.#isBeginning = false;
    for (const {marker, at} of this.#early.splice(0)) this.#reader.mark(marker, at);
    if (resumed) this.#goOn(resumed);
    this.reconnect();
  }

  /** What is behind us is an outage: pipetail was not running. */
  #goOn({lastAt}: Resumed): void {
    const {monotonic, wall} = this.#clock;
    const loss = {cause: 'not-running', at: monotonic() - Math.max(0, wall() - lastAt)} as const;
    this.#machine = {...this.#machine, loss};
  }

  /** The machine slept: the connection may be dead without a sign. */
  reconnectAfterSleep(): void {
    if (this.#machine.connection.kind !== 'idle') this.#dispatch({kind: 'reconnect', cause: 'slept'});
  }

  /** Puts a dated line into the pane. */
  addDivider(): void {
    this.#mark({kind: 'drawn'});
    this.#changed();
  }

  /** See `LogBuffer.shrinkTo`. */
  shrinkTo(bytes: number, newest: number): void {
    // One that has nothing to give tells nothing: it would be asked again, once a second, for ever.
    if (this.buffer.shrinkTo(bytes, newest)) this.#changed();
  }

  /**
   * The pipeline as the list shows it now; undefined: it does not. Draws a row when its state changed since the last
   * call, and wakes a waiting stream when the pipeline is there again, or another one of its name.
   */
  updatePipeline(pipeline: Pipeline | undefined): void {
    const before = this.#listed;
    this.#listed = pipeline;
    this.#identity.note(pipeline);
    if (this.#reader.attempt !== undefined) this.#identity.followIfUnknown();
    this.#recording?.setPipelineId(this.#reader.pipelineId ?? pipeline?.id);
    for (const change of listedChanges(before, pipeline)) this.#noteChange(change);
    const as = listedAs(before, pipeline);
    if (as) this.#dispatch({kind: 'listed', as});
    this.#changed();
  }

  /** It waits for the server to be back, which the next good answer to anyone would tell. */
  get waitsForServer(): boolean {
    const {connection, wakeAfter} = this.#machine;
    return connection.kind === 'waiting' && wakeAfter !== undefined;
  }

  /** A good answer to this request, whosever it was, ends its wait, also for a server that refused it. */
  isWokenBy(request: number): boolean {
    return isWokenBy(this.#machine, request);
  }

  /** The server answered this request as it should. */
  onServerAnswered(request: number): void {
    this.#dispatch({kind: 'server-answered', request});
  }

  /** Ends it for good and frees the connection at once. Resolves when its recording is written, too. */
  close(): Promise<void> {
    // First: whether what is held back now was the log's own will only be known in the next run.
    const recorded = this.#recording?.close();
    for (const cancel of this.#untold) cancel();
    this.#reader.release();
    this.#dispatch({kind: 'close'});
    this.#closed = true;
    this.#frames.cancel(this.#publish);
    this.#publish();
    return recorded ?? Promise.resolve();
  }

  /** What the log itself tells has no marker, whichever of the two tells it first. */
  #noteChange({marker, since}: ListedChange): void {
    const at = Number.isNaN(since) ? this.#clock.wall() : since;
    if (marker.kind === 'program') {
      this.#mark(marker, at);
      return;
    }
    const {to, error} = marker;
    const {told} = this.#reader;
    if (error !== undefined) {
      this.#history.add(at, `${marker.startFailed ? 'start failed' : `${marker.from} → ${to}`}: ${error}`);
      if (!told.tells(to, since) || !told.tellsError(error, since)) this.#mark(marker, at);
    } else if (!told.tells(to, since)) {
      const cancel = this.#clock.after(toldWithin, () => {
        this.#untold.delete(cancel);
        if (told.tells(to, since)) return;
        this.#mark(marker, at);
        this.#changed();
      });
      this.#untold.add(cancel);
    }
  }

  /** A recorded past can only be put into an empty buffer. */
  #mark(marker: MarkerKind, at = this.#clock.wall()): void {
    if (this.#isBeginning) this.#early.push({marker, at});
    else this.#reader.mark(marker, at);
  }

  /** The lines, or what is told of them, have changed. */
  #changed(): void {
    this.#recording?.onChange();
    // The first lines are waited for: they do not wait for their frame.
    const areFirst = this.#store.get().lineCount === 0 && this.buffer.lineCount > 0;
    if (areFirst && !this.#closed) this.#publish();
    else this.#frames.request(this.#publish);
  }

  #dispatch(event: MachineEvent): void {
    if (this.#closed) return;
    const before = this.#machine;
    const now = this.#clock.monotonic();
    const requests = this.#client.answers.started;
    const {machine, effects} = step(before, event, {
      now,
      roll: this.#random(),
      decided: this.#reader.decided,
      requests,
    });
    if (machine === before) return;
    this.#machine = machine;
    const words = eventWords(before, event, machine, now);
    if (words) this.#history.add(this.#clock.wall(), words.text, words.key);
    for (const effect of effects) this.#effects.run(effect);
    if (this.waitsForServer) this.#onWaiting();
    this.#changed();
  }

  #takeSnapshot(): LogSnapshot {
    return {
      ...bufferInfo(this.buffer),
      connection: this.#machine.connection,
      events: this.#history.events,
      pipelineId: this.#identity.knownId,
      receivedAt: this.#reader.receivedAt,
      recording: this.#recording?.state,
    };
  }
}

/** What two lists in a row say of one pipeline, for its connection; undefined when that is nothing new. */
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
  /** Since when, as the server says; wall milliseconds, NaN where it does not say. */
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

/** States before a pipeline runs: what fails next is its start, which may be over before the list tells of it. */
export const notYetRun: ReadonlySet<string> = new Set(['Stopped', 'Provisioning', 'Initializing']);

/** The same error again is new if the pipeline has been stopped anew: a start failed once more. */
function isNewError(before: Pipeline, now: Pipeline): boolean {
  const {deploymentError: known, deploymentStatus, deploymentStatusSince} = before;
  if (now.deploymentError === undefined) return false;
  const isAnew = deploymentStatus === now.deploymentStatus && deploymentStatusSince !== now.deploymentStatusSince;
  return known === undefined || known.message !== now.deploymentError.message || isAnew;
}
