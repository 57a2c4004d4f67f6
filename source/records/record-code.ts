import {type Level, levels} from './level.ts';

/**
 * What the first entry of a record is, as a number below 16. `taking`: a head that takes the lines that follow;
 * `single`: one that is complete. The errors come last, so that one comparison finds them.
 */
export const plainCode = 0;
export const markerCode = 1;
const firstSingle = 2;
const firstTaking = 6;
export const firstError = 10;
const takingError = 10;
const singleError = 11;
export const panicCode = 12;

const levelsOfCodes: readonly (Level | undefined)[] = [
  undefined,
  undefined,
  ...levels.slice(0, -1),
  ...levels.slice(0, -1),
  'ERROR',
  'ERROR',
  'ERROR',
];

export function codeOf(level: Level, takesLines: boolean): number {
  if (level === 'ERROR') return takesLines ? takingError : singleError;
  return (takesLines ? firstTaking : firstSingle) + levels.indexOf(level);
}

export function levelOfCode(code: number): Level | undefined {
  return levelsOfCodes[code];
}

/** A head that takes lines: what follows belongs to it, and no more to an earlier one. */
export function takesLines(code: number): boolean {
  return code >= firstTaking && code <= takingError;
}

/** The entry's line says when it was logged. */
export function hasTime(code: number): boolean {
  return code >= firstSingle && code < panicCode;
}
