import type {PastBlock} from '../../buffer/cold-segments.ts';
import type {Marker} from '../../buffer/markers.ts';
import {newline, newlinesIn} from '../../buffer/segment.ts';
import type {RecordedPiece} from '../recording/reader.ts';
import {longestLine} from './line-pieces.ts';

/** A block of whole lines of a recorded log, and its bytes, which were read to find it. `newlines`: their offsets. */
export type ReadBlock = {
  readonly block: Omit<PastBlock, 'markers'>;
  readonly bytes: Buffer;
  readonly newlines: Uint32Array;
};

/** Bytes of a block; `readAgain` reads them back. */
type Part = {readonly bytes: Buffer; readonly readAgain: () => Buffer | undefined};

/**
 * The pieces of a recorded log as blocks of whole lines, which stay in the recording; an open line is ended, as is one
 * that is too long. Lines that cannot be read back later are gone, with all before them.
 */
export async function* recordedBlocks(
  pieces: AsyncIterable<RecordedPiece>,
): AsyncGenerator<ReadBlock | {readonly marker: Marker}> {
  let open: Part[] = [];
  let openBytes = 0;
  const endOpen = () => {
    const ended = open.length > 0 ? [blockOf([...open, constant(Buffer.of(newline))])] : [];
    open = [];
    openBytes = 0;
    return ended;
  };
  for await (const piece of pieces) {
    if ('marker' in piece) {
      yield* endOpen();
      yield piece;
      continue;
    }
    const end = piece.bytes.lastIndexOf(newline) + 1;
    if (end > 0) {
      yield blockOf([...open, partOf(piece, 0, end)]);
      open = [];
      openBytes = 0;
    }
    if (end === piece.bytes.length) continue;
    open.push(partOf(piece, end, piece.bytes.length));
    openBytes += piece.bytes.length - end;
    // Where the rest of the recording has no newline, it would be in memory as a whole.
    if (openBytes >= longestLine) yield* endOpen();
  }
  yield* endOpen();
}

function partOf({bytes, readAgain}: Extract<RecordedPiece, {bytes: Buffer}>, from: number, to: number): Part {
  const part = bytes.subarray(from, to);
  return readAgain ? {bytes: part, readAgain: () => readAgain(from, to - from)} : constant(part);
}

function constant(bytes: Buffer): Part {
  return {bytes, readAgain: () => bytes};
}

function blockOf(parts: readonly Part[]): ReadBlock {
  const bytes = joined(parts.map((part) => part.bytes));
  // Without the bytes, which would stay in memory.
  const reads = parts.map(({readAgain}) => readAgain);
  const read = () => {
    const read = reads.map((again) => again());
    return read.every((part) => part !== undefined) ? joined(read) : undefined;
  };
  const newlines = newlinesIn(bytes);
  const block = {lines: newlines.length, byteLength: bytes.length, bytes: {isStored: () => true, read}};
  return {block, bytes, newlines};
}

function joined(parts: readonly Buffer[]): Buffer {
  const [only] = parts;
  return parts.length === 1 && only ? only : Buffer.concat(parts);
}
