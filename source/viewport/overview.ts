import {paint} from '../terminal/sgr.ts';
import type {Colors, Style} from '../terminal/style.ts';
import {plain} from '../terminal/styled-text.ts';

/** What is in the part of a log that one row of the overview shows. */
export type OverviewRow = {readonly hit: boolean; readonly error: boolean; readonly inView: boolean};

/** The log for the overview. Ids are spread evenly over the rows; hidden entries have their place, too. */
export type OverviewInput = {
  /** Entries [firstId, endId) are held. */
  readonly firstId: number;
  readonly endId: number;
  readonly height: number;
  /** Ids of the first and the last entry on the screen; undefined to leave the screen out. */
  readonly shown: readonly [first: number, last: number] | undefined;
  /** The first hit after an id, and the first error after an id. */
  readonly hitAfter: (id: number) => number | undefined;
  readonly errorAfter: (id: number) => number | undefined;
};

/** Where in the log the hits, the errors and the screen are: two look-ups a row. */
export function overviewRows(input: OverviewInput): readonly OverviewRow[] {
  const {firstId, endId, height, shown, hitAfter, errorAfter} = input;
  const count = endId - firstId;
  // Row r is for the ids whose place × height / count is r, rounded down; in a short log some rows have no id.
  const startOf = (row: number) => firstId + Math.ceil((row * count) / height);
  const rowOf = (id: number) => Math.floor(((id - firstId) * height) / count);
  // A log that fits on the screen needs no mark of the screen.
  const isPart = shown !== undefined && (shown[0] > firstId || shown[1] < endId - 1);
  const [top, bottom] = shown && isPart ? [rowOf(shown[0]), rowOf(shown[1])] : [height, -1];
  return Array.from({length: height}, (_, row) => {
    const start = startOf(row);
    const end = startOf(row + 1);
    const isBetween = (id: number | undefined) => id !== undefined && id < end;
    return {
      hit: start < end && isBetween(hitAfter(start - 1)),
      error: start < end && isBetween(errorAfter(start - 1)),
      inView: row >= top && row <= bottom,
    };
  });
}

/** The overview, one cell a row: painted blanks, so that text selected with the mouse is copied without them. */
export function paintOverview(rows: readonly OverviewRow[], colors: Colors): readonly string[] {
  return rows.map((row) => paint(plain(' ', colors === 'none' ? colorlessStyle(row) : coloredStyle(row)), colors));
}

/**
 * The screen is a block in the colour of the text, hits are yellow, errors a dim red, so that hits and screen stand out
 * among many errors. No bright colours: in some schemes they are greys, or the background itself.
 */
function coloredStyle({hit, error, inView}: OverviewRow): Style {
  if (inView) return {inverse: true};
  if (hit) return {inverse: true, fg: 3};
  return error ? {inverse: true, fg: 1, dim: true} : {};
}

function colorlessStyle({hit, error, inView}: OverviewRow): Style {
  if (inView) return {inverse: true};
  if (hit) return {underline: true, bold: true};
  return error ? {underline: true, dim: true} : {};
}
