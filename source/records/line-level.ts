import type {Level} from './level.ts';
import {levelStartIn, levelWordAt} from './line-head.ts';

/**
 * The level of a line as received, colours and all: wherever `parseRecord` finds one, the same. A head is enough: that
 * the target or the JSON after it is whole is not looked at. Makes no string and looks at the first 200 bytes at most,
 * so that every line can be asked as it arrives.
 */
export function levelOfBytes(line: Uint8Array): Level | undefined {
  return levelIn(line, 0, line.length);
}

/** The same of the line `[start, end)` of a block. */
export function levelIn(bytes: Uint8Array, start: number, end: number): Level | undefined {
  const at = levelStartIn(bytes, start, end);
  return at === undefined ? undefined : levelWordAt(bytes, at);
}
