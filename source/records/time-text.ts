import {isDigit} from './bytes.ts';
import {timeStartIn} from './line-head.ts';

const dayMs = 86_400_000;

/**
 * When the record was logged that the line begins, text or JSON: milliseconds since the epoch, with the microseconds as
 * fraction. Undefined if the line is no head or its time is none. Makes no string.
 */
export function timeOfBytes(line: Uint8Array): number | undefined {
  const time = timeStartIn(line, 0, line.length);
  return time === undefined ? undefined : parseTime(line, time);
}

/** Reads `2026-11-25T09:08:47.372844Z` at `at`, with any number of decimals. */
function parseTime(bytes: Uint8Array, at: number): number | undefined {
  const year = number(bytes, at, 4);
  const month = number(bytes, at + 5, 2);
  const day = number(bytes, at + 8, 2);
  const hour = number(bytes, at + 11, 2);
  const minute = number(bytes, at + 14, 2);
  const second = number(bytes, at + 17, 2);
  const isShaped =
    bytes[at + 4] === 0x2d &&
    bytes[at + 7] === 0x2d &&
    bytes[at + 10] === 0x54 &&
    bytes[at + 13] === 0x3a &&
    bytes[at + 16] === 0x3a;
  // A leap second is written as :60.
  const isInRange =
    year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour >= 0 && hour <= 23 && minute >= 0;
  if (!isShaped || !isInRange || minute > 59 || second < 0 || second > 60) return undefined;
  const fraction = parseFraction(bytes, at + 19);
  if (fraction === undefined) return undefined;
  return daysSinceEpoch(year, month, day) * dayMs + ((hour * 60 + minute) * 60 + second) * 1000 + fraction;
}

/** Milliseconds that `.372844Z` says; a `Z` alone says none. Undefined if it is neither. */
function parseFraction(bytes: Uint8Array, start: number): number | undefined {
  if (bytes[start] === 0x5a) return 0;
  if (bytes[start] !== 0x2e || !isDigit(bytes[start + 1])) return undefined;
  let at = start + 1;
  let digits = 0;
  let unit = 1;
  for (; isDigit(bytes[at]); at++) {
    // Nanoseconds are the most that a clock says.
    if (unit === 1e9) continue;
    digits = digits * 10 + (bytes[at] ?? 0) - 0x30;
    unit *= 10;
  }
  return bytes[at] === 0x5a ? (digits * 1000) / unit : undefined;
}

/** The number that `length` digits at `at` say; below zero if one of them is none. */
function number(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let index = at; index < at + length; index++) {
    if (!isDigit(bytes[index])) return -1;
    value = value * 10 + (bytes[index] ?? 0) - 0x30;
  }
  return value;
}

/** Days from 1970-01-01 in the Gregorian calendar. Years are counted from March, so that leap days come last. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const years = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const leapDays = Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400);
  return years * 365 + leapDays + dayOfYear - 719_468;
}
