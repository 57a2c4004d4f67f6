import type {LogBuffer} from '../../engine/buffer/log-buffer.ts';
import type {RecordIndex} from '../../engine/records/record-index.ts';
import {elapsed, systemZoneOffset} from '../../lib/format.ts';
import type {PaneOptions} from '../settings/option-table.ts';

/**
 * Times in the compact form. `sent`: time of day as sent, UTC; `local`: time of day in the user's zone; `utc`: as sent
 * with the date; `relative`: age; `delta`: seconds since the previous shown record.
 */
export type TimeMode = PaneOptions['time'];

/** Minutes by which a zone is ahead of UTC at a Unix time in ms. */
export type ZoneOffset = (at: number) => number;

export const utc: ZoneOffset = () => 0;

/** Times for the moving modes, whose column is made for each frame. Unix times in ms. */
type PaintTimes = {readonly now: number; readonly previousAt: number | undefined};

/** Milliseconds from which on an age is shown in minutes. */
const minutesFrom = 120_000;
/** Cells of `-119 min` and `+999.999`. */
const movingCells = 8;

/** Cells of the column in all lines, without the space after it; 0: no column. */
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

/**
 * The column in the modes in which it changes with the time or the lines above, while its line does not. `at`: Unix time
 * in ms.
 */
export function movingTime(mode: 'relative' | 'delta', at: number, {now, previousAt}: PaintTimes): string {
  if (mode === 'relative') return age(now - at).padStart(movingCells);
  return (previousAt === undefined ? '' : difference(at - previousAt)).padStart(movingCells);
}

/** `-4 s`, `-3 min`, `now`; `+4 s` if the server's clock is ahead. */
function age(milliseconds: number): string {
  const sign = milliseconds < 0 ? '+' : '-';
  const past = Math.abs(milliseconds);
  return past < 1000 ? 'now' : `${sign}${elapsed(past)}`;
}

/** Milliseconds until a shown age changes: ages below two minutes are in seconds. */
export function ageStep(age: number): number {
  return Math.abs(age) < minutesFrom ? 1000 : 60_000;
}

/** `+0.012` seconds; from 1,000 seconds on in larger units. */
function difference(milliseconds: number): string {
  const sign = milliseconds < 0 ? '-' : '+';
  const seconds = Math.abs(milliseconds) / 1000;
  return seconds < 1000 ? `${sign}${seconds.toFixed(3)}` : `${sign}${elapsed(seconds * 1000)}`;
}

/** Milliseconds. Zones change their offset only at a full quarter of an hour. */
const quarter = 15 * 60_000;

/** The offsets of a time zone, by default the system's. */
export function zoneOffset(zone: string | undefined): ZoneOffset {
  if (zone === undefined) return systemZoneOffset;
  const format = new Intl.DateTimeFormat('en', {timeZone: zone, timeZoneName: 'longOffset'});
  // Lines on one screen have similar times, and a look-up takes at least 2 µs.
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

/** Entries without a time, such as markers, that are passed over. */
const mostPassed = 2000;

/** An entry, and in which direction one with a time is looked for. */
type Near = {readonly id: number; readonly step: 1 | -1};

/** Unix time in ms of the entry, or of the next one in that direction that has a time; undefined: none is near. */
export function timeNear(
  buffer: Pick<LogBuffer, 'firstId' | 'endId'>,
  index: Pick<RecordIndex, 'timeAt'>,
  near: Near,
): number | undefined {
  return datedNear(buffer, index, near)?.time;
}

/** Unix time in ms of the last record; undefined: none of the last entries has a time. */
export function timeOfLast(
  buffer: Pick<LogBuffer, 'firstId' | 'endId'>,
  index: Pick<RecordIndex, 'timeAt'>,
): number | undefined {
  return timeNear(buffer, index, {id: buffer.endId - 1, step: -1});
}

/** Finds that entry, too. */
export function datedNear(
  {firstId, endId}: Pick<LogBuffer, 'firstId' | 'endId'>,
  index: Pick<RecordIndex, 'timeAt'>,
  {id, step}: Near,
): {readonly id: number; readonly time: number} | undefined {
  let at = Math.max(id, firstId);
  for (let left = mostPassed; left > 0 && at >= firstId && at < endId; left--, at += step) {
    const time = index.timeAt(at);
    if (time !== undefined) return {id: at, time};
  }
  return undefined;
}
