import {UsageError} from './usage-error.ts';

const units: ReadonlyMap<string, number> = new Map([
  ['', 1000],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** Reads `90s`, `10m`, `2h`, `1d` or a number of seconds as milliseconds. `flag` names the option in the error. */
export function parseDuration(text: string, flag: string): number {
  const match = /^(\d{1,6})([a-z]?)$/i.exec(text.trim());
  const unit = units.get(match?.[2]?.toLowerCase() ?? '?');
  if (!match || unit === undefined)
    throw new UsageError(`${flag} takes a time such as 10m, 90s, 2h or 0, not '${text}'`);
  return Number(match[1]) * unit;
}
