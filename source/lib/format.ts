/** Texts of numbers, durations, times, errors and shell words, for screen and stderr. Times are UTC, as in the log. */

/** Seconds. */
const [minute, hour, day] = [60, 3600, 86_400];

/** `2026-11-25T12:01:02.345Z` of Unix time in ms. */
export function isoTime(at: number): string {
  return new Date(at).toISOString();
}

/** `2026-11-25 12:01:02` of Unix time in ms. */
export function dateTime(at: number): string {
  return isoTime(at).slice(0, 19).replace('T', ' ');
}

/** `2026-11-25 12:01:02.345` of Unix time in ms. */
export function preciseTime(at: number): string {
  return isoTime(at).slice(0, 23).replace('T', ' ');
}

/** `12:01:02` of Unix time in ms. */
export function clockTime(at: number): string {
  return isoTime(at).slice(11, 19);
}

/** `12:01` of Unix time in ms; `11-25 12:01` if that is more than a day from `now`. */
export function moment(at: number, now: number): string {
  const text = isoTime(at);
  return Math.abs(now - at) < day * 1000 ? text.slice(11, 16) : `${text.slice(5, 10)} ${text.slice(11, 16)}`;
}

/** `moment` with seconds. */
export function fineMoment(at: number, now: number): string {
  const text = isoTime(at);
  return Math.abs(now - at) < day * 1000 ? text.slice(11, 19) : `${text.slice(5, 10)} ${text.slice(11, 19)}`;
}

/** `12:01–12:09` of two times in words, which have the day, or not: one day is said once. */
export function rangeInWords(first: string, last: string): string {
  const day = /^(?:\d+-)+\d+ /.exec(first)?.[0] ?? ' ';
  return `${first}–${last.startsWith(day) ? last.slice(day.length) : last}`;
}

/** `Wed, 25 Nov 2026 09:12:38 GMT` of Unix time in ms, for HTTP headers. */
export function httpTime(at: number): string {
  return new Date(at).toUTCString();
}

/** Unix time in ms of an ISO 8601 or HTTP date; NaN for other text. */
export function readTime(text: string): number {
  return Date.parse(text);
}

/** Reads a time as `readTime` does; undefined for other text, or none. */
export function timeOfText(text: string | undefined): number | undefined {
  const at = readTime(text ?? '');
  return Number.isNaN(at) ? undefined : at;
}

/** The time in JSON for scripts: RFC 3339, null if it is not known. */
export function timeOrNull(at: number | undefined): string | null {
  return at === undefined ? null : isoTime(at);
}

/** Returns whether it is a Unix time in ms that `Date` can represent. */
export function isTime(at: unknown): at is number {
  return typeof at === 'number' && !Number.isNaN(new Date(at).getTime());
}

/** Minutes by which the system's zone is ahead of UTC at a Unix time in ms. */
export function systemZoneOffset(at: number): number {
  return -new Date(at).getTimezoneOffset();
}

/** The Unix time in ms whose digits in UTC are those of `at` in a zone. `offsetAt`: as `systemZoneOffset`. */
export function inZone(at: number, offsetAt: (at: number) => number): number {
  return at + offsetAt(at) * 60_000;
}

/** `less than 1 s`, `4 s`, `3 min`, `2 h`, `5 d`: the nearest whole number of a unit. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  return seconds < 0.5 ? 'less than 1 s' : inUnits(seconds, Math.round);
}

/** `duration` with tenths below 10 s: `0.4 s`, `12 s`. */
export function fineDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  return seconds < 9.95 ? `${seconds.toFixed(1)} s` : inUnits(seconds, Math.round);
}

/** Rounded down, so that it is never more than the truth: `119 s`, `119 min`, `47 h`, at most `9999 d`. */
export function elapsed(milliseconds: number): string {
  return inUnits(Math.min(milliseconds / 1000, 9999 * day), Math.floor);
}

/** `elapsed` for a narrow column: `119s`, `119m`, `47h`, `2d`. */
export function elapsedShort(milliseconds: number): string {
  return elapsed(milliseconds).replace(/ (.).*/, '$1');
}

/** In the longest unit of which it is a whole number: `90 s`, `30 min`, `1 h`, `7 d`. */
export function exactSpan(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  const units = [['d', day] as const, ['h', hour] as const, ['min', minute] as const];
  const [unit, length] = units.find(([, each]) => seconds >= each && seconds % each === 0) ?? ['s', 1];
  return `${seconds / length} ${unit}`;
}

function inUnits(seconds: number, whole: (value: number) => number): string {
  if (whole(seconds) < 120) return `${whole(seconds)} s`;
  if (whole(seconds / minute) < 120) return `${whole(seconds / minute)} min`;
  if (whole(seconds / hour) < 48) return `${whole(seconds / hour)} h`;
  return `${whole(seconds / day)} d`;
}

/** `52,118`, of a whole number. The first `toLocaleString` would take 10 ms, right before a log's first line. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** The same for texts that differ in numbers only. */
export function withoutNumbers(text: string): string {
  return text.replaceAll(/\d+/g, '0');
}

/** `1 line`, `2 lines`, `52,118 lines`. */
export function counted(value: number, one: string, many: string): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `512 B`, `12 kB`, `1.4 MB`: decimal units, two digits at least. */
export function byteSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB'];
  let value = bytes;
  let unit = '';
  for (const next of units) {
    if (value < 999.5) break;
    value /= 1000;
    unit = next;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

const durationPattern = /^(?=\d)(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?$/i;

/** Milliseconds of `90s`, `10m`, `1h30m`, `1d 2h`, the larger units first; undefined for other text. */
export function readDuration(text: string): number | undefined {
  const parts = durationPattern.exec(text.replaceAll(' ', ''))?.slice(1);
  return parts?.reduce((sum, part, index) => sum + Number(part ?? 0) * 1000 * ([day, hour, minute, 1][index] ?? 0), 0);
}

export function errorText(thrown: unknown): string {
  // What is named without a folder is looked for there.
  const isLost = thrown instanceof Error && 'syscall' in thrown && thrown.syscall === 'uv_cwd';
  if (isLost) return 'the working folder was deleted · cd to another one, or give whole paths';
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Characters of a message: what is longer repeats a value that was typed. */
const longestMessage = 1000;

/** A message of one line; of a long one the beginning, which names the option, and the end, which has the advice. */
export function shortMessage(message: string): string {
  const over = message.length - longestMessage;
  if (over <= 0) return message;
  const half = longestMessage / 2;
  return `${message.slice(0, half)} … ${count(over)} characters … ${message.slice(-half)}`;
}

/** Quoted for any POSIX shell, if it needs to be. */
export function shellWord(word: string): string {
  if (/^[\w@%+=:,./-][\w@%+=:,./#-]*$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
