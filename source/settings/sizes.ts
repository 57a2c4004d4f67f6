import {UsageError} from './usage-error.ts';

const units: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['k', 1000],
  ['kb', 1000],
  ['kib', 1024],
  ['m', 1000 ** 2],
  ['mb', 1000 ** 2],
  ['mib', 1024 ** 2],
  ['g', 1000 ** 3],
  ['gb', 1000 ** 3],
  ['gib', 1024 ** 3],
]);

/** Reads `64MiB`, `100k` or a plain number as bytes. `flag` names the option in the error. */
export function parseSize(text: string, flag: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim());
  const unit = units.get(match?.[2]?.toLowerCase() ?? '?');
  if (!match || unit === undefined) {
    throw new UsageError(`${flag} takes a size such as 64MiB, 100k or 1000000, not '${text}'`);
  }
  return Math.round(Number(match[1]) * unit);
}

/** Reads a whole number within limits, both included. */
export function parseInteger(text: string, flag: string, limits: {min: number; max: number}): number {
  const value = Number(text);
  if (!/^\d+$/.test(text.trim()) || value < limits.min || value > limits.max) {
    throw new UsageError(`${flag} takes a whole number from ${limits.min} to ${limits.max}, not '${text}'`);
  }
  return value;
}

/** The value, if it is not below the least; `shown` is how that is typed. */
export function atLeast(value: number, least: number, flag: string, shown: string): number {
  if (value < least) throw new UsageError(`${flag} takes at least ${shown}`);
  return value;
}
