import {isoTime, readTime} from '../../lib/format.ts';

const zones = String.raw`Z|UTC|GMT|[+-]\d\d:?\d\d|CES?T|[ECMP][SD]T`;
const fraction = String.raw`(?:[.,:]\d+)?`;

/** Sources of patterns for times at the beginning of lines, without groups. */
export const iso = String.raw`\d{4}[-/.]\d\d[-/.]\d\d[T _]\d\d:\d\d:\d\d${fraction}(?: ?(?:${zones})\b)?`;
export const named = String.raw`(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d${fraction}(?: (?:${zones}))?(?: \d{4}\b)?`;
export const stamp = String.raw`(?:${iso}|${named}|\d\d/\d\d/\d\d \d\d:\d\d:\d\d|\d{6} \d{6}\b|\d{8}\.\d{6}${fraction})`;

const clock = String.raw`(?<hour>\d\d):?(?<minute>\d\d):?(?<second>\d\d)(?:[.,:](?<fraction>\d{1,9})\d*)?`;
const forms = [
  // 2026-11-25T09:08:47.372844Z, 2026/11/25 09:08:47 +0100, 20261125.090847,372
  String.raw`(?<year>\d{4})[-/.]?(?<month>\d\d)[-/.]?(?<day>\d\d)[T _.]${clock} ?(?<zone>\S*)`,
  // 26/11/25 09:08:47, 261125 090847
  String.raw`(?<year>\d\d)/?(?<month>\d\d)/?(?<day>\d\d) ${clock}`,
  // 1125 09:08:47.372844 (klog), 11-25 09:08:47.372 (logcat)
  String.raw`(?<month>\d\d)-?(?<day>\d\d) ${clock}`,
  // Nov 25 09:08:47, Wed Nov 25 09:08:47 CET 2026
  String.raw`(?:[A-Z]\w\w )?(?<name>[A-Z]\w\w) +(?<day>\d\d?) ${clock}(?: (?<zone>[A-Z]\S+))?(?: (?<year>\d{4}))?`,
].map((source) => new RegExp(`^${source}$`));
/** Seconds, or in as many digits as they have then milliseconds, microseconds or nanoseconds, since 1970. */
const epochPattern = /^(\d{10})(\d{3}|\d{6}|\d{9})?(?:\.(\d+))?$/;
const offsetPattern = /^([+-])(\d\d):?(\d\d)$/;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** Hours ahead of UTC. */
const namedZones: Readonly<Record<string, number>> = {
  CET: 1,
  CEST: 2,
  EST: -5,
  EDT: -4,
  CST: -6,
  CDT: -5,
  MST: -7,
  MDT: -6,
  PST: -8,
  PDT: -7,
};
const dayMs = 86_400_000;

/**
 * Reads a time as loggers write it, as `2026-11-25T09:08:47.372Z` with the digits of its fraction; undefined for other
 * text. Without a zone it is in UTC, without a year of the newest that is not in the future (`now`: Unix time in ms).
 */
export function readStamp(text: string, now: number): string | undefined {
  const [, seconds, more = '', decimals = ''] = epochPattern.exec(text) ?? [];
  if (seconds !== undefined) return written(isoTime(Number(seconds) * 1000), more || decimals);
  for (const form of forms) {
    const groups = form.exec(text)?.groups;
    if (groups) return stampOf(groups, now);
  }
  return undefined;
}

function stampOf(groups: Readonly<Record<string, string | undefined>>, now: number): string | undefined {
  const {year, name, day = '', hour, minute, second, zone = '', fraction: decimals = ''} = groups;
  const month = name === undefined ? groups.month : String(months.indexOf(name) + 1).padStart(2, '0');
  const rest = `-${month}-${day.padStart(2, '0')}T${hour}:${minute}:${second}Z`;
  const at = readTime(`${year?.padStart(4, '20') ?? isoTime(now).slice(0, 4)}${rest}`);
  const ahead = minutesAhead(zone);
  if (Number.isNaN(at) || ahead === undefined) return undefined;
  const isNext = year === undefined && at > now + dayMs;
  const shown = isNext ? readTime(`${Number(isoTime(now).slice(0, 4)) - 1}${rest}`) : at;
  return Number.isNaN(shown) ? undefined : written(isoTime(shown - ahead * 60_000), decimals);
}

function minutesAhead(zone: string): number | undefined {
  if (zone === '' || zone === 'Z' || zone === 'UTC' || zone === 'GMT') return 0;
  const [, sign, hours, minutes] = offsetPattern.exec(zone) ?? [];
  if (sign === undefined) return namedZones[zone] === undefined ? undefined : namedZones[zone] * 60;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

function written(time: string, decimals: string): string {
  return `${time.slice(0, 19)}${decimals === '' ? '' : `.${decimals.slice(0, 9)}`}Z`;
}
