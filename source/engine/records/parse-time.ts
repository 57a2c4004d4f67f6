import {isoTime, readDuration, readTime} from '../../lib/format.ts';

/** `text`: one line with valid examples. */
export type ParseError = {readonly kind: 'error'; readonly text: string};

/** `at`: Unix time in ms. */
type Time = {readonly kind: 'time'; readonly at: number};

export type TimeContext = {
  /** Unix time in ms. */
  readonly now: number;
  /** Unix time in ms from which `-5m` and `+5m` count; default: now. */
  readonly from?: number | undefined;
  /** Minutes by which the zone of shown and typed times is ahead of UTC; default 0. */
  readonly offsetOf?: (at: number) => number;
};

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
/** The end of the year 9999: the years after it have more than four digits. */
const latest = 253_402_300_799_999;

const timeError = 'not a time; try 12:03, 12:03:44.5, -5m, +1h30m, 2026-11-25 12:03 or now';
const sinceError = 'not a time; try 10m, 1h30m, 12:03, 2026-11-25 12:03 or now';

const datePattern = /^(\d{4}-\d\d-\d\d)(?:[t ](.+))?$/;
const clockPattern = /^(\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?$/;
const zonePattern = /(?<=:.*) ?(?:z|utc|([+-])(\d\d):?(\d\d))$/;

/**
 * Reads a typed or pasted time: `12:03`, `12:03:44.123`, `2026-11-25`, `2026-11-25 12:03`, ISO 8601 with or without a
 * zone; `-5m`, `-1h30m`, `+90s`, `+2d` before or after `from`, `-5` for `-5m`; `now`. The default zone is that of shown
 * times. A time of day is today's, or yesterday's if today's is more than a minute ahead.
 */
export function parseTime(text: string, context: TimeContext): Time | ParseError {
  const typed = text.trim().toLowerCase();
  const at = typed === 'now' ? context.now : (timeAway(typed, context) ?? timeOfClock(typed, context));
  return at === undefined ? {kind: 'error', text: timeError} : {kind: 'time', at};
}

/** Like `parseTime`, and reads durations before now without the minus: `10m`, `1h30m`. */
export function parseSince(text: string, context: TimeContext): Time | ParseError {
  const typed = text.trim();
  const read = parseTime(/^\d[\d ]*[dhms]/i.test(typed) ? `-${typed}` : typed, context);
  return read.kind === 'error' || typed.startsWith('+') ? {kind: 'error', text: sinceError} : read;
}

function timeAway(typed: string, {now, from = now}: TimeContext): number | undefined {
  const [, length, isMinutes] = /^[-+](\d*(.*))$/.exec(typed) ?? [];
  if (length === undefined) return undefined;
  const away = readDuration(isMinutes === '' ? `${length}m` : length);
  if (away === undefined) return undefined;
  return typed.startsWith('-') ? Math.max(0, from - away) : Math.min(from + away, latest);
}

/** A time of day, a date, or both, with or without a zone. */
function timeOfClock(typed: string, context: TimeContext): number | undefined {
  const zone = zonePattern.exec(typed);
  const ahead = zone ? zoneMinutes(zone) : undefined;
  if (zone && ahead === undefined) return undefined;
  const read: TimeContext = ahead === undefined ? context : {...context, offsetOf: () => ahead};
  const rest = zone ? typed.slice(0, zone.index) : typed;
  const [, dateText, clockText] = datePattern.exec(rest) ?? [];
  const sinceMidnight = dateText !== undefined && clockText === undefined ? 0 : timeOfDay(clockText ?? rest);
  if (sinceMidnight === undefined) return undefined;
  if (dateText === undefined) return latestClock(sinceMidnight, read);
  const midnight = dateOf(dateText);
  return midnight === undefined ? undefined : fromShown(midnight + sinceMidnight, read);
}

/** Today's time of day, or yesterday's if today's is still to come. A minute is allowed for an inaccurate clock. */
function latestClock(sinceMidnight: number, context: TimeContext): number {
  const {now} = context;
  const today = Math.floor((now + offset(now, context)) / day) * day + sinceMidnight;
  const at = fromShown(today, context);
  return at > now + minute ? fromShown(today - day, context) : at;
}

function timeOfDay(typed: string): number | undefined {
  const [, hours, minutes, seconds = '0', decimals = '0'] = clockPattern.exec(typed) ?? [];
  if (hours === undefined || minutes === undefined) return undefined;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  return Number(hours) * hour + Number(minutes) * minute + Number(`${seconds}.${decimals}`) * second;
}

/** The date's midnight in UTC, Unix time in ms; undefined if the date does not exist. */
function dateOf(typed: string): number | undefined {
  const at = readTime(`${typed}T00:00:00Z`);
  // `readTime` reads 30 February as 2 March.
  return Number.isNaN(at) || isoTime(at).slice(0, 10) !== typed ? undefined : at;
}

/** Minutes ahead of UTC. */
function zoneMinutes([, sign, hours, minutes]: RegExpExecArray): number | undefined {
  if (sign === undefined) return 0;
  if (Number(hours) > 14 || Number(minutes) > 59) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** Unix time in ms of a shown time; may be wrong in the hours around a change of the offset. */
function fromShown(shown: number, context: TimeContext): number {
  return shown - offset(shown - offset(shown, context), context);
}

/** Milliseconds by which shown times are ahead of UTC. */
function offset(at: number, {offsetOf}: TimeContext): number {
  return offsetOf ? offsetOf(at) * minute : 0;
}
