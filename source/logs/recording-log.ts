import type {Marker} from '../buffer/markers.ts';
import type {Clock} from '../lib/clock.ts';
import type {Processes} from '../storage/file-lock.ts';
import type {BytesPart} from '../storage/opened/file-part.ts';
import {recordedBlocks} from '../storage/opened/recorded-blocks.ts';
import {type AddedPiece, FollowedRecording, isWritten} from '../storage/recording/followed-recording.ts';
import {type FoundRecording, openRecorded, type RecordedLog, readRecording} from '../storage/recording/reader.ts';
import type {LogSink} from './log-sink.ts';
import type {FileState} from './log-source.ts';
import {recordedPieces} from './recorded-source.ts';

type RecordingLogOptions = {
  /** Of one pipeline, oldest first. */
  readonly recordings: readonly FoundRecording[];
  readonly sink: LogSink;
  readonly clock: Clock;
  /** Undefined: no recording is followed. */
  readonly processes: Pick<Processes, 'isAlive'> | undefined;
  readonly signal: AbortSignal;
  /** Other work has its turn. Rejects once the log is closed. */
  readonly pause: () => Promise<void>;
  readonly onChange: (change: Partial<FileState>) => void;
};

/** Milliseconds between two questions whether a recording is still being written. */
const askEvery = 1000;
/** The same while nobody writes it. A change in its folder is noticed sooner. */
const askSeldom = 5000;

/** The recordings of one pipeline as a log. The last one is followed: its writer, and those that continue it later. */
export class RecordingLog {
  readonly #options: RecordingLogOptions;
  readonly #last: FoundRecording | undefined;
  /** Of the last one that was recorded: its writer may still correct it. */
  #markerId: number | undefined;
  /** In bytes: of all, and of what was read. */
  #size = 0;
  #read = 0;

  constructor(options: RecordingLogOptions) {
    this.#options = options;
    this.#last = options.recordings.at(-1);
  }

  /**
   * Resolves when nothing more comes, which is only certain where no recording is followed. Rejects with errors of the
   * file system, and once the log is closed.
   */
  async read(): Promise<void> {
    const {clock, processes} = this.#options;
    const live = this.#last && processes && (await FollowedRecording.open(this.#last.folder, clock));
    try {
      await this.#readPast(live);
      if (live) await this.#follow(live);
    } finally {
      live?.close();
    }
  }

  async #isWritten(): Promise<boolean> {
    const {processes} = this.#options;
    return processes !== undefined && this.#last !== undefined && (await isWritten(this.#last.folder, processes));
  }

  /** Blocks stay in the recordings, from which they are read back. Of `live`, the last one, only these are read. */
  async #readPast(live: FollowedRecording | undefined): Promise<void> {
    const {recordings, sink, pause} = this.#options;
    const logs = new Map<FoundRecording, RecordedLog>();
    this.#size = live ? live.pastEnd - live.firstOffset : 0;
    for (const recording of live ? recordings.slice(0, -1) : recordings) {
      const log = await openRecorded(recording.folder);
      if (log) logs.set(recording, log);
      if (log) this.#size += log.size - log.map.firstOffset;
      await pause();
    }
    const read = (recording: FoundRecording) =>
      live && recording === this.#last ? live.past() : readRecording(recording.folder, logs.get(recording));
    for await (const past of recordedBlocks(recordedPieces(recordings, read))) {
      if ('marker' in past) sink.addPastMarker(past.marker);
      else {
        sink.addPast(past.block, past.bytes);
        this.#onRead(past.bytes.length, {});
      }
      await pause();
    }
  }

  /** Until the log is closed. */
  async #follow(live: FollowedRecording): Promise<void> {
    const {sink, clock, signal, pause, onChange} = this.#options;
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
        await pause();
      }
      if (!isWritten) sink.endLine();
      if (isWritten !== shownAsWritten) onChange({kind: isWritten ? 'followed' : 'ended', hasWriter: isWritten});
      shownAsWritten = isWritten;
      await live.changed(signal, isWritten ? askEvery : askSeldom);
      signal.throwIfAborted();
    }
  }

  #append(piece: Extract<AddedPiece, {bytes: Buffer}>, part: BytesPart, isCaughtUp: boolean): void {
    const {sink, clock} = this.#options;
    sink.addBytes(piece.bytes, {part, offset: piece.offset});
    this.#size += piece.bytes.length;
    this.#onRead(piece.bytes.length, isCaughtUp ? {grewAt: clock.wall()} : {});
  }

  /** As its writer had them, corrected by it already. */
  #addMarker({marker, corrects}: Extract<AddedPiece, {marker: Marker}>): void {
    const {sink, onChange} = this.#options;
    this.#markerId = sink.addWritten(marker, corrects ? this.#markerId : undefined);
    onChange({});
  }

  #onRead(bytes: number, change: Partial<FileState>): void {
    this.#read = Math.min(this.#size, this.#read + bytes);
    this.#options.onChange({size: this.#size, read: this.#read, ...change});
  }
}
