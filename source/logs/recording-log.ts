import type {LogBuffer} from '../buffer/log-buffer.ts';
import type {Marker} from '../buffer/markers.ts';
import type {Clock} from '../lib/clock.ts';
import type {Processes} from '../storage/file-lock.ts';
import type {BytesPart} from '../storage/opened/file-part.ts';
import type {FileStore} from '../storage/opened/file-store.ts';
import {LinePieces} from '../storage/opened/line-pieces.ts';
import {recordedBlocks} from '../storage/opened/recorded-blocks.ts';
import {type AddedPiece, FollowedRecording, isWritten} from '../storage/recording/followed-recording.ts';
import {type FoundRecording, openRecorded, type RecordedLog, readRecording} from '../storage/recording/reader.ts';
import type {FileState} from './log-source.ts';
import type {LogWriter} from './log-writer.ts';
import {losesBytes, recordedPieces} from './recorded-source.ts';

type RecordingLogOptions = {
  /** Of one pipeline, oldest first. */
  readonly recordings: readonly FoundRecording[];
  readonly buffer: LogBuffer;
  /** To become the buffer's. */
  readonly store: FileStore;
  /** The buffer's. */
  readonly writer: LogWriter;
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
  readonly #lines = new LinePieces();
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
    const {recordings, writer, pause} = this.#options;
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
      if ('marker' in past) writer.addPastMarker(past.marker);
      else {
        writer.addPast(past.block, past.bytes);
        this.#onRead(past.bytes.length, {});
      }
      await pause();
    }
  }

  /** Until the log is closed. */
  async #follow(live: FollowedRecording): Promise<void> {
    const {buffer, store, clock, signal, pause, onChange} = this.#options;
    const part = {isGone: false, readNow: (offset: number, length: number) => live.bytes.read(offset, length)};
    buffer.coldStore = store;
    this.#markerId = buffer.lastMarker()?.id;
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
      if (!isWritten) this.#endLine();
      if (isWritten !== shownAsWritten) onChange({kind: isWritten ? 'followed' : 'ended', hasWriter: isWritten});
      shownAsWritten = isWritten;
      await live.changed(signal, isWritten ? askEvery : askSeldom);
      signal.throwIfAborted();
    }
  }

  #append(piece: Extract<AddedPiece, {bytes: Buffer}>, part: BytesPart, isCaughtUp: boolean): void {
    const {store, writer, clock} = this.#options;
    for (const {bytes, offset, newlines, isBroken} of this.#lines.of(piece.bytes)) {
      store.add(part, piece.offset + offset, bytes.length);
      writer.append(bytes, newlines);
      if (isBroken) this.#endLine();
    }
    this.#size += piece.bytes.length;
    this.#onRead(piece.bytes.length, isCaughtUp ? {grewAt: clock.wall()} : {});
  }

  /** As its writer had them, corrected by it already. */
  #addMarker({marker, corrects}: Extract<AddedPiece, {marker: Marker}>): void {
    const {writer, onChange} = this.#options;
    // Its rest is among what cannot be read.
    if (!corrects && (losesBytes(marker) || marker.kind === 'file')) this.#endLine();
    this.#markerId = writer.addWritten(marker, corrects ? this.#markerId : undefined);
    onChange({});
  }

  #endLine(): void {
    const {buffer, store, writer} = this.#options;
    this.#lines.endLine();
    if (buffer.hasOpenLine) store.endLine();
    writer.endLine();
  }

  #onRead(bytes: number, change: Partial<FileState>): void {
    this.#read = Math.min(this.#size, this.#read + bytes);
    this.#options.onChange({size: this.#size, read: this.#read, ...change});
  }
}
