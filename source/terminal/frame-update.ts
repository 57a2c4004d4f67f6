import {blankCells, type Cells, parametersOf, readCells, releaseCells, secondHalf, textOf} from './cells.ts';
import {transition} from './sgr.ts';

/** Painted rows that fill a terminal, from its first row to its last. */
export class Frame {
  readonly rows: readonly string[];
  readonly columns: number;
  readonly #cells: (Cells | undefined)[] = [];

  constructor(rows: readonly string[], columns: number) {
    this.rows = rows;
    this.columns = columns;
  }

  row(row: number): string {
    return this.rows[row] ?? '';
  }

  /** Read when they are first needed; undefined as `readCells`. */
  cells(row: number): Cells | undefined {
    if (!(row in this.#cells)) this.#cells[row] = readCells(this.row(row), this.columns);
    return this.#cells[row];
  }

  /** Call it when the frame is no longer shown: later frames use its memory. */
  release(): void {
    for (const cells of this.#cells) if (cells) releaseCells(cells);
    this.#cells.length = 0;
  }
}

/** How a row is made from another one. */
type RowChange = {
  readonly before: Cells;
  readonly next: Cells;
  /** The first cell that differs. */
  readonly column: number;
  /** The rest of the row is erased first. */
  readonly isNew: boolean;
  /** Bytes, about. */
  readonly cost: number;
};

/** The row is to be written as it is: what its cells show is not certain. */
type WholeRow = {readonly whole: string; readonly cost: number};

/** Undefined: nothing is to be written. */
type RowUpdate = RowChange | WholeRow | undefined;

/** Rows `top` to `bottom` move up by `by` rows, or down if that is negative; the rows that become free are blank. */
type Scroll = {readonly top: number; readonly bottom: number; readonly by: number};

/**
 * The bytes that make a terminal which shows `shown` show `next`, of the same size; styles are plain before and after,
 * and the cursor ends in the last row. Of each row only cells that differ are written. When rows have moved, and it costs
 * less, the terminal moves them (DECSTBM with LF or RI, which a VT100 and the Linux console have, too), and what did not
 * move with them, such as a list at the left, is written again.
 */
export function frameUpdate(shown: Frame, next: Frame): string {
  const last = next.rows.length - 1;
  const {scroll, updates} = cheapestUpdates(shown, next);
  let text = scroll ? scrollText(scroll) : '';
  for (const [row, update] of updates.entries()) {
    if (!update) continue;
    text += moveTo(row, 'whole' in update ? 0 : update.column) + rowText(update);
  }
  return updates[last] ? text : text + moveTo(last, 0);
}

type Updates = {readonly scroll?: Scroll; readonly updates: readonly RowUpdate[]};

function cheapestUpdates(shown: Frame, next: Frame): Updates {
  const updates = next.rows.map((_, row) => rowUpdate(shown, row, next, row));
  const first = updates.findIndex((update) => update !== undefined);
  const last = updates.findLastIndex((update) => update !== undefined);
  const by = likelyScroll(shown, next, first, last);
  if (by === undefined) return {updates};
  // The rows to which others move.
  const from = Math.max(first, first - by);
  const to = Math.min(last, last - by);
  const moved = next.rows.map((_, row) => (row < from || row > to ? undefined : rowUpdate(shown, row + by, next, row)));
  const [start, end] = mostGain(from, to, (row) => costOf(updates[row]) - costOf(moved[row]));
  const scroll = by > 0 ? {top: start, bottom: end + by, by} : {top: start + by, bottom: end, by};
  const scrolled = updates.map((update, row) => {
    if (row < scroll.top || row > scroll.bottom) return update;
    return row >= start && row <= end ? moved[row] : rowUpdate(undefined, row, next, row);
  });
  return totalCost(scrolled) + scrollText(scroll).length < totalCost(updates) ? {scroll, updates: scrolled} : {updates};
}

/** Characters by which the ends of rows in their new places are more like the old rows than in place. */
const leastLikely = 32;

/**
 * By how many rows the contents of rows `first` to `last` seem to have moved up, or down if negative. Compares the ends
 * of texts: the beginnings of rows beside a list do not move, nor do the marks at the right border.
 */
function likelyScroll(shown: Frame, next: Frame, first: number, last: number): number | undefined {
  const count = last - first + 1;
  if (count < 3) return undefined;
  const indexes = Array.from({length: count}, (_, index) => index);
  const likeRow = rowsByEnd(indexes.map((index) => ({index, text: endOf(shown.row(first + index))})));
  const equal = new Int32Array(2 * count - 1);
  for (const to of indexes) {
    const end = endOf(next.row(first + to));
    for (const from of likeRow(end)) {
      const at = from.index - to + count - 1;
      equal[at] = (equal[at] ?? 0) + equalEnd(from.text, end);
    }
  }
  const most = Math.max(...equal);
  const by = equal.indexOf(most) - count + 1;
  return by !== 0 && most >= (equal[count - 1] ?? 0) + leastLikely ? by : undefined;
}

type RowEnd = {readonly index: number; readonly text: string};

/** Characters in which rows have to be equal to be compared: most rows of a log differ in the last few. */
const endLengths = [12, 24, 48, Number.POSITIVE_INFINITY];
/** Rows that are compared with one, unless they are equal to it: of 200 rows, each with each takes 50 ms. */
const mostAlike = 32;

/** Returns the rows that end as a text does: of many, those that have more of its end. */
function rowsByEnd(rows: readonly RowEnd[]): (text: string) => readonly RowEnd[] {
  const grouped: Map<string, readonly RowEnd[]>[] = [];
  return (text) => {
    let alike = rows;
    for (const [level, length] of endLengths.entries()) {
      grouped[level] ??= Map.groupBy(rows, (row) => row.text.slice(-length));
      alike = grouped[level].get(text.slice(-length)) ?? [];
      if (alike.length <= mostAlike) break;
    }
    return alike;
  };
}

/** A row without what is blank at its end. */
function endOf(row: string): string {
  let end = row.length;
  while (end > 0 && isBlankOrSgr(row.charCodeAt(end - 1))) end--;
  return row.slice(0, end);
}

/** A space, or a character of SGR sequences: ESC, `[`, digits, `;` and `m`. */
function isBlankOrSgr(code: number): boolean {
  return code === 0x20 || code === 0x1b || code === 0x5b || code === 0x6d || (code >= 0x30 && code <= 0x3b);
}

function equalEnd(a: string, b: string): number {
  if (a === b) return a.length;
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a.charCodeAt(a.length - 1 - length) === b.charCodeAt(b.length - 1 - length)) length++;
  return length;
}

/** The rows between `from` and `to` with the greatest sum of gains. */
function mostGain(from: number, to: number, gainOf: (row: number) => number): readonly [start: number, end: number] {
  let best: readonly [number, number] = [from, from];
  let most = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let start = from;
  for (let row = from; row <= to; row++) {
    if (sum < 0) {
      sum = 0;
      start = row;
    }
    sum += gainOf(row);
    if (sum > most) {
      most = sum;
      best = [start, row];
    }
  }
  return best;
}

/** Bytes that move the cursor to a row, about. */
const moveCost = 7;

function costOf(update: RowUpdate): number {
  return update ? moveCost + update.cost : 0;
}

function totalCost(updates: readonly RowUpdate[]): number {
  return updates.reduce((sum, update) => sum + costOf(update), 0);
}

function scrollText({top, bottom, by}: Scroll): string {
  const lines = by > 0 ? moveTo(bottom, 0) + '\n'.repeat(by) : moveTo(top, 0) + '\x1bM'.repeat(-by);
  return `\x1b[${top + 1};${bottom + 1}r${lines}\x1b[r`;
}

function moveTo(row: number, column: number): string {
  return column === 0 ? `\x1b[${row + 1}H` : `\x1b[${row + 1};${column + 1}H`;
}

/** From row `from` of `shown`, or from a blank row, to row `to` of `next`. */
function rowUpdate(shown: Frame | undefined, from: number, next: Frame, to: number): RowUpdate {
  const row = next.row(to);
  if (row === (shown ? shown.row(from) : '')) return undefined;
  const cells = next.cells(to);
  if (!cells) return {whole: row, cost: row.length};
  const blanks = blankCells(next.columns);
  const before = shown ? shown.cells(from) : blanks;
  if (!before) return {before: blanks, next: cells, column: 0, isNew: true, cost: changeCost(blanks, cells, 0)};
  const column = firstDifference(before, cells);
  if (column === undefined) return undefined;
  const cost = changeCost(before, cells, column);
  const costAnew = cost < shortChange ? cost : eraseToEnd.length + changeCost(blanks, cells, column);
  if (costAnew >= cost) return {before, next: cells, column, isNew: false, cost};
  return {before: blanks, next: cells, column, isNew: true, cost: costAnew};
}

const eraseToEnd = '\x1b[K';

/** Bytes that would hardly be fewer if the row was erased first. */
const shortChange = 24;

function firstDifference(before: Cells, next: Cells): number | undefined {
  const end = Math.max(before.length, next.length);
  for (let cell = 0; cell < end; cell++) if (!isSame(before, next, cell)) return cell;
  return undefined;
}

function isSame(before: Cells, next: Cells, cell: number): boolean {
  return before.characters[cell] === next.characters[cell] && before.pens[cell] === next.pens[cell];
}

/** Bytes to change a style, about. */
const styleCost = 6;
/** Bytes to move within a row, about. */
const skipCost = 4;

/** Bytes, about. `from`: the first cell that differs. */
function changeCost(before: Cells, next: Cells, from: number): number {
  const {pens, length} = next;
  let cost = 0;
  let pen = 0;
  let skipped = 0;
  for (let cell = from; cell < length; cell++) {
    if (isSame(before, next, cell)) {
      skipped++;
      continue;
    }
    cost += 1 + Math.min(skipped, skipCost);
    skipped = 0;
    if (pens[cell] !== pen) {
      cost += styleCost;
      pen = pens[cell] ?? 0;
    }
  }
  return before.length > length ? cost + skipCost : cost;
}

function rowText(update: NonNullable<RowUpdate>): string {
  if ('whole' in update) {
    const {whole} = update;
    // Erased before the text: a tab in it passes over cells, and after the last column nothing may be erased.
    return `${eraseToEnd}${whole}${whole.includes('\x1b') ? '\x1b[0m' : ''}`;
  }
  return (update.isNew ? eraseToEnd : '') + changeText(update);
}

/** Writes the cells that differ. The cursor is at the first of them. */
function changeText({before, next, column}: RowChange): string {
  const {characters, pens, length} = next;
  let text = '';
  let pen = 0;
  let cursor = column;
  const change = (to: number) => {
    text += transition(parametersOf(pen), parametersOf(to));
    pen = to;
  };
  const skipTo = (cell: number) => {
    if (cell > cursor) text += skipped(next, cursor, cell, pen);
    cursor = cell;
  };
  for (let cell = column; cell < length; ) {
    if (isSame(before, next, cell)) {
      cell++;
      continue;
    }
    skipTo(cell);
    if (pens[cell] !== pen) change(pens[cell] ?? 0);
    // All cells that differ and have this style, and the second half of the last one.
    const start = cell;
    do cell++;
    while (cell < length && pens[cell] === pen && (characters[cell] === secondHalf || !isSame(before, next, cell)));
    text += textOf(next, start, cell);
    cursor = cell;
  }
  const isLonger = before.length > length;
  if (isLonger) skipTo(length);
  change(0);
  return isLonger ? text + eraseToEnd : text;
}

/** Moves over cells that are right already: writes them again where that is not longer. */
function skipped(next: Cells, from: number, to: number, pen: number): string {
  const count = to - from;
  const move = `\x1b[${count === 1 ? '' : count}C`;
  if (count > move.length) return move;
  for (let cell = from; cell < to; cell++) {
    // Others than ASCII have several bytes.
    if (next.pens[cell] !== pen || (next.characters[cell] ?? 0) >= 0x7f) return move;
  }
  return textOf(next, from, to);
}
