import {newline, newlinesIn} from '../buffer/segment.ts';
import {type FoundRecording, type RecordedPiece, readRecording} from '../storage/recording/reader.ts';
import type {LogSink} from './log-sink.ts';

/** Copies pieces of a log into a sink while its reader makes room. An unreadable part becomes a marker. */
export class RecordedSource {
  readonly #sink: LogSink;
  readonly #pieces: AsyncIterator<RecordedPiece> | Iterator<RecordedPiece>;
  readonly #roomBytes: number;
  /** Of a piece that is larger than the room. */
  #rest: RecordedPiece | undefined;

  /** `roomBytes`: bytes that may wait in the buffer for its reader. */
  constructor(options: {
    readonly sink: LogSink;
    readonly pieces: AsyncIterator<RecordedPiece> | Iterator<RecordedPiece>;
    readonly roomBytes: number;
  }) {
    this.#sink = options.sink;
    this.#pieces = options.pieces;
    this.#roomBytes = options.roomBytes;
  }

  /**
   * Adds at least one piece, and more while there is room; false: the end. May be called again after an error. `atOnce`:
   * one piece only, for what comes as it is written.
   */
  async read({atOnce = false}: {readonly atOnce?: boolean} = {}): Promise<boolean> {
    do {
      const {value, done} = this.#rest ? {value: this.#rest} : await this.#pieces.next();
      this.#rest = undefined;
      if (done) {
        this.#sink.endLine();
        return false;
      }
      if ('bytes' in value) {
        const some = value.bytes.subarray(0, this.#roomBytes);
        if (some.length < value.bytes.length) this.#rest = {bytes: value.bytes.subarray(some.length)};
        this.#sink.append(some, newlinesIn(some));
      } else this.#sink.addWritten(value.marker);
    } while (!atOnce && this.#sink.buffer.byteLength < this.#roomBytes);
    return true;
  }
}

/** One recording after the other, each `read` when its turn comes; an open line ends where the next one begins. */
export async function* recordedPieces(
  recordings: readonly FoundRecording[],
  read: (recording: FoundRecording) => AsyncIterable<RecordedPiece> = ({folder}) => readRecording(folder),
): AsyncGenerator<RecordedPiece> {
  let isOpen = false;
  for (const [index, recording] of recordings.entries()) {
    const {name, startedAt: at} = recording;
    if (index > 0) {
      if (isOpen) yield {bytes: Buffer.of(newline)};
      isOpen = false;
      yield {marker: {kind: 'new-life', because: 'created-again', folder: name, at}};
    }
    for await (const piece of read(recording)) {
      if ('bytes' in piece) isOpen = piece.bytes.at(-1) !== newline;
      yield piece;
    }
  }
}
