import type {Marker} from '../../buffer/markers.ts';
import type {Processes} from '../../storage/file-lock.ts';
import type {BytesPart} from '../../storage/opened/file-part.ts';
import {recordedBlocks} from '../../storage/opened/recorded-blocks.ts';
import {type AddedPiece, FollowedRecording, isWritten} from '../../storage/recording/followed-recording.ts';
import {
  type FoundRecording,
  openRecorded,
  type RecordedLog,
  readRecording,
  recordedPieces,
} from '../../storage/recording/reader.ts';
import type {FileState} from '../log-snapshot.ts';
import type {Reading, Source} from './reading.ts';

/** Milliseconds between two questions whether a recording is still being written. */
const askEvery = 1000;
/** The same while nobody writes it. A change in its folder is noticed sooner. */
const askSeldom = 5000;

/** The recordings of one pipeline. The last one is followed: its writer, and those that continue it later. */
export class RecordingSource implements Source {
  readonly #recordings: readonly FoundRecording[];
  readonly #processes: Pick<Processes, 'isAlive'> | undefined;
  readonly #reading: Reading;
  readonly #last: FoundRecording | undefined;
  /** Of the last one that was recorded: its writer may still correct it. */
  #markerId: number | undefined;

  /** `recordings`: oldest first. Without `processes` none is followed. */
  constructor(
    reading: Reading,
    recordings: readonly FoundRecording[],
    processes: Pick<Processes, 'isAlive'> | undefined,
  ) {
    this.#recordings = recordings;
    this.#processes = processes;
    this.#reading = reading;
    this.#last = recordings.at(-1);
  }

  async read(): Promise<void> {
    const {sink, clock} = this.#reading;
    const live = this.#last && this.#processes && (await FollowedRecording.open(this.#last.folder, clock));
    try {
      await this.#readPast(live);
      if (live) await this.#follow(live);
    } finally {
      live?.close();
    }
    sink.endLine();
    this.#reading.set({kind: 'ended'});
  }

  async #isWritten(): Promise<boolean> {
    const processes = this.#processes;
    return processes !== undefined && this.#last !== undefined && (await isWritten(this.#last.folder, processes));
  }

  /** Blocks stay in the recordings, from which they are read back. Of `live`, the last one, only these are read. */
  async #readPast(live: FollowedRecording | undefined): Promise<void> {
    const recordings = this.#recordings;
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
      if ('marker' in past) this.#reading.sink.addPastMarker(past.marker);
      else {
        this.#reading.sink.addPast(past);
        this.#onRead(past.bytes.length, {});
      }
      await this.#reading.pause();
    }
  }

  /** Until the log is closed. */
  async #follow(live: FollowedRecording): Promise<void> {
    const {sink, signal, clock} = this.#reading;
    const readNow = (offset: number, length: number) => live.bytes.read(offset, length);
    // Unpacked blocks are kept for the next read.
    const part: BytesPart = {isGone: false, keepsBytes: true, readNow};
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
    this.#reading.sink.addBytes(piece.bytes, {part, offset: piece.offset});
    this.#reading.note({size: this.#reading.state.size + piece.bytes.length});
    this.#onRead(piece.bytes.length, isCaughtUp ? {grewAt: this.#reading.clock.wall()} : {});
  }

  /** As its writer had them, corrected by it already. */
  #addMarker({marker, corrects}: Extract<AddedPiece, {marker: Marker}>): void {
    this.#markerId = this.#reading.sink.addWritten(marker, corrects ? this.#markerId : undefined);
    this.#reading.sink.onChange();
  }

  #onRead(bytes: number, change: Pick<FileState, 'grewAt'>): void {
    this.#reading.received();
    const {size, read} = this.#reading.state;
    this.#reading.set({read: Math.min(size, read + bytes), ...change});
  }
}
