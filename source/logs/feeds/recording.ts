import type {Marker} from '../../buffer/markers.ts';
import type {Clock} from '../../lib/clock.ts';
import type {Processes} from '../../storage/file-lock.ts';
import type {BytesPart} from '../../storage/opened/file-part.ts';
import type {FoundLog} from '../../storage/opened/find-logs.ts';
import {recordedBlocks} from '../../storage/opened/recorded-blocks.ts';
import {type AddedPiece, FollowedRecording, isWritten} from '../../storage/recording/followed-recording.ts';
import {
  type FoundRecording,
  openRecorded,
  type RecordedLog,
  readRecording,
  recordedPieces,
} from '../../storage/recording/reader.ts';
import {capabilitiesOf} from '../capabilities.ts';
import type {Feed} from '../feed.ts';
import type {LogSink} from '../log-sink.ts';
import type {FileState} from '../log-snapshot.ts';
import {Reading} from './reading.ts';

type RecordingFeedOptions = {
  /** Recordings of one pipeline, oldest first. */
  readonly found: Extract<FoundLog, {kind: 'recording'}>;
  readonly clock: Clock;
  /** Undefined: no recording is followed. */
  readonly processes: Pick<Processes, 'isAlive'> | undefined;
};

/** Milliseconds between two questions whether a recording is still being written. */
const askEvery = 1000;
/** The same while nobody writes it. A change in its folder is noticed sooner. */
const askSeldom = 5000;

/** The recordings of one pipeline. The last one is followed: its writer, and those that continue it later. */
export class RecordingFeed implements Feed {
  readonly name: string;
  readonly capabilities: Feed['capabilities'];
  readonly #options: RecordingFeedOptions;
  readonly #sink: LogSink;
  readonly #signal: AbortSignal;
  readonly #reading: Reading;
  readonly #last: FoundRecording | undefined;
  /** Of the last one that was recorded: its writer may still correct it. */
  #markerId: number | undefined;

  constructor(sink: LogSink, signal: AbortSignal, options: RecordingFeedOptions) {
    const {found, clock} = options;
    this.name = found.name;
    this.capabilities = capabilitiesOf(found);
    this.#options = options;
    this.#sink = sink;
    this.#signal = signal;
    this.#reading = new Reading(sink, signal, {clock});
    this.#last = found.recordings.at(-1);
  }

  get status() {
    return this.#reading.status;
  }

  start(): void {
    void this.#read();
  }

  /** Never rejects. */
  async #read(): Promise<void> {
    const {found, clock, processes} = this.#options;
    try {
      const live = this.#last && processes && (await FollowedRecording.open(this.#last.folder, clock));
      try {
        await this.#readPast(live);
        if (live) await this.#follow(live);
      } finally {
        live?.close();
      }
      this.#sink.endLine();
      this.#reading.set({kind: 'ended'});
    } catch (error) {
      this.#reading.fail(found.path, error);
    }
  }

  async #isWritten(): Promise<boolean> {
    const {processes} = this.#options;
    return processes !== undefined && this.#last !== undefined && (await isWritten(this.#last.folder, processes));
  }

  /** Blocks stay in the recordings, from which they are read back. Of `live`, the last one, only these are read. */
  async #readPast(live: FollowedRecording | undefined): Promise<void> {
    const {recordings} = this.#options.found;
    const logs = new Map<FoundRecording, RecordedLog>();
    let size = live ? live.pastEnd - live.firstOffset : 0;
    for (const recording of live ? recordings.slice(0, -1) : recordings) {
      const log = await openRecorded(recording.folder);
      if (log) logs.set(recording, log);
      if (log) size += log.size - log.map.firstOffset;
      await this.#reading.pause();
    }
    this.#reading.note({size});
    const read = (recording: FoundRecording) =>
      live && recording === this.#last ? live.past() : readRecording(recording.folder, logs.get(recording));
    for await (const past of recordedBlocks(recordedPieces(recordings, read))) {
      if ('marker' in past) this.#sink.addPastMarker(past.marker);
      else {
        this.#sink.addPast(past);
        this.#onRead(past.bytes.length, {});
      }
      await this.#reading.pause();
    }
  }

  /** Until the log is closed. */
  async #follow(live: FollowedRecording): Promise<void> {
    const {clock} = this.#options;
    const [sink, signal] = [this.#sink, this.#signal];
    const part = {isGone: false, readNow: (offset: number, length: number) => live.bytes.read(offset, length)};
    sink.readBackFromFiles();
    this.#markerId = sink.buffer.lastMarker()?.id;
    let isWritten = false;
    /** Undefined: what was there already is not read yet. */
    let shownAsWritten: boolean | undefined;
    let askedAt = Number.NEGATIVE_INFINITY;
    for (;;) {
      if (!isWritten || clock.monotonic() - askedAt >= askEvery) {
        // First: what a writer wrote last is read.
        isWritten = await this.#isWritten();
        askedAt = clock.monotonic();
      }
      for await (const piece of live.added()) {
        if ('marker' in piece) this.#addMarker(piece);
        else this.#append(piece, part, shownAsWritten !== undefined);
        await this.#reading.pause();
      }
      if (!isWritten) sink.endLine();
      if (isWritten !== shownAsWritten)
        this.#reading.set({kind: isWritten ? 'followed' : 'ended', hasWriter: isWritten});
      shownAsWritten = isWritten;
      await live.changed(signal, isWritten ? askEvery : askSeldom);
      signal.throwIfAborted();
    }
  }

  #append(piece: Extract<AddedPiece, {bytes: Buffer}>, part: BytesPart, isCaughtUp: boolean): void {
    this.#sink.addBytes(piece.bytes, {part, offset: piece.offset});
    this.#reading.note({size: this.#reading.state.size + piece.bytes.length});
    this.#onRead(piece.bytes.length, isCaughtUp ? {grewAt: this.#options.clock.wall()} : {});
  }

  /** As its writer had them, corrected by it already. */
  #addMarker({marker, corrects}: Extract<AddedPiece, {marker: Marker}>): void {
    this.#markerId = this.#sink.addWritten(marker, corrects ? this.#markerId : undefined);
    this.#sink.onChange();
  }

  #onRead(bytes: number, change: Pick<FileState, 'grewAt'>): void {
    this.#reading.received();
    const {size, read} = this.#reading.state;
    this.#reading.set({read: Math.min(size, read + bytes), ...change});
  }
}
