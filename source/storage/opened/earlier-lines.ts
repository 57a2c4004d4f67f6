import type {EarlierBlock} from '../../buffer/cold-segments.ts';
import {newline, newlinesIn} from '../../buffer/segment.ts';
import {countBelow} from '../../lib/bisect.ts';
import {FileBytes, type FilePart} from './file-part.ts';
import {longestLine} from './line-pieces.ts';

const defaultSizes = {
  /** Read at once: the newlines of 1 MiB are found in half a millisecond. */
  window: 1024 * 1024,
  /** Read back at once, if no line is longer. */
  block: 256 * 1024,
  /** A longer line is broken in two. */
  longestLine,
};

/** In bytes. */
export type EarlierSizes = typeof defaultSizes;

/** The lines of a file before an offset, found backwards. */
type EarlierLines = {
  /** Blocks of whole lines, the last one first. */
  readonly blocks: readonly EarlierBlock[];
  /** Offset of their first byte: what is before is still to come. */
  readonly from: number;
};

/**
 * Finds the lines before `end`, some at a time, from the last one to the first. `end`: where a line begins, or is broken.
 * Ends early if the file was truncated. Throws errors of the file system.
 */
export async function* earlierLines(
  part: FilePart,
  end: number,
  sizes: EarlierSizes = defaultSizes,
): AsyncGenerator<EarlierLines, void, undefined> {
  let to = end;
  let window = await readBefore(part, to, sizes.window, undefined);
  let spare: Buffer | undefined;
  while (to > 0) {
    if (part.isGone || !window) return;
    const isEnded = window.at(-1) === newline;
    const isWhole = window.length === to;
    // The newline at the end belongs to the last line.
    const first = isWhole ? 0 : window.subarray(0, -1).indexOf(newline) + 1;
    if (first === 0 && !isWhole && window.length < sizes.longestLine) {
      window = await readBefore(part, to, Math.min(sizes.longestLine, 4 * window.length), undefined);
      continue;
    }
    const from = to - window.length + first;
    // Read while the lines of this one are counted.
    const next = from > 0 ? readBefore(part, from, sizes.window, spare) : undefined;
    // A reader that has stopped does not await it: its failure must not count as unhandled.
    next?.catch(() => {});
    yield {blocks: blocksOf(part, window.subarray(first), {offset: from, isEnded, blockBytes: sizes.block}), from};
    spare = window;
    window = await next;
    to = from;
  }
}

/** Up to `length` bytes before `to`; undefined if the file has become shorter. `spare`: memory that is used again. */
async function readBefore(
  part: FilePart,
  to: number,
  length: number,
  spare: Buffer | undefined,
): Promise<Buffer | undefined> {
  const from = Math.max(0, to - length);
  const memory =
    spare && spare.buffer.byteLength >= to - from ? spare.buffer : Buffer.allocUnsafeSlow(to - from).buffer;
  const bytes = await part.read(Buffer.from(memory, 0, to - from), from);
  return bytes.length === to - from ? bytes : undefined;
}

/** `lines` begins with a line; its last one has a newline only if it `isEnded`. */
function blocksOf(
  part: FilePart,
  lines: Buffer,
  {offset, isEnded, blockBytes}: {readonly offset: number; readonly isEnded: boolean; readonly blockBytes: number},
): EarlierBlock[] {
  const newlines = newlinesIn(lines);
  const count = newlines.length + (isEnded ? 0 : 1);
  const blocks: EarlierBlock[] = [];
  let start = 0;
  for (let first = 0; first < count; ) {
    // The lines that end within a block, one at least.
    const last = Math.max(first + 1, countBelow(newlines, start + blockBytes));
    const newlineAt = newlines[last - 1];
    const length = (newlineAt === undefined ? lines.length : newlineAt + 1) - start;
    const piece = {part, offset: offset + start, length, isEnded: newlineAt === undefined};
    const byteLength = length + (piece.isEnded ? 1 : 0);
    blocks.push({lines: last - first, byteLength, bytes: new FileBytes([piece])});
    first = last;
    start += length;
  }
  return blocks.reverse();
}
