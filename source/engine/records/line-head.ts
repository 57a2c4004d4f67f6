import {
  bytesOf,
  closingBracket,
  escapeByte,
  isAt,
  isDigit,
  offsetOf,
  openingBrace,
  openingBracket,
  quote,
  space,
} from './bytes.ts';
import {JsonMembers} from './json-members.ts';
import {type Level, noLevel} from './level.ts';

// Finds the parts of a head line in its bytes, colours included. `[start, end)` is a line without its newline.

const jsonTime = bytesOf('timestamp');
const jsonLevel = bytesOf('level');
const levelWords = {
  TRACE: bytesOf('TRACE'),
  DEBUG: bytesOf('DEBUG'),
  INFO: bytesOf('INFO'),
  WARN: bytesOf('WARN'),
  ERROR: bytesOf('ERROR'),
} satisfies Record<Level, Uint8Array>;
const noLevelWord = bytesOf(noLevel);
/** `[`, a name of at most 63 characters of 4 bytes, ` host=` and a number, `]`. */
const longestTag = 300;
/** `2026-11-25T09:08:47.372844Z` has 27 bytes. */
export const longestTime = 40;
/** Without fractions of a second. */
const shortestTime = 20;
/** 1 for what a time has before its `Z`. Each head has 26 of these bytes: with comparisons it took 140 ns, not 80. */
const ofTime = Uint8Array.from({length: 256}, (_, byte) =>
  '-.:T'.includes(String.fromCharCode(byte)) || isDigit(byte) ? 1 : 0,
);
const dayMs = 86_400_000;

/**
 * The level of a line as received, whose end may be missing; equal to that of `parseRecord` if the line is a record.
 * Cheap enough for every line: makes no string, and reads 200 bytes or, in JSON, up to level and time.
 */
export function levelIn(bytes: Uint8Array, start = 0, end = bytes.length): Level | undefined {
  const at = levelStartIn(bytes, start, end);
  return at === undefined ? undefined : levelWordAt(bytes, at);
}

/** Unix time in ms, microseconds as fraction; undefined if the line is no head or its time is invalid. */
export function timeOfBytes(line: Uint8Array): number | undefined {
  const time = timeStartIn(line, 0, line.length);
  return time === undefined ? undefined : parseTime(line, time);
}

/** The time as sent, `2026-11-25T09:08:47.372844Z`; undefined where `timeOfBytes` is. */
export function timeTextOf(line: Uint8Array): string | undefined {
  const time = timeRangeIn(line, 0, line.length);
  if (!time || parseTime(line, time.start) === undefined) return undefined;
  return String.fromCharCode(...line.subarray(time.start, time.end));
}

/** Returns the range of a head's time; undefined for other lines. */
export function timeRangeIn(
  bytes: Uint8Array,
  lineStart: number,
  lineEnd: number,
): {readonly start: number; readonly end: number} | undefined {
  const start = timeStartIn(bytes, lineStart, lineEnd);
  const end = start === undefined ? undefined : timeEndIn(bytes, start, lineEnd);
  return start === undefined || end === undefined ? undefined : {start, end};
}

/** Returns where the level begins; undefined if the line is no head. */
export function levelStartIn(bytes: Uint8Array, start: number, end: number): number | undefined {
  const first = bytes[start];
  if (first === openingBrace) return hasJsonHead(bytes, start, end) ? head.level : undefined;
  if (first !== openingBracket) return undefined;
  const time = textTimeIn(bytes, start, end);
  const timeEnd = time === undefined ? undefined : timeEndIn(bytes, time, end);
  if (time === undefined || timeEnd === undefined) return undefined;
  head.time = time;
  const at = skipBlank(bytes, timeEnd);
  const level = levelWordAt(bytes, at);
  if (level === undefined || at + level.length >= end) return undefined;
  const follows = bytes[at + level.length];
  return follows === space || follows === escapeByte ? at : undefined;
}

export function levelWordAt(bytes: Uint8Array, at: number): Level | undefined {
  switch (bytes[at]) {
    case 0x49:
      return isAt(bytes, at, levelWords.INFO) ? 'INFO' : undefined;
    case 0x57:
      return isAt(bytes, at, levelWords.WARN) ? 'WARN' : undefined;
    case 0x45:
      return isAt(bytes, at, levelWords.ERROR) ? 'ERROR' : undefined;
    case 0x44:
      return isAt(bytes, at, levelWords.DEBUG) ? 'DEBUG' : undefined;
    case 0x54:
      return isAt(bytes, at, levelWords.TRACE) ? 'TRACE' : undefined;
    case 0x4e:
      // As long as INFO, which such lines count as.
      return isAt(bytes, at, noLevelWord) ? 'INFO' : undefined;
    default:
      return undefined;
  }
}

/** Skips spaces and SGR sequences. */
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

/** Past the SGR sequence (`ESC [ 1 ; 31 m`) at `at`; `at` without one. */
export function sgrEnd(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== escapeByte || bytes[at + 1] !== openingBracket) return at;
  let end = at + 2;
  // Parameters: digits, `:` and `;`.
  while (isDigit(bytes[end]) || bytes[end] === 0x3a || bytes[end] === 0x3b) end += 1;
  return bytes[end] === 0x6d ? end + 1 : at;
}

function timeStartIn(bytes: Uint8Array, start: number, end: number): number | undefined {
  return levelStartIn(bytes, start, end) === undefined ? undefined : head.time;
}

/** Returns where the time may begin in a line in text form; undefined without a `]`. */
function textTimeIn(bytes: Uint8Array, start: number, end: number): number | undefined {
  const tagEnd = offsetOf(bytes, closingBracket, start + 1, Math.min(end, start + longestTag));
  return tagEnd === undefined ? undefined : skipBlank(bytes, tagEnd + 1);
}

/** Past the `Z` of a time at `start`; undefined if there is no time. Checks only length and characters. */
function timeEndIn(bytes: Uint8Array, start: number, end: number): number | undefined {
  const limit = Math.min(end, start + longestTime);
  for (let at = start; at < limit; at++) {
    const byte = bytes[at] ?? 0;
    if (ofTime[byte] !== 1) return byte === 0x5a && at - start >= shortestTime - 1 ? at + 1 : undefined;
  }
  return undefined;
}

/** Offsets of the time, and in JSON of the level, in the last head found: an object for each line would cost more. */
const head = {time: 0, level: 0};
const members = new JsonMembers();

function isJsonLevel(bytes: Uint8Array, at: number, end: number): boolean {
  const level = levelWordAt(bytes, at);
  return level !== undefined && at + level.length < end && bytes[at + level.length] === quote;
}

/** Finds time and level in a line in JSON. Of repeated members the first counts. Sets `head`. */
function hasJsonHead(bytes: Uint8Array, start: number, end: number): boolean {
  head.time = -1;
  head.level = -1;
  members.start(bytes, start, end);
  while ((head.time === -1 || head.level === -1) && members.next()) {
    const {value, valueEnd, isString} = members;
    if (head.level === -1 && members.isNamed(jsonLevel)) {
      if (!isString || !isJsonLevel(bytes, value, end)) return false;
      head.level = value;
    } else if (head.time === -1 && members.isNamed(jsonTime)) {
      if (!isString || timeEndIn(bytes, value, end) !== valueEnd) return false;
      head.time = value;
    }
  }
  return head.time !== -1 && head.level !== -1;
}

/** Reads `2026-11-25T09:08:47.372844Z`, with any number of decimals. */
function parseTime(bytes: Uint8Array, at: number): number | undefined {
  const year = numberAt(bytes, at, 4);
  const month = numberAt(bytes, at + 5, 2);
  const day = numberAt(bytes, at + 8, 2);
  const hour = numberAt(bytes, at + 11, 2);
  const minute = numberAt(bytes, at + 14, 2);
  const second = numberAt(bytes, at + 17, 2);
  const isShaped =
    bytes[at + 4] === 0x2d &&
    bytes[at + 7] === 0x2d &&
    bytes[at + 10] === 0x54 &&
    bytes[at + 13] === 0x3a &&
    bytes[at + 16] === 0x3a;
  // A leap second is second 60.
  const isInRange =
    year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour >= 0 && hour <= 23 && minute >= 0;
  if (!isShaped || !isInRange || minute > 59 || second < 0 || second > 60) return undefined;
  const fraction = parseFraction(bytes, at + 19);
  if (fraction === undefined) return undefined;
  return daysSinceEpoch(year, month, day) * dayMs + ((hour * 60 + minute) * 60 + second) * 1000 + fraction;
}

/** Milliseconds of `.372844Z`, 0 of `Z`; undefined for other text. */
function parseFraction(bytes: Uint8Array, start: number): number | undefined {
  if (bytes[start] === 0x5a) return 0;
  if (bytes[start] !== 0x2e || !isDigit(bytes[start + 1])) return undefined;
  let at = start + 1;
  let digits = 0;
  let unit = 1;
  for (; isDigit(bytes[at]); at++) {
    // Digits after the nanoseconds are ignored.
    if (unit === 1e9) continue;
    digits = digits * 10 + (bytes[at] ?? 0) - 0x30;
    unit *= 10;
  }
  return bytes[at] === 0x5a ? (digits * 1000) / unit : undefined;
}

/** The number of `length` digits at `at`; -1 if one of them is no digit. */
function numberAt(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let index = at; index < at + length; index++) {
    if (!isDigit(bytes[index])) return -1;
    value = value * 10 + (bytes[index] ?? 0) - 0x30;
  }
  return value;
}

/** Days since 1970-01-01. Its years begin in March, so that a leap day is the last day of a year. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const years = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const leapDays = Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400);
  return years * 365 + leapDays + dayOfYear - 719_468;
}
