/** Numbers and times in words, as every part of the screen and stderr says them. Times are UTC, as in the log. */

/** `12:01:02` of wall milliseconds, UTC. */
export function clockTime(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}

/** `2026-11-25 12:01:02` of wall milliseconds, UTC. */
export function dateTime(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}

/** `12:01` of wall milliseconds, UTC, and `11-25 12:01` if that is more than a day from `now`. */
export function moment(at: number, now: number): string {
  const text = new Date(at).toISOString();
  return Math.abs(now - at) < 86_400_000 ? text.slice(11, 16) : `${text.slice(5, 10)} ${text.slice(11, 16)}`;
}

/** `4 s`, `3 min`, `2 h`, `5 d`: the largest unit that fits, whole. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 1) return 'less than 1 s';
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}

/** `52,118`, of a whole number. By hand: the first `toLocaleString` takes 10 ms, right before the first line of a log. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');
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

const pattern = /^(?=\d)(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?$/i;
/** Milliseconds of a day, an hour, a minute and a second. */
const units = [86_400_000, 3_600_000, 60_000, 1000];

/** Reads `90s`, `10m`, `1h30m`, `1d 2h` as milliseconds, the larger units first; undefined for what is none. */
export function readDuration(text: string): number | undefined {
  const parts = pattern.exec(text.replaceAll(' ', ''))?.slice(1);
  return parts?.reduce((sum, part, index) => sum + Number(part ?? 0) * (units[index] ?? 0), 0);
}

/** What was thrown, in words: the message of an error, and anything else as text. */
export function errorText(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
