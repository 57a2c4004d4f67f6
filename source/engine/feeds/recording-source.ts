import {lockHolder, type Processes} from '../disk/file-lock.ts';
import {lockFile} from '../recording/facts.ts';
import {type FoundRecording, type RecordedPiece, RecordingReader, recordedPieces} from '../recording/read-recording.ts';
import type {FileFeed, Source} from './file-feed.ts';

/** Milliseconds between two looks while it is written, as often as it is, and while nobody writes it. */
const lookEvery = 200;
const lookSeldom = 1000;

/** The recordings of one pipeline. The last one is followed: its writer, and those that continue it later. */
export class RecordingSource implements Source {
  readonly #recordings: readonly FoundRecording[];
  readonly #processes: Pick<Processes, 'isAlive'> | undefined;
  readonly #reading: FileFeed;
  /** Id of the last recorded marker: its writer may still correct it. */
  #markerId: number | undefined;

  /** `recordings`: oldest first. Without `processes` none is followed. */
  constructor(
    reading: FileFeed,
    recordings: readonly FoundRecording[],
    processes: Pick<Processes, 'isAlive'> | undefined,
  ) {
    this.#recordings = recordings;
    this.#processes = processes;
    this.#reading = reading;
  }

  async read(): Promise<void> {
    const {sink} = this.#reading;
    const readers = new Map<FoundRecording, RecordingReader>();
    sink.readBackFromFiles();
    try {
      let size = 0;
      for (const recording of this.#recordings) {
        const reader = await RecordingReader.open(recording.folder);
        readers.set(recording, reader);
        size += await reader.size();
        await this.#reading.pause();
      }
      this.#reading.note({size});
      const piecesOf = (recording: FoundRecording) => readers.get(recording)?.pieces() ?? [];
      await this.#add(recordedPieces(this.#recordings, piecesOf));
      const [last, reader] = [...readers].at(-1) ?? [];
      if (last && reader && this.#processes) await this.#follow(last, reader, this.#processes);
    } finally {
      for (const reader of readers.values()) await reader.close();
    }
    sink.endLine();
    this.#reading.set({kind: 'ended'});
  }

  async #add(pieces: AsyncIterable<RecordedPiece>): Promise<void> {
    const {sink, clock, state: before} = this.#reading;
    for await (const piece of pieces) {
      if ('marker' in piece) {
        // As its writer had it, corrected by it already.
        this.#markerId = sink.addWritten(piece.marker, piece.corrects ? this.#markerId : undefined);
        sink.onChange();
      } else {
        sink.addBytes(piece.bytes, piece.place);
        this.#reading.received();
        const read = this.#reading.state.read + piece.bytes.length;
        const size = Math.max(read, this.#reading.state.size);
        this.#reading.set({size, read, ...(before.kind !== 'reading' && {grewAt: clock.wall()})});
      }
      await this.#reading.pause();
    }
  }

  /** Follows the recording until the log is closed. */
  async #follow(
    {folder}: FoundRecording,
    reader: RecordingReader,
    processes: Pick<Processes, 'isAlive'>,
  ): Promise<void> {
    const {sink, signal, clock} = this.#reading;
    for (;;) {
      // First: what a writer wrote last is read.
      const hasWriter = await isWritten(folder, processes);
      await this.#add(reader.pieces());
      if (!hasWriter) sink.endLine();
      const {state} = this.#reading;
      if (state.kind === 'reading' || state.hasWriter !== hasWriter) {
        this.#reading.set({kind: hasWriter ? 'followed' : 'ended', hasWriter});
      }
      await clock.sleep(hasWriter ? lookEvery : lookSeldom, signal);
    }
  }
}

/** Returns whether a living process on this machine writes a recording. */
async function isWritten(folder: string, processes: Pick<Processes, 'isAlive'>): Promise<boolean> {
  // Of a lock that cannot be read, nobody knows.
  return (await lockHolder(lockFile(folder), processes).catch(() => undefined)) !== undefined;
}
