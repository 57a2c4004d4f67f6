import type {ColdBytes, ColdStore, LeavingSegment} from '../../buffer/cold-segments.ts';
import {type BytesPart, FileBytes, type FilePiece} from './file-part.ts';

/** Bytes in a row; without a part they cannot be read back. */
type StoredPiece = Omit<FilePiece, 'part'> & {readonly part: BytesPart | undefined};

/**
 * Keeps what leaves a log buffer's memory where it is already: in the files that it came from. It gets the places of all
 * bytes in the order of the log; segments leave in that order.
 */
export class FileStore implements ColdStore {
  readonly storedTo = Number.POSITIVE_INFINITY;
  /** Places of the bytes in memory, oldest first. */
  readonly #pieces: StoredPiece[] = [];

  /** `length` bytes at `offset` of a part follow in the log. */
  add(part: BytesPart | undefined, offset: number, length: number): void {
    if (length === 0) return;
    const last = this.#pieces.at(-1);
    if (last && last.part === part && !last.isEnded && (!part || last.offset + last.length === offset)) {
      this.#pieces[this.#pieces.length - 1] = {...last, length: last.length + length};
    } else this.#pieces.push({part, offset, length, isEnded: false});
  }

  /** The last line was ended by a newline that is in no file. */
  endLine(): void {
    const last = this.#pieces.pop();
    if (last) this.#pieces.push({...last, isEnded: true});
  }

  keep({byteLength}: LeavingSegment): ColdBytes | undefined {
    const kept: FilePiece[] = [];
    let isWhole = true;
    for (let left = byteLength; left > 0; ) {
      const piece = this.#pieces.shift();
      if (!piece) return undefined;
      const size = piece.length + (piece.isEnded ? 1 : 0);
      const taken = size <= left ? piece : {...piece, length: left, isEnded: false};
      if (size > left) this.#pieces.unshift({...piece, offset: piece.offset + left, length: piece.length - left});
      left -= Math.min(size, left);
      if (taken.part) kept.push({...taken, part: taken.part});
      else isWhole = false;
    }
    return isWhole ? new FileBytes(kept) : undefined;
  }
}
