import {type Clock, withPatience} from '../../lib/clock.ts';
import type {Pause} from '../../lib/presence.ts';
import type {Pipeline} from '../api/types.ts';
import type {MarkerKind} from '../buffer/markers.ts';
import {Connection} from '../connection/connection.ts';
import type {ConnectionState} from '../connection/state.ts';
import type {Feed, LogConnection} from '../logs/feed.ts';
import {Log} from '../logs/log.ts';
import type {LogMaker, ManagedOptions} from '../logs/log-manager.ts';
import {LogReader} from '../logs/log-reader.ts';
import type {LogSink} from '../logs/log-sink.ts';
import {StreamRecording} from '../logs/stream-recording.ts';
import {capabilitiesOf} from '../opened/found-log.ts';
import type {RecordingState} from '../recording/recorder.ts';
import {ListedChanges} from './listed-changes.ts';

const defaultSilence = 5 * 60_000;
/** Milliseconds that the first connection waits for the pipeline's id, which the recording needs. */
const recordingPatience = 3_000;

/** Makes the logs of pipelines: any name may be a pipeline's. */
export const pipelineLogs: LogMaker<ConnectionFeed> = {
  make: (name, options) =>
    new Log({...options, feed: (sink, signal) => new ConnectionFeed(sink, signal, {...options, name})}),
};

/** The log of a pipeline: its connection brings it, its recording keeps it, and changes in the list become markers. */
export class ConnectionFeed implements Feed, LogConnection {
  readonly capabilities = capabilitiesOf(undefined);
  readonly #clock: Clock;
  readonly #sink: LogSink;
  readonly #signal: AbortSignal;
  readonly #connection: Connection;
  readonly #reader: LogReader;
  readonly #recording: StreamRecording | undefined;
  readonly #isRecordedFromStart: boolean;
  #isStarting = false;
  /** Markers that wait until the recording is open, because its lines come before them. */
  readonly #waitingMarkers: {readonly marker: MarkerKind; readonly at: number}[] = [];
  readonly #changes: ListedChanges;
  #name: string;
  /** Pipeline of a log that was given up, and the new name under which the log of another tab goes on with it. */
  #givenUp: {readonly pipelineId: string | undefined; readonly to: string} | undefined;
  /** Id of another pipeline that has the name now, until its log comes. */
  #nextId: string | undefined;

  constructor(sink: LogSink, signal: AbortSignal, options: ManagedOptions & {readonly name: string}) {
    const {
      client,
      clock,
      random,
      recordings,
      silence = defaultSilence,
      packer,
      onWaiting,
      onRenamed,
      onPlaced,
    } = options;
    const name = () => this.#name;
    const onChange = () => {
      this.#changes.settle();
      sink.onChange();
    };
    this.#name = options.name;
    this.#clock = clock;
    this.#sink = sink;
    this.#signal = signal;
    sink.onEvent = (text) => this.#connection.addEvent(text);
    sink.onPlaced = (place) => {
      this.#nextId = undefined;
      this.#recording?.onPlaced(place);
      onPlaced();
    };
    this.#reader = new LogReader({
      sink,
      clock,
      packer,
      onReceived: (areFirst) => {
        this.#connection.onReceived(areFirst);
        sink.onChange();
      },
    });
    this.#connection = new Connection({
      name,
      client,
      clock,
      random,
      receiver: this.#reader,
      silence,
      onWaiting,
      onRenamed,
      onChange,
    });
    this.#changes = new ListedChanges({
      clock,
      states: sink.states,
      connection: () => this.state,
      addEvent: (text, at) => this.#connection.addEvent(text, at),
      addMarker: (marker, at) => {
        this.#addMarker(marker, at);
        sink.onChange();
      },
    });
    this.#isRecordedFromStart = recordings?.all ?? false;
    this.#recording =
      recordings &&
      new StreamRecording({
        name,
        clock,
        recordings: recordings.of,
        showPast: recordings.showPast,
        sink,
        reader: this.#reader,
        onChange,
      });
  }

  get connection(): this {
    return this;
  }

  get name(): string {
    return this.#name;
  }

  get state(): ConnectionState {
    return this.#connection.state;
  }

  get status() {
    const {state: connection, events} = this.#connection;
    return {connection, events, receivedAt: this.#reader.receivedAt, recording: this.#recording?.state};
  }

  get pipelineId(): string | undefined {
    return this.#nextId ?? this.#reader.pipelineId ?? this.#connection.pipelineId;
  }

  get pipelineAtEnd(): Pipeline | undefined {
    return this.#connection.pipelineAtEnd;
  }

  get endedAt(): number | undefined {
    return this.#connection.endedAt;
  }

  get waitsForServer(): boolean {
    return this.#connection.waitsForServer;
  }

  isWokenBy(request: number): boolean {
    return this.#connection.isWokenBy(request);
  }

  onServerAnswered(request: number): void {
    this.#connection.onEvent({kind: 'server-answered', request});
  }

  start(): void {
    if (this.#isRecordedFromStart) void this.#startRecorded();
    else this.reconnect();
  }

  reconnect(): void {
    if (!this.#isStarting) this.#connection.onEvent({kind: 'reconnect'});
  }

  rest(): void {
    this.#connection.onEvent({kind: 'close'});
  }

  checkAfterPause(of: Pause): void {
    if (this.state.kind !== 'idle') this.#connection.onEvent({kind: 'slept', of});
  }

  async setRecording(on: boolean): Promise<RecordingState | undefined> {
    if (on && this.isGivenUp) return undefined;
    return await this.#recording?.set(on, this.#reader.pipelineId ?? this.#connection.pipelineId);
  }

  /** The copy of the end of the log that a reconnect needs, and what comes until it is compared: in memory. */
  get tailBytes(): number {
    return this.#reader.memoryBytes;
  }

  /** See `Stitch.pack`. */
  packTail(): boolean {
    return this.#reader.pack();
  }

  updatePipeline(pipeline: Pipeline | undefined): void {
    this.#connection.setPipeline(pipeline);
    if (!this.isGivenUp) this.#recording?.setPipelineId(this.#reader.pipelineId ?? pipeline?.id);
    const as = this.#changes.update(pipeline);
    if (as) this.#connection.onEvent({kind: 'listed', as});
    this.#sink.onChange();
  }

  get isGivenUp(): boolean {
    return this.#givenUp !== undefined;
  }

  rename(to: string): void {
    const from = this.#givenUp?.to ?? this.#name;
    this.#name = to;
    this.#givenUp = undefined;
    if (from !== to) {
      this.#connection.addEvent(`the pipeline was renamed from ${from} to ${to}`);
      this.#addMarker({kind: 'renamed', from, to});
    }
    this.#recording?.resume();
    this.#connection.onEvent({kind: 'listed', as: 'appeared'});
    this.#sink.onChange();
  }

  suspend(to: string): void {
    const from = this.#givenUp?.to ?? this.#name;
    if (from === to) return;
    this.#addMarker({kind: 'renamed', from, to});
    this.#givenUp = {pipelineId: this.pipelineId, to};
    this.#recording?.suspend();
    this.#connection.onEvent({kind: 'renamed', to});
    this.#sink.onChange();
  }

  attachTo(pipelineId: string): void {
    if (pipelineId === this.#givenUp?.pipelineId) {
      this.rename(this.#name);
      return;
    }
    this.#givenUp = undefined;
    this.#nextId = pipelineId;
    this.#connection.onEvent({kind: 'listed', as: 'replaced'});
    this.#sink.onChange();
  }

  onChange(): void {
    this.#recording?.onChange();
  }

  /** Resolves when the recording is written. */
  close(): Promise<void> | undefined {
    // Before `release`: only the next run can see whether a last line that is held back is the end marker.
    const recorded = this.#recording?.close();
    this.#changes.dispose();
    this.#reader.release();
    this.#connection.close();
    return recorded;
  }

  free(): void {
    this.#reader.free();
  }

  /** Markers wait for the recorded past, which only an empty buffer can get. */
  #addMarker(marker: MarkerKind, at = this.#clock.wall()): void {
    if (this.#isStarting) this.#waitingMarkers.push({marker, at});
    else this.#sink.addMarker(marker, at);
  }

  /** Opens the recording before it connects. Never rejects. */
  async #startRecorded(): Promise<void> {
    this.#isStarting = true;
    const id = await withPatience({clock: this.#clock, milliseconds: recordingPatience}, (signal) =>
      this.#connection.findPipelineId(signal),
    );
    const lastAt = this.#signal.aborted ? undefined : await this.#recording?.start(id);
    this.#isStarting = false;
    for (const {marker, at} of this.#waitingMarkers.splice(0)) this.#sink.addMarker(marker, at);
    if (lastAt !== undefined) this.#connection.resume(this.#clock.wall() - lastAt);
    this.reconnect();
  }
}
