import {elapsed, isoTime, readTime, systemZoneOffset} from '../lib/format.ts';
import {clip, padTo} from '../terminal/fit.ts';
import {sanitise} from '../terminal/sanitise.ts';
import {plain, type StyledText} from '../terminal/styled-text.ts';

/**
 * How the compact form shows times. `sent`: the time of day as it came, UTC; `local`: the same in the user's zone;
 * `utc`: with the date; `relative`: how long ago; `delta`: seconds since the record shown before it.
 */
export type TimeMode = 'sent' | 'local' | 'utc' | 'relative' | 'delta' | 'off';

/** In the order of the key that switches between them. */
export const timeModes: readonly TimeMode[] = ['sent', 'local', 'utc', 'relative', 'delta', 'off'];

/** Minutes by which a zone is ahead of UTC at a Unix time in ms. */
export type ZoneOffset = (at: number) => number;

/** Times for the two modes that change while the line does not: their column is made when a row is painted. */
type PaintTimes = {readonly now: number; readonly previousAt: number | undefined};

/** Milliseconds from which on an age is in minutes. */
const minutesFrom = 120_000;
/** Cells of `-119 min` and `+999.999`. */
const movingCells = 8;

/** Cells of the column without the space after it, the same for every line; 0: no column. */
export function timeCells(mode: TimeMode, isShort: boolean): number {
  switch (mode) {
    case 'sent':
    case 'local':
      return isShort ? 8 : 12;
    case 'utc':
      return isShort ? 19 : 23;
    case 'relative':
    case 'delta':
      return movingCells;
    case 'off':
      return 0;
  }
}

/** Whether the column changes while the line does not. */
export function isMoving(mode: TimeMode): boolean {
  return mode === 'relative' || mode === 'delta';
}

/** Whether the column shows characters of the line, so that a search may hit them. */
export function isVerbatim(mode: TimeMode): boolean {
  return mode === 'sent' || mode === 'utc';
}

/** The column of a line in the modes that do not move; blank in the others. `sent` is RFC 3339, or anything in JSON. */
export function fixedTime(mode: TimeMode, sent: string, isShort: boolean, offsetAt: ZoneOffset): StyledText {
  const cells = timeCells(mode, isShort);
  // 2026-11-25T09:08:47.372844Z: 11 is the first character of the time of day.
  let text = '';
  if (mode === 'sent') text = sent.slice(11, 11 + cells);
  else if (mode === 'utc') text = `${sent.slice(0, 10)} ${sent.slice(11, cells)}`;
  else if (mode === 'local') text = localTime(timeOfText(sent), offsetAt).slice(0, cells);
  return padTo(clip(plain(sanitise(text).text), 0, cells), cells);
}

/** The column of a line with time `at` (Unix time in ms) in the modes that move: as wide as the blank in its place. */
export function movingTime(mode: TimeMode, at: number, {now, previousAt}: PaintTimes): string {
  if (mode === 'relative') return age(now - at).padStart(movingCells);
  return (previousAt === undefined ? '' : difference(at - previousAt)).padStart(movingCells);
}

/** Unix time in ms of a time as sent; undefined if it is invalid. */
export function timeOfText(sent: string): number | undefined {
  const at = readTime(sent);
  return Number.isNaN(at) ? undefined : at;
}

/** `10:08:47.372` in the zone of `offsetAt`; empty for no time. */
function localTime(at: number | undefined, offsetAt: ZoneOffset): string {
  return at === undefined ? '' : isoTime(at + offsetAt(at) * 60_000).slice(11, 23);
}

/** `-4 s`, `-3 min`, `now`; `+4 s` for a server whose clock is ahead. */
function age(milliseconds: number): string {
  const sign = milliseconds < 0 ? '+' : '-';
  const past = Math.abs(milliseconds);
  return past < 1000 ? 'now' : `${sign}${elapsed(past)}`;
}

/** Milliseconds after which an age is shown differently: ages are in seconds at first, then in minutes or more. */
export function ageStep(age: number): number {
  return Math.abs(age) < minutesFrom ? 1000 : 60_000;
}

/** `+0.012` seconds; from 1,000 seconds on in larger units. */
function difference(milliseconds: number): string {
  const sign = milliseconds < 0 ? '-' : '+';
  const seconds = Math.abs(milliseconds) / 1000;
  return seconds < 1000 ? `${sign}${seconds.toFixed(3)}` : `${sign}${elapsed(seconds * 1000)}`;
}

/** Offsets of zones change only on a quarter of an hour. Milliseconds. */
const quarter = 15 * 60_000;

/** The offsets of a time zone; undefined: of the system's zone. */
export function zoneOffset(zone: string | undefined): ZoneOffset {
  if (zone === undefined) return systemZoneOffset;
  const format = new Intl.DateTimeFormat('en', {timeZone: zone, timeZoneName: 'longOffset'});
  // Lines on one screen have similar times, and a look-up takes 2 µs at best.
  let last = {quarter: Number.NaN, offset: 0};
  return (at) => {
    const now = Math.floor(at / quarter);
    if (now !== last.quarter) last = {quarter: now, offset: readOffset(format.format(at))};
    return last.offset;
  };
}

/** `11/25/2026, GMT+05:30`; `GMT` alone is UTC. */
function readOffset(formatted: string): number {
  const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)/.exec(formatted) ?? [];
  const offset = Number(hours ?? 0) * 60 + Number(minutes ?? 0);
  return sign === '-' ? -offset : offset;
}
