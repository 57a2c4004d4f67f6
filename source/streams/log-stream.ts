import type {ApiClient, Pipeline} from '../api/types.ts';
import type {ErrorShapes} from '../attention/error-shapes.ts';
import type {Toll} from '../attention/toll.ts';
import {LogBuffer} from '../buffer/log-buffer.ts';
import type {Clock} from '../lib/clock.ts';
import {FrameBatch} from '../lib/frame-batch.ts';
import {createStore, type ReadableStore, type Store} from '../lib/store.ts';
import type {RecordingState} from '../storage/recording-state.ts';
import {AttemptScopes} from './attempt-scopes.ts';
import type {Effect, Loss, MachineEvent} from './connection-events.ts';
import {initialMachine, step} from './connection-machine.ts';
import type {ConnectionEvent, ConnectionState} from './connection-state.ts';
import {EventHistory} from './event-history.ts';
import {eventWords} from './event-words.ts';
import {failureOf} from './failure-of.ts';
import {listedAs, stateMarker} from './listed-change.ts';
import {LogReader} from './log-reader.ts';
import {lookUp} from './look-up.ts';
import type {StreamOptions} from './stream-options.ts';
import {type Resumed, StreamRecording} from './stream-recording.ts';

/** A silent connection and the one that is to replace it never stand side by side for longer. */
const overlapCap = 30_000;
/** The first connection waits for the recording to be found, and for the pipeline's id that this takes. */
const recordingPatience = 3_000;

/** What one tab shows beside its lines. A new object at most `fps` times a second, and only after a change. */
export type TabSnapshot = {
  readonly version: number;
  readonly firstId: number;
  readonly endId: number;
  readonly lineCount: number;
  readonly byteLength: number;
  readonly droppedLines: number;
  readonly connection: ConnectionState;
  /** Lines of level ERROR received so far, whether they are still held or not. */
  readonly errorCount: number;
  /** The last 20 connection events, oldest first. */
  readonly events: readonly ConnectionEvent[];
  /** Id of the pipeline as last known; undefined until the list or a look-up told. */
  readonly pipelineId: string | undefined;
  /** Wall milliseconds of the last byte. */
  readonly lastByteAt: number | undefined;
  /** What becomes of the recording; absent: it is off. */
  readonly recording?: RecordingState | undefined;
};

/**
 * One tab: follows one pipeline's log on one connection, and keeps what came. It decides nothing: events go into the
 * connection machine, and its effects are carried out here. Reading never waits for anything.
 */
export class LogStream {
  readonly name: string;
  readonly buffer: LogBuffer;
  /** The pipeline as it was found when its log last ended; undefined: it was not found. A new snapshot tells of it. */
  lookedUp: Pipeline | undefined;
  readonly #client: ApiClient;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #silence: number;
  readonly #scopes: AttemptScopes;
  readonly #history = new EventHistory();
  readonly #reader: LogReader;
  readonly #batch: FrameBatch;
  readonly #store: Store<TabSnapshot>;
  readonly #recording: StreamRecording | undefined;
  /** Recorded from the beginning on. */
  readonly #isRecorded: boolean;
  #isBeginning = false;
  #machine = initialMachine;
  #closed = false;
  #listed: Pipeline | undefined;
  #knownId: string | undefined;
  /** Id of the pipeline whose log is in the pane. */
  #followedId: string | undefined;

  constructor(options: StreamOptions & {readonly name: string}) {
    const {clock, frameRate: fps = options.fps} = options;
    this.name = options.name;
    this.#client = options.client;
    this.#clock = clock;
    this.#random = options.random;
    this.#silence = options.silence ?? 5 * 60_000;
    this.#scopes = new AttemptScopes(clock);
    this.buffer = new LogBuffer({maxBytes: options.scrollbackBytes});
    this.#reader = new LogReader({
      buffer: this.buffer,
      clock,
      note: (text) => this.#history.add(clock.wall(), text),
      placed: (place) => this.#recording?.notePlaced(place),
    });
    const {recordings, name} = options;
    this.#isRecorded = recordings?.all ?? false;
    this.#recording =
      recordings &&
      new StreamRecording({
        ...{name, clock, recordings: recordings.of, showPast: recordings.showPast},
        ...{buffer: this.buffer, reader: this.#reader, onChange: () => this.#closed || this.#batch.request()},
      });
    this.#store = createStore(this.#takeSnapshot());
    this.#batch = new FrameBatch({clock, fps, flush: () => this.#store.set(this.#takeSnapshot())});
  }

  get snapshot(): ReadableStore<TabSnapshot> {
    return this.#store;
  }

  /** The errors received so far by what they say. They change before a snapshot tells of it. */
  get errorShapes(): ErrorShapes {
    return this.#reader.errorShapes;
  }

  /** What was lost so far. */
  get toll(): Toll {
    return this.#reader.toll;
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
    this.#recording?.set(on, this.#reader.pipelineId ?? this.#knownId);
  }

  /** Goes on with what was recorded before, and connects. Never rejects. */
  async #begin(): Promise<void> {
    this.#isBeginning = true;
    const patience = new AbortController();
    const cancel = this.#clock.after(recordingPatience, () => patience.abort());
    if (this.#knownId === undefined) {
      const {pipeline} = await lookUp(this.#client, this.name, undefined, patience.signal);
      this.#knownId ??= pipeline?.id;
    }
    cancel();
    const resumed = this.#closed ? undefined : await this.#recording?.begin(this.#knownId);
    this.#isBeginning = false;
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
  noteSleep(): void {
    if (this.#machine.connection.kind !== 'idle') this.#dispatch({kind: 'reconnect', cause: 'slept'});
  }

  /** Puts a dated line into the pane. */
  drawLine(): void {
    this.#reader.mark({kind: 'drawn'});
    this.#changed();
  }

  /** See `LogBuffer.shrinkTo`. */
  shrinkTo(bytes: number, newest: number): void {
    this.buffer.shrinkTo(bytes, newest);
    this.#changed();
  }

  /**
   * The pipeline as the list shows it now; undefined: it does not. Draws a row when its state changed since the last
   * call, and wakes a waiting stream when the pipeline is there (again).
   */
  notePipeline(pipeline: Pipeline | undefined): void {
    const before = this.#listed;
    this.#listed = pipeline;
    if (pipeline) this.#knownId = pipeline.id;
    if (this.#reader.attempt !== undefined) this.#followedId ??= pipeline?.id;
    this.#recording?.noteId(this.#reader.pipelineId ?? pipeline?.id);
    const marker = stateMarker(before, pipeline);
    if (marker) this.#reader.mark(marker);
    const as = listedAs(before, pipeline);
    if (as) this.#dispatch({kind: 'listed', as});
    this.#changed();
  }

  /** Ends it for good and frees the connection at once. Resolves when its recording is written, too. */
  close(): Promise<void> {
    // First: whether what is held back now was the log's own will only be known in the next run.
    const recorded = this.#recording?.close();
    this.#reader.release();
    this.#dispatch({kind: 'close'});
    this.#closed = true;
    this.#batch.dispose();
    this.#store.set(this.#takeSnapshot());
    return recorded ?? Promise.resolve();
  }

  /** The lines, or what is told of them, have changed. */
  #changed(): void {
    this.#recording?.noteChange();
    this.#batch.request();
  }

  #dispatch(event: MachineEvent): void {
    if (this.#closed) return;
    const before = this.#machine;
    const now = this.#clock.monotonic();
    const {machine, effects} = step(before, event, {now, roll: this.#random(), decided: this.#reader.decided});
    if (machine === before) return;
    this.#machine = machine;
    const words = eventWords(before, event, machine, now);
    if (words) this.#history.add(this.#clock.wall(), words.text, words.key);
    for (const effect of effects) this.#run(effect);
    this.#changed();
  }

  #run(effect: Effect): void {
    switch (effect.kind) {
      case 'connect':
        void this.#follow(effect.attempt);
        if (effect.attempt === this.#machine.spare?.attempt) {
          this.#scopes.after(effect.attempt, overlapCap, () =>
            this.#dispatch({kind: 'spare-late', attempt: effect.attempt}),
          );
        }
        return;
      case 'drop':
        this.#reader.end(effect.attempt);
        this.#scopes.drop(effect.attempt);
        return;
      case 'wait':
        this.#scopes.after(effect.attempt, effect.milliseconds, () =>
          this.#dispatch({kind: 'retry-due', attempt: effect.attempt}),
        );
        return;
      case 'look-up':
        void this.#lookUp(effect.attempt);
        return;
      case 'begin-replay':
        this.#beginReplay(effect.attempt, effect.loss);
        return;
      case 'settle':
        this.#reader.settle();
        this.#watchSilence(effect.attempt);
        return;
      case 'mark-ended':
        // A line that was cut off will not be completed, and no marker may stand inside a line.
        if (effect.because !== 'stopped') this.#reader.finish();
        this.#reader.mark({kind: 'ended', because: effect.because});
        return;
    }
  }

  /** Never rejects: every end becomes an event. */
  async #follow(attempt: number): Promise<void> {
    const end = await this.#client
      .followLogs(this.name, {
        onOpen: () => this.#dispatch({kind: 'opened', attempt}),
        onData: (bytes) => this.#receive(attempt, bytes),
        signal: this.#scopes.signal(attempt),
      })
      .catch((error: unknown) => ({kind: 'refused' as const, failure: failureOf(error)}));
    const sentinel = this.#reader.end(attempt);
    if (end.kind === 'refused') this.#dispatch({kind: 'refused', attempt, failure: end.failure});
    else this.#dispatch({kind: 'body-ended', attempt, end, sentinel});
  }

  async #lookUp(attempt: number): Promise<void> {
    const followed = this.#reader.pipelineId ?? this.#followedId;
    const {found, pipeline} = await lookUp(this.#client, this.name, followed, this.#scopes.signal(attempt));
    if (pipeline) this.#knownId = pipeline.id;
    this.lookedUp = found.kind === 'same' ? pipeline : undefined;
    this.#dispatch({kind: 'looked-up', attempt, found});
  }

  #beginReplay(attempt: number, loss: Loss | undefined): void {
    const isSpare = attempt === this.#machine.spare?.attempt;
    const beside = isSpare ? this.#machine.attempt : undefined;
    this.#followedId = this.#knownId;
    this.#reader.begin({attempt, loss, pipelineId: this.#knownId, beside});
    this.#watchCatchUp(attempt);
  }

  #receive(attempt: number, bytes: Uint8Array): void {
    if (!this.#reader.receive(attempt, bytes)) return;
    if (this.#machine.spare && attempt === this.#machine.attempt) this.#dispatch({kind: 'heard', attempt});
    this.#changed();
  }

  #watchCatchUp(attempt: number): void {
    this.#scopes.after(attempt, this.#reader.lookAfter, () => {
      const {connection, spare} = this.#machine;
      if (connection.kind !== 'catching-up' && spare?.attempt !== attempt) return;
      if (this.#reader.isReplayOver()) this.#dispatch({kind: 'caught-up', attempt});
      else this.#watchCatchUp(attempt);
    });
  }

  #watchSilence(attempt: number): void {
    if (this.#silence === 0) return;
    const rest = this.#reader.heardAt + this.#silence - this.#clock.monotonic();
    // After a look that found silence, the next one is a whole time later: the second connection may have failed.
    this.#scopes.after(attempt, rest > 0 ? rest : this.#silence, () => {
      const silentFor = this.#clock.monotonic() - this.#reader.heardAt;
      if (silentFor >= this.#silence) this.#dispatch({kind: 'silent', attempt});
      this.#watchSilence(attempt);
    });
  }

  #takeSnapshot(): TabSnapshot {
    const {version, firstId, endId, lineCount, byteLength, droppedLines} = this.buffer;
    return {
      version,
      firstId,
      endId,
      lineCount,
      byteLength,
      droppedLines,
      connection: this.#machine.connection,
      errorCount: this.#reader.errorCount,
      events: this.#history.events,
      pipelineId: this.#knownId,
      lastByteAt: this.#reader.lastByteAt,
      recording: this.#recording?.state,
    };
  }
}
