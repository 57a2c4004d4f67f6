import {UsageError} from './usage-error.ts';

/** Reads what a variable says of a switch; empty: off. `name` names the variable in the error. */
export function readSwitch(text: string, name: string): boolean {
  const word = text.trim().toLowerCase();
  if (['1', 'true', 'yes', 'on', 'y', 't'].includes(word)) return true;
  if (['', '0', 'false', 'no', 'off', 'n', 'f'].includes(word)) return false;
  throw new UsageError(`${name} takes true or false, not '${word}'`);
}
