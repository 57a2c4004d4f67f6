import {readDuration} from '../lib/read-duration.ts';
import {UsageError} from './usage-error.ts';

/** Reads `90s`, `10m`, `1h30m`, `1d` or a number of seconds as milliseconds. `flag` names the option in the error. */
export function parseDuration(text: string, flag: string): number {
  const typed = text.trim();
  const duration = /^\d{1,6}$/.test(typed) ? Number(typed) * 1000 : readDuration(typed);
  if (duration === undefined) {
    throw new UsageError(`${flag} takes a time such as 10m, 1h30m, 90s or 0, not '${text}'`);
  }
  return duration;
}
