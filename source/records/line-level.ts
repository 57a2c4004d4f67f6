import type {Level} from './level.ts';
import {levelStartIn, levelWordAt} from './line-head.ts';

/**
 * The level of a line as received, colours and all, which is `[start, end)` of a block or all of the bytes: wherever
 * `parseRecord` finds one, the same. A head is enough: that the target or the JSON after it is whole is not looked at.
 * Makes no string, and looks at the first 200 bytes at most or, in JSON, up to its level and time, so that every line can
 * be asked as it arrives.
 */
export function levelIn(bytes: Uint8Array, start = 0, end = bytes.length): Level | undefined {
  const at = levelStartIn(bytes, start, end);
  return at === undefined ? undefined : levelWordAt(bytes, at);
}
