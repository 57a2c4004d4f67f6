import type {ZoneOffset} from '../viewport/time-column.ts';

/** Offsets of zones change on a quarter of an hour, and last as long at least. Milliseconds. */
const quarter = 15 * 60_000;

/** Minutes that a time zone is ahead of UTC, for any moment; undefined: the system's zone. */
export function zoneOffset(zone: string | undefined): ZoneOffset {
  if (zone === undefined) return (at) => -new Date(at).getTimezoneOffset();
  const format = new Intl.DateTimeFormat('en', {timeZone: zone, timeZoneName: 'longOffset'});
  // Lines that are shown together are of one time, and a look-up takes 2 µs at best.
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
