import {isHex, isWord} from './byte-class.ts';
import {isDigit} from './bytes.ts';

/** Where the dashes of `01a211f2-15cc-70e3-b64e-8ab41f6b239d` stand; the first one, and its length. */
const uuidDashes = [8, 13, 18, 23];
export const uuidDash = 8;
export const uuidLength = 36;
/** A word of hexadecimal digits, one of them decimal, is an id from this length on. */
const shortestId = 4;

/** Where the word that goes on at `at` begins, not before `from`. */
export function wordStart(bytes: Uint8Array, at: number, from: number): number {
  let start = at;
  while (start > from && isWord(bytes[start - 1])) start -= 1;
  return start;
}

/** Where the number or id that begins with a word ends; undefined if it is none. The word has a digit. */
export function endOfId(bytes: Uint8Array, start: number, wordEnd: number, end: number): number | undefined {
  if (wordEnd - start === uuidDash && isUuid(bytes, start, end)) return start + uuidLength;
  // `0x1f`
  const isPrefixed = bytes[start] === 0x30 && bytes[start + 1] === 0x78 && wordEnd > start + 2;
  const isLong = isPrefixed || wordEnd - start >= shortestId;
  for (let at = isPrefixed ? start + 2 : start; at < wordEnd; at++) {
    if (isLong ? !isHex(bytes[at]) : !isDigit(bytes[at])) return undefined;
  }
  return wordEnd;
}

export function isUuid(bytes: Uint8Array, start: number, end: number): boolean {
  if (start + uuidLength > end || isWord(bytes[start + uuidLength])) return false;
  for (let index = 0; index < uuidLength; index++) {
    const byte = bytes[start + index];
    if (uuidDashes.includes(index) ? byte !== 0x2d : !isHex(byte)) return false;
  }
  return true;
}
