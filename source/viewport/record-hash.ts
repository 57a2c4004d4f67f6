import {hashOf} from '../buffer/line-anchor.ts';
import {stripSgr} from '../terminal/sgr.ts';

/**
 * Eight hex digits that tell a record from others: of all its lines, as they are without colours, so that a file that has
 * lost its colours has the same record.
 */
export function recordHash(lines: Iterable<Uint8Array>): string {
  let hash: number | undefined;
  for (const line of lines) hash = hashOf(stripSgr(line), hash);
  return (hash ?? 0).toString(16).padStart(8, '0');
}
