import type {Misread} from '../records/time-input.ts';

export type Place =
  /** From 1 at the start of the log; below zero from its end: −1 is the last line. */
  | {readonly kind: 'line'; readonly number: number}
  /** 0 to 100. */
  | {readonly kind: 'percent'; readonly value: number};

const placeError = 'not a place; try 1204, -10 (from the end), 50% or $ (the end)';

/** Reads a line number (`1204`, `1,204`, `-10` from the end, `$` the last) or a percentage of the log (`50%`). */
export function parsePlace(text: string): Place | Misread {
  const typed = text.trim();
  if (typed === '$') return {kind: 'line', number: -1};
  const percent = /^(\d{1,3}(?:\.\d+)?) ?%$/.exec(typed)?.[1];
  if (percent !== undefined && Number(percent) <= 100) return {kind: 'percent', value: Number(percent)};
  const [, minus, digits] = /^(-?)(\d+|\d{1,3}(?:,\d{3})+)$/.exec(typed) ?? [];
  if (digits === undefined) return {kind: 'error', text: placeError};
  const number = Math.min(Math.max(1, Number(digits.replaceAll(',', ''))), Number.MAX_SAFE_INTEGER);
  return {kind: 'line', number: minus === '-' ? -number : number};
}
