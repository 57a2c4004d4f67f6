import type {LogBuffer} from '../buffer/log-buffer.ts';
import {newline} from '../buffer/segment.ts';
import {type FoundRecording, type RecordedPiece, readRecording} from '../storage/recording/reader.ts';

/**
 * A log that comes from recordings: puts what they hold into a log buffer, as far as the buffer's reader makes room.
 * What cannot be read is a marker in the buffer.
 */
export class RecordedSource {
  readonly #buffer: LogBuffer;
  readonly #pieces: Iterator<RecordedPiece>;
  readonly #roomBytes: number;

  /** `recordings`: see `recordedPieces`. `roomBytes`: as many may wait in the buffer for its reader. */
  constructor(options: {buffer: LogBuffer; recordings: readonly FoundRecording[]; roomBytes: number}) {
    this.#buffer = options.buffer;
    this.#pieces = recordedPieces(options.recordings)[Symbol.iterator]();
    this.#roomBytes = options.roomBytes;
  }

  /**
   * Adds pieces while there is room, at least one: a reader that waits for the end of a record needs more. False: the
   * end was added, the last line ends there. Throws an error of the file system, and may be called again.
   */
  read(): boolean {
    do {
      const {value, done} = this.#pieces.next();
      if (done) {
        this.#buffer.closeLine();
        return false;
      }
      if ('bytes' in value) this.#buffer.append(value.bytes);
      else {
        // The rest of an open line is among what cannot be read.
        if (value.marker.kind === 'unreadable') this.#buffer.closeLine();
        this.#buffer.addMarker(value.marker);
      }
    } while (this.#buffer.byteLength < this.#roomBytes);
    return true;
  }
}

/**
 * The recordings one after the other, the logs of pipelines that had the same name; in each all that it holds when its
 * turn comes. A line that had not ended ends where the next recording begins.
 */
export function* recordedPieces(recordings: readonly FoundRecording[]): Generator<RecordedPiece> {
  let isOpen = false;
  for (const [index, {folder, name, startedAt: at}] of recordings.entries()) {
    if (index > 0) {
      if (isOpen) yield {bytes: Buffer.of(newline)};
      isOpen = false;
      yield {marker: {kind: 'new-life', because: 'created-again', folder: name, at}};
    }
    for (const piece of readRecording(folder)) {
      if ('bytes' in piece) isOpen = piece.bytes.at(-1) !== newline;
      yield piece;
    }
  }
}
