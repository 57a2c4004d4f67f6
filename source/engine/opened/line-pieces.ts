import {newlinesIn} from '../buffer/segment.ts';

/** With its newline. A log buffer breaks no line that is shorter. */
export const longestLine = 4 * 1024 * 1024;

/** `offset`: in the bytes that were split. `isBroken`: its last line goes on with the next piece, but is to be ended. */
type LinePiece = {
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly newlines: Uint32Array;
  readonly isBroken: boolean;
};

/**
 * Breaks endless lines before a log buffer does: it would do that within an `append`, while lines leave its memory, and
 * nobody could tell where the bytes around are in their file.
 */
export class LinePieces {
  /** Bytes of the open line. */
  #open = 0;

  /** The open line was ended. */
  endLine(): void {
    this.#open = 0;
  }

  /** The bytes that follow, nearly always in one piece. */
  *of(bytes: Uint8Array): Generator<LinePiece, void, undefined> {
    let offset = 0;
    for (let rest = bytes; rest.length > 0; rest = bytes.subarray(offset)) {
      const newlines = newlinesIn(rest);
      const end = this.#breakIn(rest, newlines);
      const piece = end === undefined ? rest : rest.subarray(0, end);
      const within = end === undefined ? newlines : newlines.filter((at) => at < end);
      const last = within.at(-1);
      this.#open = end === undefined ? piece.length - (last === undefined ? -this.#open : last + 1) : 0;
      yield {bytes: piece, offset, newlines: within, isBroken: end !== undefined};
      offset += piece.length;
    }
  }

  /** Returns where the first line that is too long is broken; undefined: none is. */
  #breakIn(bytes: Uint8Array, newlines: Uint32Array): number | undefined {
    // Most pieces are shorter than a line may be.
    if (this.#open + bytes.length < longestLine) return undefined;
    let start = -this.#open;
    for (const end of newlines) {
      if (end + 1 - start > longestLine) return start + longestLine - 1;
      start = end + 1;
    }
    return bytes.length - start >= longestLine ? start + longestLine - 1 : undefined;
  }
}
