import type {LogBuffer} from '../buffer/log-buffer.ts';
import type {LossCount, Marker} from '../buffer/markers.ts';
import type {Packer} from '../buffer/packed-store.ts';
import {type Clock, nextTurn} from '../lib/clock.ts';
import {SharedFrames} from '../lib/frames.ts';
import {SliceRunner} from '../lib/slices.ts';
import {createStore, type ReadableStore, type Store} from '../lib/store.ts';
import type {ErrorLog} from '../records/error-log.ts';
import type {Processes} from '../storage/file-lock.ts';
import type {FoundLog} from '../storage/opened/find-logs.ts';
import {OpenError} from '../storage/opened/open-error.ts';
import {type Capabilities, capabilitiesOf} from './capabilities.ts';
import {type ConnectionEvent, withEvent} from './connection/state.ts';
import {FileLog, type FileSizes, notRead} from './file-log.ts';
import {LogSink} from './log-sink.ts';
import {bufferInfo, type FileState, type LogSnapshot} from './log-source.ts';
import type {UnaskedEnds} from './log-states.ts';
import {openedPieces, type PiecesOptions} from './opened-pieces.ts';
import {RecordingLog} from './recording-log.ts';

export type OpenedLogOptions = {
  readonly found: FoundLog;
  readonly clock: Clock;
  /** Snapshots a second, at most. */
  readonly fps: number;
  /** Frames that several tabs share. Default: its own. */
  readonly frames?: SharedFrames;
  /** Limit of the memory of the scrollback. */
  readonly scrollbackBytes: number;
  /** Limit of all tabs together; also limits the lines of a large file that are held. Default: none. */
  readonly memoryBytes?: number;
  /** Default: no scrollback is compressed. */
  readonly packer?: Packer;
  /** What the program reads as its own input. */
  readonly stdin?: PiecesOptions['stdin'];
  /** Default: no recording is followed. */
  readonly processes?: Pick<Processes, 'isAlive'>;
  /** For tests: which file is large. */
  readonly sizes?: FileSizes;
};

type FoundFile = Extract<FoundLog, {kind: 'file'}>;
type FoundRecordings = Extract<FoundLog, {kind: 'recording'}>;

/** Milliseconds between two slices in which errors of a large file are counted: nobody waits for them. */
const restBetweenErrors = 4;
/** Milliseconds of reading between two turns of the event loop. */
const sliceMs = 8;

/** One log without a connection: a file, which may grow, stdin or the recordings of one pipeline. */
export class OpenedLog {
  readonly name: string;
  readonly found: FoundLog;
  readonly capabilities: Capabilities;
  readonly buffer: LogBuffer;
  readonly #options: OpenedLogOptions;
  readonly #sink: LogSink;
  readonly #frames: SharedFrames;
  readonly #store: Store<LogSnapshot>;
  readonly #closing = new AbortController();
  /** One function for all frames, which identify the log by it. */
  readonly #publish = () => this.#store.set(this.#newSnapshot());
  #file: FileLog | undefined;
  #state: FileState;
  #events: readonly ConnectionEvent[] = [];
  #receivedAt: number | undefined;
  #isStarted = false;
  #sliceEnd = 0;

  constructor(options: OpenedLogOptions) {
    const {found, clock, fps, frames, scrollbackBytes: maxBytes, packer} = options;
    this.#options = options;
    this.name = found.name;
    this.found = found;
    this.capabilities = capabilitiesOf(found);
    const isPipe = found.kind === 'stdin';
    this.#state = {kind: isPipe ? 'followed' : 'reading', size: 0, read: 0, hasWriter: isPipe};
    this.#sink = new LogSink({buffer: {maxBytes, packer}, clock});
    this.#sink.onEvent = (text) => {
      this.#events = withEvent(this.#events, {at: clock.wall(), text});
    };
    this.buffer = this.#sink.buffer;
    this.#frames = frames ?? new SharedFrames({clock, fps});
    this.#store = createStore(this.#newSnapshot());
  }

  get snapshot(): ReadableStore<LogSnapshot> {
    return this.#store;
  }

  /** May be ahead of the snapshot. */
  get errors(): ErrorLog {
    return this.#sink.errors;
  }

  get losses(): LossCount {
    return this.#sink.losses;
  }

  get ends(): UnaskedEnds {
    return this.#sink.states.ends;
  }

  /** Reads; a second call does nothing. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    const {found} = this.#options;
    if (found.kind === 'file' && found.packed === undefined) void this.#followFile(found);
    else void this.#readAll(found);
  }

  addDivider(): void {
    this.#sink.addMarker({kind: 'drawn'});
    this.#onChange();
  }

  /** See `LogBuffer.shrinkTo`. */
  shrinkTo(bytes: number, newest: number): void {
    // No snapshot without a change: the memory budget calls this after each one, so it would never end.
    if (this.buffer.shrinkTo(bytes, newest)) this.#onChange();
  }

  /** Closes the files. Resolves when that is done. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#frames.cancel(this.#publish);
    await this.#file?.close();
  }

  /** Never rejects. */
  async #followFile(found: FoundFile): Promise<void> {
    const {clock, memoryBytes, sizes} = this.#options;
    const {path, older} = found;
    this.#sink.readBackFromFiles();
    // What was compressed cannot be read backwards.
    const last = older.some(({packed}) => packed !== undefined) ? older.at(-1) : undefined;
    if (last) {
      await this.#readPieces({...found, ...last, older: older.slice(0, -1)}, {goesOn: true});
      if (this.#closing.signal.aborted) return;
    }
    this.#file = new FileLog({
      ...{path, older: last ? [] : older.map((file) => file.path)},
      ...{sink: this.#sink, clock, memoryBytes, sizes},
      onChange: (state) => this.#setState(state),
      onReceived: () => {
        this.#receivedAt = clock.wall();
      },
    });
    const to = await this.#file.start();
    if (to !== undefined) this.#countErrorsBefore(to);
  }

  #countErrorsBefore(to: number): void {
    const {clock} = this.#options;
    const earlier = this.#sink.countEarlier(to);
    const runner = new SliceRunner({
      clock,
      step: (maxBytes) => this.#closing.signal.aborted || earlier.step(maxBytes),
      onSlice: (isDone) => {
        if (isDone) this.#onChange();
      },
      restMs: () => restBetweenErrors,
    });
    runner.wake();
  }

  /** What is no plain file is read once, from its beginning to its end. Never rejects. */
  async #readAll(found: FoundLog): Promise<void> {
    const isRead = found.kind === 'recording' ? await this.#readRecordings(found) : await this.#readPieces(found);
    if (isRead) this.#setState({...this.#state, kind: 'ended'});
  }

  /** False: it could not be read to its end, which is shown. */
  async #readPieces(found: FoundLog, options: Pick<PiecesOptions, 'goesOn'> = {}): Promise<boolean> {
    const {stdin} = this.#options;
    const {signal} = this.#closing;
    const onRead = (read: number, size: number) => {
      // Collections of a bundle may bring nothing new for a while.
      this.#setState({...this.#state, read, size});
    };
    return await this.#reading(found, async () => {
      for await (const piece of openedPieces(found, {...options, signal, onRead, ...(stdin && {stdin})})) {
        signal.throwIfAborted();
        if ('bytes' in piece) this.#append(piece.bytes);
        else this.#addMarker(piece.marker);
        await this.#pause();
      }
    });
  }

  async #readRecordings(found: FoundRecordings): Promise<boolean> {
    const {clock, processes} = this.#options;
    const log = new RecordingLog({
      ...{recordings: found.recordings, clock, processes, signal: this.#closing.signal},
      sink: this.#sink,
      pause: () => this.#pause(),
      onChange: (change) => {
        if (change.read !== undefined) this.#receivedAt = clock.wall();
        this.#setState({...this.#state, ...change});
      },
    });
    return await this.#reading(found, () => log.read());
  }

  async #reading(found: FoundLog, read: () => Promise<void>): Promise<boolean> {
    try {
      await read();
      this.#sink.endLine();
      return true;
    } catch (error) {
      if (this.#closing.signal.aborted) return false;
      const {message: why} = OpenError.of(found.path === '-' ? found.name : found.path, error, {
        isOpen: this.buffer.lineCount > 0,
      });
      this.#sink.endLine();
      // Without a line, the reason is what is shown.
      if (this.buffer.lineCount > 0) this.#sink.addMarker(notRead(why));
      this.#setState({...this.#state, kind: 'failed', why});
      return false;
    }
  }

  #addMarker(marker: Marker): void {
    // What came through a pipe has no time of its own.
    this.#sink.addMarker(marker, marker.at > 0 ? marker.at : this.#options.clock.wall());
  }

  /** Other work has its turn after each slice. Rejects once the log is closed. */
  async #pause(): Promise<void> {
    const {clock} = this.#options;
    if (clock.monotonic() >= this.#sliceEnd) {
      await nextTurn(clock);
      this.#sliceEnd = clock.monotonic() + sliceMs;
    }
    this.#closing.signal.throwIfAborted();
  }

  #append(bytes: Uint8Array): void {
    this.#sink.addBytes(bytes);
    this.#onRead(bytes);
  }

  #onRead(bytes: Uint8Array): void {
    const at = this.#options.clock.wall();
    this.#receivedAt = at;
    if (this.#state.kind !== 'followed') this.#onChange();
    else {
      const read = this.#state.read + bytes.length;
      this.#setState({...this.#state, size: read, read, grewAt: at});
    }
  }

  #setState(state: FileState): void {
    this.#state = state;
    this.#onChange();
  }

  #onChange(): void {
    if (this.#closing.signal.aborted) return;
    // The first lines do not wait for a frame: the user may wait for them.
    const areFirst = this.#store.get().lineCount === 0 && this.buffer.lineCount > 0;
    if (areFirst) this.#publish();
    else this.#frames.request(this.#publish);
  }

  #newSnapshot(): LogSnapshot {
    return {
      ...bufferInfo(this.buffer),
      file: this.#state,
      events: this.#events,
      receivedAt: this.#receivedAt,
      unread: this.#sink.states.unread,
    };
  }
}
