import type {LogBuffer} from '../../engine/buffer/log-buffer.ts';
import type {RecordIndex} from '../../engine/records/record-index.ts';
import {stripSgr} from '../terminal/sgr.ts';

/** Entries that are passed to find the time of a record without one. */
const mostPassed = 2_000;

/** The record that begins at `head`, or the last one before it that has a time: Unix time in ms. */
export function datedNear(
  buffer: LogBuffer,
  index: RecordIndex,
  head: number,
): {readonly id: number; readonly time: number} | undefined {
  const first = Math.max(buffer.firstId, head - mostPassed);
  for (let id = head; id >= first; id--) {
    const time = index.timeAt(id);
    if (time !== undefined) return {id, time};
  }
  return undefined;
}

/** The hash of the record that begins at `head`. */
export function hashOfRecord(buffer: LogBuffer, index: RecordIndex, head: number): string {
  const lines = index.linesOf(head).flatMap((id) => buffer.lineAt(id) ?? []);
  return recordHash(lines);
}

/**
 * Eight hex digits that tell a record from others: of all its lines, as they are without colours, so that a file that has
 * lost its colours has the same record.
 */
function recordHash(lines: Iterable<Uint8Array>): string {
  let hash: number | undefined;
  for (const line of lines) hash = hashOf(stripSgr(line), hash);
  return (hash ?? 0).toString(16).padStart(8, '0');
}

/** FNV-1a, 32 bits: enough, with the time, to tell a record. `from`: the hash of what is before these bytes. */
function hashOf(bytes: Uint8Array, from = 0x811c9dc5): number {
  let hash = from;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
