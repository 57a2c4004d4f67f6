import type {Clock} from '../../lib/clock.ts';
import {SharedFrames} from '../../lib/frames.ts';
import {createStore, type ReadableStore} from '../../lib/store.ts';
import type {LogBuffer} from '../buffer/log-buffer.ts';
import type {LossCount} from '../buffer/markers.ts';
import type {Packer} from '../buffer/packed-store.ts';
import type {ErrorLog} from '../records/error-log.ts';
import type {LogFormat} from '../records/log-format.ts';
import type {Feed} from './feed.ts';
import {LogSink} from './log-sink.ts';
import {bufferInfo, type LogSnapshot} from './log-snapshot.ts';
import type {LogStates} from './log-states.ts';

type LogOptions<F extends Feed> = {
  /** Makes the feed. `signal`: aborted once the log is closed. */
  readonly feed: (sink: LogSink, signal: AbortSignal) => F;
  readonly clock: Clock;
  /** Snapshots a second, at most. */
  readonly fps: number;
  /** Snapshots a second now: fewer than `fps` while the user is away. Default: always `fps`. */
  readonly fpsNow?: ReadableStore<number> | undefined;
  /** Frames that several logs share. Default: its own. */
  readonly frames?: SharedFrames | undefined;
  /** Limit of the memory of the scrollback. */
  readonly scrollbackBytes: number;
  /** See `BufferOptions`. */
  readonly maxLineBytes?: number;
  /** Default: no scrollback is compressed. */
  readonly packer?: Packer | undefined;
  /** Its lines are those of other logs, which count their errors. Default: false. */
  readonly isCopy?: boolean;
  /** Another logger than Feldera's may have written its lines. Default: none has. */
  readonly hasOthers?: boolean | undefined;
};

/** A log, whatever brings its lines: what a tab shows, and what `pipetail logs` prints. */
export class Log<F extends Feed = Feed> {
  readonly buffer: LogBuffer;
  /** Errors in its lines; may be ahead of the snapshot. A merged log has none: its sources count them. */
  readonly errors: ErrorLog;
  /** Errors that lines report as suppressed, by the ids of these lines here. */
  readonly suppressed: ErrorLog['suppressed'];
  /** A new one at most `fps` times a second, and only after a change. */
  readonly snapshot: ReadableStore<LogSnapshot & F['status']>;
  readonly #feed: F;
  readonly #sink: LogSink;
  readonly #frames: SharedFrames;
  readonly #closing = new AbortController();
  readonly #dispose: () => void;
  /** One function for all frames, which identify the log by it. */
  readonly #publish: () => void;
  #isStarted = false;

  constructor(options: LogOptions<F>) {
    const {clock, fps, fpsNow = fps, frames, scrollbackBytes: maxBytes, maxLineBytes, packer, hasOthers} = options;
    this.#frames = frames ?? new SharedFrames({clock, fps: fpsNow});
    this.#dispose = () => frames || this.#frames.dispose();
    const buffer = {maxBytes, packer, ...(maxLineBytes !== undefined && {maxLineBytes})};
    this.#sink = new LogSink({buffer, clock, isCopy: options.isCopy, hasOthers});
    this.buffer = this.#sink.buffer;
    this.errors = this.#sink.errors;
    this.suppressed = this.errors.suppressed;
    this.#feed = options.feed(this.#sink, this.#closing.signal);
    const store = createStore(this.#newSnapshot());
    this.snapshot = store;
    this.#publish = () => store.set(this.#newSnapshot());
    this.#sink.onChange = () => this.#onChange();
  }

  /** Name of its tab; that of a pipeline may change. */
  get name(): string {
    return this.#feed.name;
  }

  get capabilities(): Feed['capabilities'] {
    return this.#feed.capabilities;
  }

  /** State and operations that only the log of a pipeline has; undefined: it has no connection. */
  get connection(): F['connection'] {
    return this.#feed.connection;
  }

  /** Sources of a merged log; undefined: it is none. */
  get merge(): F['merge'] {
    return this.#feed.merge;
  }

  get losses(): LossCount {
    return this.#sink.losses;
  }

  /** The lost streams of the process now: the snapshot may be a frame behind the losses. */
  get lostStreams(): LogStates['lostStreams'] {
    return this.#sink.states.lostStreams;
  }

  /** Format of its lines. A merged log reads none: its sources have one each. */
  get format(): Pick<LogFormat, 'isRecognised' | 'other'> {
    return this.#sink.format;
  }

  /** Ends of the process that nobody asked for. */
  get ends(): LogStates['ends'] {
    return this.#sink.states.ends;
  }

  /** Runs before the newest one that ended so. */
  get runsBefore(): LogStates['runsBefore'] {
    return this.#sink.states.runsBefore;
  }

  /** Tells whether the runner's newest line about the process tells of its end; false if lines are missing since. */
  get isRunOver(): boolean {
    return this.#sink.states.isRunOver;
  }

  /** Bytes of memory that the feed needs for a reconnect. */
  get tailBytes(): number {
    return this.#feed.tailBytes ?? 0;
  }

  /** Compresses what the feed needs for a reconnect, within 2 ms. Returns true once nothing is left to compress. */
  packTail(): boolean {
    return this.#feed.packTail?.() ?? true;
  }

  /** Brings its lines from now on; a second call does nothing. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#feed.start();
  }

  /** See `LogBuffer.shrinkTo`. */
  shrinkTo(bytes: number, newest: number): void {
    // No snapshot without a change: the memory budget calls this after each one, so it would never end.
    if (this.buffer.shrinkTo(bytes, newest)) this.#onChange();
  }

  /** Limits the memory of the scrollback from now on. */
  limitTo(bytes: number): void {
    this.buffer.maxBytes = bytes;
    this.#onChange();
  }

  /** Frees connection and files at once; what came can still be read. Resolves when all is written and closed. */
  close(): Promise<void> {
    const closed = this.#feed.close?.();
    this.#closing.abort();
    this.#frames.cancel(this.#publish);
    this.#dispose();
    this.#publish();
    return closed ?? Promise.resolve();
  }

  /** Frees the memory of a log that was closed and that nobody shows, except what a merged log has still to read. */
  free(): void {
    this.#feed.free?.();
    this.buffer.free();
  }

  #onChange(): void {
    if (this.#closing.signal.aborted) return;
    this.#feed.onChange?.();
    // The first lines do not wait for a frame: the user may wait for them.
    const areFirst = this.snapshot.get().lineCount === 0 && this.buffer.lineCount > 0;
    if (areFirst) this.#publish();
    else this.#frames.request(this.#publish);
  }

  #newSnapshot(): LogSnapshot & F['status'] {
    return {...bufferInfo(this.buffer), lostStreams: this.#sink.states.lostStreams, ...this.#feed.status};
  }
}
