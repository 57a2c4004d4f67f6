import {simpleCharacters, simpleWidth} from '../../lib/simple-text.ts';
import {spans} from '../../lib/width.ts';
import {transition} from './sgr.ts';

/** Painted rows that fill a terminal, from its first row to its last. */
export type Frame = {readonly rows: readonly string[]; readonly columns: number};

/** Rows `top` to `bottom` move up by `by` rows, or down if that is negative; the rows that become free are blank. */
type Scroll = {readonly top: number; readonly bottom: number; readonly by: number};

/**
 * The bytes that make a terminal which shows `shown` show `next`, of the same size; styles are plain before and after,
 * and the cursor ends in the last row. A row is written from where it differs to where it does not any more. When rows
 * have moved, and it costs less, the terminal moves them (DECSTBM with LF or RI, which a VT100 and the Linux console have,
 * too), and what did not move with them, such as a list at the left, is written again.
 */
export function frameUpdate(shown: Frame, next: Frame): string {
  const last = next.rows.length - 1;
  const {scroll, sources} = cheapestSources(shown.rows, next.rows);
  const updates = next.rows.map((each, row) => rowUpdate(sources[row] ?? '', each, {row, columns: next.columns}));
  const text = (scroll ? scrollText(scroll) : '') + updates.join('');
  return updates[last] === '' ? text + moveTo(last, 0) : text;
}

/** Rows that scroll, and the text that each row shows then. */
type Sources = {readonly scroll?: Scroll; readonly sources: readonly string[]};

function cheapestSources(shown: readonly string[], next: readonly string[]): Sources {
  const inPlace = next.map((each, row) => changeCost(shown[row] ?? '', each));
  const first = inPlace.findIndex((cost) => cost > 0);
  const last = inPlace.findLastIndex((cost) => cost > 0);
  const by = likelyScroll(shown.slice(first, last + 1), next.slice(first, last + 1));
  if (by === undefined) return {sources: shown};
  // The rows to which others move.
  const from = Math.max(first, first - by);
  const to = Math.min(last, last - by);
  const moved = (row: number) => changeCost(shown[row + by] ?? '', next[row] ?? '');
  const [start, end] = mostGain(from, to, (row) => (inPlace[row] ?? 0) - moved(row));
  const scroll = by > 0 ? {top: start, bottom: end + by, by} : {top: start + by, bottom: end, by};
  const sources = shown.map((each, row) => {
    if (row < scroll.top || row > scroll.bottom) return each;
    return row >= start && row <= end ? (shown[row + by] ?? '') : '';
  });
  const costOf = (each: readonly string[]) =>
    each.reduce((sum, source, row) => sum + changeCost(source, next[row] ?? ''), 0);
  return costOf(sources) + scrollText(scroll).length < costOf(shown) ? {scroll, sources} : {sources: shown};
}

/** Bytes that move the cursor to a row, about. */
const moveCost = 7;

/** Bytes, about: of what is between the first and the last difference. */
function changeCost(shown: string, next: string): number {
  if (shown === next) return 0;
  const start = equalStart(shown, next);
  return moveCost + next.length - start - equalEnd(shown, next, start);
}

/** Characters by which the ends of rows in their new places are more like the old rows than in place. */
const leastLikely = 32;
/** Characters at the ends of rows that are compared, each of them for itself: most rows of a log differ in the last few. */
const endLengths = [12, 24, 48, 96];

/**
 * By how many rows the contents of rows seem to have moved up, or down if negative. Compares the ends of texts: the
 * beginnings of rows beside a list do not move.
 */
function likelyScroll(shown: readonly string[], next: readonly string[]): number | undefined {
  const {length: count} = next;
  if (count < 3) return undefined;
  const [ends, nextEnds] = [shown.map(endOf), next.map(endOf)];
  const equal = new Int32Array(2 * count - 1);
  for (const length of endLengths) {
    const rows = Map.groupBy(ends.keys(), (row) => ends[row]?.slice(-length));
    for (const [to, text] of nextEnds.entries()) {
      const end = text.slice(-length);
      for (const from of rows.get(end) ?? []) {
        const at = from - to + count - 1;
        equal[at] = (equal[at] ?? 0) + end.length;
      }
    }
  }
  const most = Math.max(...equal);
  const by = equal.indexOf(most) - count + 1;
  return by !== 0 && most >= (equal[count - 1] ?? 0) + leastLikely ? by : undefined;
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

function scrollText({top, bottom, by}: Scroll): string {
  const lines = by > 0 ? moveTo(bottom, 0) + '\n'.repeat(by) : moveTo(top, 0) + '\x1bM'.repeat(-by);
  return `\x1b[${top + 1};${bottom + 1}r${lines}\x1b[r`;
}

function moveTo(row: number, column: number): string {
  return column === 0 ? `\x1b[${row + 1}H` : `\x1b[${row + 1};${column + 1}H`;
}

const eraseToEnd = '\x1b[K';
const reset = '\x1b[0m';

/** Returns what writes one row over another; empty: they are equal. */
function rowUpdate(
  shown: string,
  next: string,
  {row, columns}: {readonly row: number; readonly columns: number},
): string {
  if (next === shown) return '';
  const after = readRow(next, columns);
  // Erased before the text: a tab in it passes over cells, and after the last column nothing may be erased.
  if (!after) return `${moveTo(row, 0)}${eraseToEnd}${next}${next.includes('\x1b') ? reset : ''}`;
  const before = readRow(shown, columns);
  if (!before) return `${moveTo(row, 0)}${eraseToEnd}${after.text}`;
  if (before.text === after.text) return '';
  const from = commonStart(before.text, after.text);
  const to = after.text.length - commonEnd(before.text, after.text, from);
  const start = after.text.slice(0, from);
  const text = moveTo(row, widthOf(start) ?? 0) + withPen(penAfter('', start), after.text.slice(from, to));
  return to === after.text.length && before.width > after.width ? text + eraseToEnd : text;
}

/** A row without plain blanks at its end, in plain style behind it. */
type ReadRow = {readonly text: string; readonly width: number};

/**
 * Reads a row; undefined: it is not certain what each cell shows, as it has other controls than SGR, has spacing marks,
 * or is wider than the terminal.
 */
function readRow(row: string, columns: number): ReadRow | undefined {
  const width = widthOf(row);
  if (width === undefined || width > columns) return undefined;
  if (penAfter('', row) !== '') return {text: row + reset, width};
  let end = row.length;
  while (row.endsWith(' ', end)) end--;
  return {text: row.slice(0, end), width: width - (row.length - end)};
}

const parameter = String.raw`(?:(?![345]8[;m])\d{1,3}(?::\d*)*|[345]8;5;\d{1,3}|[345]8;2(?:;\d{1,3}){3})`;
/** Its parameters mean the same alone and behind others: no colour continues in the next sequence. */
const sgr = new RegExp(String.raw`\x1b\[((?:${parameter}(?:;${parameter})*)?)m`, 'g');
const sgrAt = new RegExp(sgr.source, 'y');
const sgrAtEnd = new RegExp(`(?:${sgr.source})+$`);
const simple = new RegExp(`^[${simpleCharacters}]$`);
/** Some terminals show no cell for a spacing mark. Others have one width in all of them, see `sanitise.ts`. */
const uncertain = /[\p{Cc}\p{Mc}]/u;

/** In cells; undefined where it is not certain. */
function widthOf(row: string): number | undefined {
  const shown = row.includes('\x1b') ? row.replaceAll(sgr, '') : row;
  const width = simpleWidth(shown);
  if (width !== undefined) return shown.includes('\x1b') ? undefined : width;
  if (uncertain.test(shown)) return undefined;
  let sum = 0;
  // A mark without a base may join with what is in front of the sequence.
  for (const part of row.replaceAll(sgr, '\x1b').split('\x1b')) {
    for (const {cells} of spans(part)) {
      if (cells === 0) return undefined;
      sum += cells;
    }
  }
  return sum;
}

/** All SGR parameters since the last reset: whatever they mean, to send them again has the same effect. */
function penAfter(pen: string, text: string): string {
  let after = pen;
  for (const [, parameters = ''] of text.matchAll(sgr)) {
    if (parameters === '' || parameters === '0') after = '';
    else if (parameters.startsWith('0;')) after = parameters.slice(2);
    else after = after === '' ? parameters : `${after};${parameters}`;
  }
  return after;
}

/** A part of a row, in front of which the style is `pen`. */
function withPen(pen: string, part: string): string {
  let open = pen;
  let text = part;
  for (let end = endOfSgr(text, 0); end > 0; end = endOfSgr(text, 0)) {
    open = penAfter(open, text.slice(0, end));
    text = text.slice(end);
  }
  text = text.replace(sgrAtEnd, '');
  return text === '' ? '' : transition('', open) + text + transition(penAfter(open, text), '');
}

/** 0: no sequence begins there. */
function endOfSgr(text: string, at: number): number {
  sgrAt.lastIndex = at;
  return sgrAt.test(text) ? sgrAt.lastIndex : 0;
}

function equalStart(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at;
}

/** Characters at the ends, behind offset `from`. */
function equalEnd(a: string, b: string, from: number): number {
  const most = Math.min(a.length, b.length) - from;
  let length = 0;
  while (length < most && a.charCodeAt(a.length - 1 - length) === b.charCodeAt(b.length - 1 - length)) length++;
  return length;
}

/** Measures how far two rows are equal from their beginnings, in whole characters and sequences. */
function commonStart(a: string, b: string): number {
  let at = equalStart(a, b);
  while (at > 0 && !(isBorder(a, at) && isBorder(b, at))) at--;
  return at;
}

/** Measures how far two rows are equal from their ends, in the same cells and styles. They differ from `from` on. */
function commonEnd(a: string, b: string, from: number): number {
  let length = equalEnd(a, b, from);
  while (!(isBorder(a, a.length - length) && isBorder(b, b.length - length))) length--;
  const [before, after] = [a, b].map((text) => text.slice(0, text.length - length));
  if (penAfter('', before ?? '') !== penAfter('', after ?? '')) {
    const plain = b.indexOf(reset, b.length - length);
    length = plain === -1 ? 0 : b.length - plain - reset.length;
  }
  const isInPlace = widthOf(a.slice(from, a.length - length)) === widthOf(b.slice(from, b.length - length));
  return isInPlace ? length : 0;
}

/** Returns whether the text may be divided there: not in a sequence, nor before what may join the character before. */
function isBorder(text: string, at: number): boolean {
  if (at === 0 || at === text.length) return true;
  const sequence = text.lastIndexOf('\x1b', at - 1);
  const end = sequence === -1 ? 0 : endOfSgr(text, sequence);
  return end <= at && (end === at || text[at] === '\x1b' || simple.test(text[at] ?? ''));
}
