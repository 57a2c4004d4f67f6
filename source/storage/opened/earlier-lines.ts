import type {EarlierBlock} from '../../buffer/cold-segments.ts';
import {newline} from '../../buffer/segment.ts';
import {FileBytes, type FilePart} from './file-part.ts';
import {longestLine} from './line-pieces.ts';

const defaultSizes = {
  /** Read at once, while the one before is counted. */
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
  const memoryBytes = Math.max(sizes.longestLine, sizes.window);
  let [memory, other] = [Buffer.allocUnsafeSlow(memoryBytes), Buffer.allocUnsafeSlow(memoryBytes)];
  let to = end;
  let window = await readBefore(part, to, sizes.window, memory);
  while (to > 0) {
    if (part.isGone || !window) return;
    const isEnded = window.at(-1) === newline;
    const isWhole = window.length === to;
    // The newline at the end belongs to the last line.
    const first = isWhole ? 0 : window.subarray(0, -1).indexOf(newline) + 1;
    if (first === 0 && !isWhole && window.length < sizes.longestLine) {
      window = await readBefore(part, to, Math.min(sizes.longestLine, 4 * window.length), memory);
      continue;
    }
    const from = to - window.length + first;
    // Read while the lines of this one are counted.
    const next = from > 0 ? readBefore(part, from, sizes.window, other) : undefined;
    // A reader that has stopped does not await it: its failure must not count as unhandled.
    next?.catch(() => {});
    yield {blocks: blocksOf(part, window.subarray(first), {offset: from, isEnded, blockBytes: sizes.block}), from};
    [memory, other] = [other, memory];
    window = await next;
    to = from;
  }
}

/** Up to `length` bytes before `to`, in `memory`; undefined if the file has become shorter. */
async function readBefore(part: FilePart, to: number, length: number, memory: Buffer): Promise<Buffer | undefined> {
  const from = Math.max(0, to - length);
  const bytes = await part.read(memory.subarray(0, to - from), from);
  return bytes.length === to - from ? bytes : undefined;
}

type BlockOptions = {
  /** Of the first byte, in the file. */
  readonly offset: number;
  readonly isEnded: boolean;
  readonly blockBytes: number;
};

/** `lines` begins with a line; its last one has a newline only if it `isEnded`. */
function blocksOf(part: FilePart, lines: Buffer, {offset, isEnded, blockBytes}: BlockOptions): EarlierBlock[] {
  const blocks: EarlierBlock[] = [];
  for (let start = 0; start < lines.length; ) {
    const end = blockEnd(lines, start, blockBytes);
    const isCut = end === lines.length && !isEnded;
    const length = end - start;
    const bytes = new FileBytes([{part, offset: offset + start, length, isEnded: isCut}]);
    const rest = isCut ? 1 : 0;
    blocks.push({lines: newlineCount(lines.subarray(start, end)) + rest, byteLength: length + rest, bytes});
    start = end;
  }
  return blocks.reverse();
}

/** The end of the lines that end within a block, one at least. */
function blockEnd(lines: Buffer, start: number, blockBytes: number): number {
  const within = lines.lastIndexOf(newline, start + blockBytes - 1) + 1;
  if (within > start) return within;
  const after = lines.indexOf(newline, start + blockBytes);
  return after === -1 ? lines.length : after + 1;
}

function newlineCount(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) count += 1;
  return count;
}
