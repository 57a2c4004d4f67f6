import {paint} from '../terminal/sgr.ts';
import type {Colors, Style} from '../terminal/style.ts';
import {plain} from '../terminal/styled-text.ts';

/** What the part of a log says that one row of the overview stands for. */
export type OverviewRow = {readonly hit: boolean; readonly error: boolean; readonly inView: boolean};

/** A log as the overview sees it. Ids are shared out evenly among the rows; what filters hide has its place, too. */
export type OverviewInput = {
  /** Entries [firstId, endId) are held. */
  readonly firstId: number;
  readonly endId: number;
  readonly height: number;
  /** Ids of the first and the last entry on the screen; undefined where that is not to be shown. */
  readonly shown: readonly [first: number, last: number] | undefined;
  /** The first hit after an id, and the first error after an id. */
  readonly hitAfter: (id: number) => number | undefined;
  readonly errorAfter: (id: number) => number | undefined;
};

/** Where in the whole log the hits and errors are, and where the screen is: two look-ups a row. */
export function overviewRows(facts: OverviewInput): readonly OverviewRow[] {
  const {firstId, endId, height, shown, hitAfter, errorAfter} = facts;
  const count = endId - firstId;
  // Row r stands for the ids whose place × height / count is r, rounded down; of a short log some rows for none.
  const startOf = (row: number) => firstId + Math.ceil((row * count) / height);
  const rowOf = (id: number) => Math.floor(((id - firstId) * height) / count);
  // A log that is all on the screen has no place in it to show.
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

/** The overview as one cell a row: blanks only, so that text dragged over with the mouse is copied without it. */
export function paintOverview(rows: readonly OverviewRow[], colors: Colors): readonly string[] {
  return rows.map((row) => paint(plain(' ', colors === 'none' ? colorlessStyle(row) : coloredStyle(row)), colors));
}

/**
 * The screen is a block in the text's own colour, hits are yellow, errors a dim red: where there are many, hits and
 * screen stand out. No bright colours: some schemes make them greys, or the background itself.
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
