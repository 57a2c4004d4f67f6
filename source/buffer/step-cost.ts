import type {LogBuffer} from './log-buffer.ts';

/**
 * What is not in memory counts for so much more of a step's bytes, a look and a byte: a segment of 256 KiB takes 1 to 6
 * ms to read and unpack, and many small ones take as long.
 */
const coldCost = 64 * 1024;
const coldFactor = 4;

/** What a look at `bytes` bytes of entries from `id` on counts of the bytes of a step. */
export function stepCost(buffer: LogBuffer, id: number, bytes: number): number {
  return id < buffer.memoryFirstId ? coldCost + bytes * coldFactor : bytes;
}
