import {paint} from '../terminal/sgr.ts';
import type {Colors} from '../terminal/style.ts';
import {plain, type StyledText} from '../terminal/styled-text.ts';
import type {Symbols} from '../terminal/symbols.ts';

/** Content of the part of a log for one row of the overview. */
type OverviewRow = {readonly match: boolean; readonly error: boolean; readonly inView: boolean};

/** The log for the overview, in which each row is for the same number of ids, hidden entries included. */
export type OverviewInput = {
  /** Entries [firstId, endId) are held. */
  readonly firstId: number;
  readonly endId: number;
  readonly height: number;
  /** Ids of the first and the last entry on the screen; undefined to omit it. */
  readonly shown: readonly [first: number, last: number] | undefined;
  /** The first match or error after an id. */
  readonly matchAfter: (id: number) => number | undefined;
  readonly errorAfter: (id: number) => number | undefined;
};

/** Returns where matches, errors and the screen are in the log. Makes two look-ups a row. */
export function overviewRows(input: OverviewInput): readonly OverviewRow[] {
  const {firstId, endId, height, shown, matchAfter, errorAfter} = input;
  const count = endId - firstId;
  // Row r is for the ids with floor((id - firstId) × height / count) = r. In a short log some rows have no id.
  const startOf = (row: number) => firstId + Math.ceil((row * count) / height);
  const rowOf = (id: number) => Math.floor(((id - firstId) * height) / count);
  // If the whole log is on the screen, the screen is not marked.
  const isPart = shown !== undefined && (shown[0] > firstId || shown[1] < endId - 1);
  const [top, bottom] = shown && isPart ? [rowOf(shown[0]), rowOf(shown[1])] : [height, -1];
  return Array.from({length: height}, (_, row) => {
    const start = startOf(row);
    const end = startOf(row + 1);
    const isBetween = (id: number | undefined) => id !== undefined && id < end;
    return {
      match: start < end && isBetween(matchAfter(start - 1)),
      error: start < end && isBetween(errorAfter(start - 1)),
      inView: row >= top && row <= bottom,
    };
  });
}

/**
 * Paints one cell a row: while the log is paused a dim track, with the screen as thumb. The thumb and matches are painted
 * spaces: text selected with the mouse is copied without them.
 */
export function paintOverview(
  rows: readonly OverviewRow[],
  {colors, symbols}: {readonly colors: Colors; readonly symbols: Symbols},
): readonly string[] {
  const isPaused = rows.some(({inView}) => inView);
  return rows.map((row) => paint(cellOf(row, isPaused), colors));

  /** Errors are dim: matches stay visible among them. No bright colours: in some schemes they are grey, or the ground. */
  function cellOf({match, error, inView}: OverviewRow, hasTrack: boolean): StyledText {
    if (inView) return plain(' ', {inverse: true});
    if (match) return colors === 'none' ? plain(symbols.match) : plain(' ', {inverse: true, fg: 3});
    if (error) return colors === 'none' ? plain(symbols.error, {dim: true}) : plain(symbols.track, {fg: 1, dim: true});
    return hasTrack ? plain(symbols.track, {dim: true}) : plain(' ');
  }
}
