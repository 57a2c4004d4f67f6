import {bytesOf, isDigit, offsetOf, standsAt} from './bytes.ts';
import type {Level} from './level.ts';

// Where the parts of a head stand in its bytes, colours and all. A line is `[start, end)` of a block, without its
// newline: no line need be cut out to be looked at.

const jsonHead = bytesOf('{"timestamp":"');
const jsonLevel = bytesOf('","level":"');
const words = {
  TRACE: bytesOf('TRACE'),
  DEBUG: bytesOf('DEBUG'),
  INFO: bytesOf('INFO'),
  WARN: bytesOf('WARN'),
  ERROR: bytesOf('ERROR'),
} satisfies Record<Level, Uint8Array>;
/** `[`, a name of at most 63 characters, ` host=` and a number, `]`. */
const longestTag = 100;
/** `2026-11-25T09:08:47.372844Z` has 27. */
const longestTime = 40;
/** Without fractions of a second. */
const shortestTime = 20;

const openingBracket = 0x5b;
export const openingBrace = 0x7b;
const space = 0x20;
const escapeByte = 0x1b;
const quote = 0x22;

/** Where the time begins, in a line that begins like a head. */
export function timeStartIn(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (bytes[start] === openingBracket) {
    const tagEnd = offsetOf(bytes, 0x5d, start + 1, Math.min(end, start + longestTag));
    return tagEnd === undefined ? undefined : skipBlank(bytes, tagEnd + 1);
  }
  return standsAt(bytes, start, jsonHead) ? start + jsonHead.length : undefined;
}

/** Past the `Z` of the time at `start`: digits, `-`, `:`, `.` and `T` before it. */
function timeEndIn(bytes: Uint8Array, start: number, end: number): number | undefined {
  const limit = Math.min(end, start + longestTime);
  for (let at = start; at < limit; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === 0x5a) return at - start >= shortestTime - 1 ? at + 1 : undefined;
    const isOfTime = (byte >= 0x30 && byte <= 0x3a) || byte === 0x2d || byte === 0x2e || byte === 0x54;
    if (!isOfTime) return undefined;
  }
  return undefined;
}

/** Where the level's word begins; undefined if the line is not the head of a record. */
export function levelStartIn(bytes: Uint8Array, start: number, end: number): number | undefined {
  const first = bytes[start];
  if (first !== openingBracket && first !== openingBrace) return undefined;
  const time = timeStartIn(bytes, start, end);
  const timeEnd = time === undefined ? undefined : timeEndIn(bytes, time, end);
  if (timeEnd === undefined) return undefined;
  if (first === openingBrace && !standsAt(bytes, timeEnd, jsonLevel)) return undefined;
  const at = first === openingBrace ? timeEnd + jsonLevel.length : skipBlank(bytes, timeEnd);
  const level = levelWordAt(bytes, at);
  if (level === undefined || at + level.length >= end) return undefined;
  const follows = bytes[at + level.length];
  const isWhole = first === openingBrace ? follows === quote : follows === space || follows === escapeByte;
  return isWhole ? at : undefined;
}

/** The level whose word stands at `at`. */
export function levelWordAt(bytes: Uint8Array, at: number): Level | undefined {
  switch (bytes[at]) {
    case 0x49:
      return standsAt(bytes, at, words.INFO) ? 'INFO' : undefined;
    case 0x57:
      return standsAt(bytes, at, words.WARN) ? 'WARN' : undefined;
    case 0x45:
      return standsAt(bytes, at, words.ERROR) ? 'ERROR' : undefined;
    case 0x44:
      return standsAt(bytes, at, words.DEBUG) ? 'DEBUG' : undefined;
    case 0x54:
      return standsAt(bytes, at, words.TRACE) ? 'TRACE' : undefined;
    default:
      return undefined;
  }
}

/** Skips spaces and SGR sequences. Stops at a newline at the latest. */
export function skipBlank(bytes: Uint8Array, start: number): number {
  let at = start;
  for (;;) {
    if (bytes[at] === space) at += 1;
    else {
      const end = bytes[at] === escapeByte ? sgrEnd(bytes, at) : at;
      if (end === at) return at;
      at = end;
    }
  }
}

/** Past the SGR sequence (`ESC [ 1 ; 31 m`) at `at`, or `at` if there is none. */
export function sgrEnd(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== escapeByte || bytes[at + 1] !== openingBracket) return at;
  let end = at + 2;
  // Digits, `:` and `;`.
  while (isDigit(bytes[end]) || bytes[end] === 0x3a || bytes[end] === 0x3b) end += 1;
  return bytes[end] === 0x6d ? end + 1 : at;
}
