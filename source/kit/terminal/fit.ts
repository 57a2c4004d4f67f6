import {clean} from '../../lib/clean.ts';
import {spans, textWidth} from '../../lib/width.ts';
import type {Style} from './style.ts';
import {concat, plain, type StyledText, slice} from './styled-text.ts';
import type {Symbols} from './symbols.ts';

/**
 * The window of `cells` cells from cell `fromCell` on. A wide grapheme that a border of the window cuts becomes a space
 * in its style. The result is narrower than `cells` only where the text ends.
 */
export function clip(styled: StyledText, fromCell: number, cells: number): StyledText {
  if (cells <= 0) return plain('');
  const toCell = fromCell + cells;
  let cell = 0;
  /** The whole graphemes inside the window. */
  let start: number | undefined;
  let end = 0;
  /** Offsets of the graphemes that the borders cut. */
  let cutLeft: number | undefined;
  let cutRight: number | undefined;
  for (const span of spans(styled.text)) {
    if (cell >= toCell) break;
    const next = cell + span.cells;
    if (span.splittable) {
      if (next > fromCell) {
        start ??= span.start + Math.max(0, fromCell - cell);
        end = span.start + Math.min(span.cells, toCell - cell);
      }
    } else if (cell >= fromCell && next <= toCell) {
      start ??= span.start;
      end = span.end;
    } else if (next > fromCell) {
      // Of a window of one cell both borders may cut the same grapheme.
      if (cell < fromCell) cutLeft = span.start;
      else cutRight = span.start;
    }
    cell = next;
  }
  const whole = start === undefined ? plain('') : slice(styled, start, end);
  if (cutLeft === undefined && cutRight === undefined) return whole;
  return concat([spaceLike(styled, cutLeft), whole, spaceLike(styled, cutRight)]);
}

/** Which sides of the text the window leaves out. */
export function clippedSides(text: string, fromCell: number, cells: number): {left: boolean; right: boolean} {
  let cell = 0;
  for (const span of spans(text)) {
    cell += span.cells;
    if (cell > fromCell + cells) return {left: fromCell > 0, right: true};
  }
  return {left: fromCell > 0 && cell > 0, right: false};
}

/** The text in at most `cells` cells (1 at least); a cut text ends in `ellipsis`, which has one cell. */
export function shorten(text: string, cells: number, ellipsis: string): string {
  return textWidth(text) <= cells ? text : `${clip(plain(text), 0, cells - 1).text}${ellipsis}`;
}

/** `shorten` for names: their middle is cut, as two long ones often differ only in their end. */
export function shortenMiddle(text: string, cells: number, ellipsis: string): string {
  const width = textWidth(text);
  if (width <= cells) return text;
  const end = Math.floor((cells - 1) / 2);
  const start = clip(plain(text), 0, cells - 1 - end).text;
  return `${start}${ellipsis}${clip(plain(text), width - end, end).text}`;
}

/**
 * Shortens texts that are shown together, as `shortened` does, but keeps in those that would read the same the places
 * in which they differ.
 */
export function shortenApart(
  texts: readonly string[],
  cells: number,
  ellipsis: string,
  shortened = shortenMiddle,
): readonly string[] {
  const shown = new Map(texts.map((text) => [text, shortened(text, cells, ellipsis)]));
  const places = new Map<string, ReadonlySet<number>>();
  // Cut elsewhere, a text may read like others again.
  for (let isCutAgain = true; isCutAgain; ) {
    isCutAgain = false;
    for (const alike of Map.groupBy(shown.keys(), (text) => shown.get(text)).values()) {
      for (const [text, apart] of placesApart(alike)) {
        const known = places.get(text) ?? new Set();
        const all = new Set([...known, ...apart]);
        if (all.size === known.size) continue;
        places.set(text, all);
        shown.set(text, shortenTo(text, cellsOf(text, all), cells, ellipsis));
        isCutAgain = true;
      }
    }
  }
  return texts.map((text) => shown.get(text) ?? text);
}

/**
 * Returns for each text the indices of the characters at which it first differs from another one. The texts are all
 * different, and there may be a thousand: it looks at each character once.
 */
function placesApart(texts: readonly string[]): ReadonlyMap<string, ReadonlySet<number>> {
  const places = new Map<string, Set<number>>();
  if (texts.length === 1) return places;
  const all = texts.map((text) => ({text, characters: [...text]}));
  const split = (group: typeof all, from: number) => {
    const [first] = group;
    if (!first || group.length === 1) return;
    let at = from;
    while (group.every(({characters}) => characters[at] === first.characters[at])) at += 1;
    for (const {text} of group) places.set(text, (places.get(text) ?? new Set()).add(at));
    for (const same of Map.groupBy(group, ({characters}) => characters[at]).values()) split(same, at + 1);
  };
  split(all, 0);
  return places;
}

/** The cells at which these characters of a text begin, ascending. */
function cellsOf(text: string, indices: ReadonlySet<number>): readonly number[] {
  const characters = [...text];
  return [...indices].sort((a, b) => a - b).map((index) => textWidth(characters.slice(0, index).join('')));
}

/** Its beginning, and what is from each of these cells on; without room for all, from the last ones. */
function shortenTo(text: string, places: readonly number[], cells: number, ellipsis: string): string {
  const total = textWidth(text);
  const rest = (from: number) => clip(plain(text), from, total - from).text;
  let at = Math.floor(cells / 4);
  let left = cells - at;
  let short = clip(plain(text), 0, at).text;
  // Each needs a cell, and an ellipsis in front; the last one also one behind it.
  const kept = places.filter((place) => place >= at).slice(-Math.max(1, Math.floor((left - 1) / 2)));
  const last = kept.pop() ?? at;
  for (const [index, place] of kept.entries()) {
    if (place < at) continue;
    const more = kept.length - index + 1;
    // In place of one cell an ellipsis is no gain.
    const from = place <= at + 1 ? at : place;
    const to = Math.min(total, place + Math.max(1, Math.floor((left - more - 1) / more)));
    short += `${from > at ? ellipsis : ''}${clip(plain(text), from, to - from).text}`;
    left -= to - from + (from > at ? 1 : 0);
    at = to;
  }
  const start = Math.min(last, total - (left - 1));
  return start <= at
    ? short + shorten(rest(at), left, ellipsis)
    : `${short}${ellipsis}${shorten(rest(start), left - 1, ellipsis)}`;
}

/** Fills up with spaces in `style` to `cells` cells; wider text stays as it is. */
export function padTo(styled: StyledText, cells: number, style?: Style): StyledText {
  const missing = cells - textWidth(styled.text);
  return missing > 0 ? concat([styled, plain(' '.repeat(missing), style)]) : styled;
}

/** A text of each item as a column of `cells` cells, those of the widest: numbers are at its end. */
export function textColumn<Item>(items: readonly Item[], textOf: (item: Item) => string, isNumber = false) {
  const texts = items.map(textOf);
  const widths = texts.map(textWidth);
  const cells = widths.reduce((most, width) => Math.max(most, width), 0);
  const blank = (row: number) => ' '.repeat(cells - (widths[row] ?? 0));
  return {cells, at: (row: number) => (isNumber ? `${blank(row)}${texts[row]}` : `${texts[row]}${blank(row)}`)};
}

function spaceLike(styled: StyledText, offset: number | undefined): StyledText {
  if (offset === undefined) return plain('');
  return plain(' ', styled.runs.find((run) => run.start <= offset && offset < run.end)?.style);
}

/**
 * UTF-16 offsets of the rows of sanitised text, wrapped at `cells` cells; the first is 0. Rows break at any character,
 * as in `less`. With `maxRows` the first rows of a long line do not cost its whole length.
 */
export function wrapOffsets(text: string, cells: number, maxRows = Number.POSITIVE_INFINITY): readonly number[] {
  const room = Math.max(2, cells);
  const offsets = [0];
  let used = 0;
  for (const span of spans(text)) {
    if (span.splittable) {
      let at = span.start + room - used;
      for (; at < span.end && offsets.length < maxRows; at += room) offsets.push(at);
      // `at`: where the next row would begin, at or after the end of the span.
      used = room - (at - span.end);
    } else {
      if (used + span.cells > room) {
        if (offsets.length >= maxRows) return offsets;
        offsets.push(span.start);
        used = 0;
      }
      used += span.cells;
    }
    if (offsets.length >= maxRows) return offsets;
  }
  return offsets;
}

/** The program's own signs in ASCII, for a locale that is not UTF-8. */
const signs: Readonly<Record<string, string>> = {
  '·': '-',
  '…': '~',
  '→': '>',
  '←': '<',
  '↑': '^',
  '↓': 'v',
  '▼': 'v',
  '–': '-',
  '×': 'x',
  '✗': '!',
};

/** Keeps the width in cells. Other bytes would be garbage in a terminal whose locale is not UTF-8. */
export function toAscii(text: string): string {
  return text.replace(/[^\0-\x7f]+/gu, (run) => {
    let ascii = '';
    for (const {start, end, cells} of spans(run)) ascii += signs[run.slice(start, end)] ?? '?'.repeat(cells);
    return ascii;
  });
}

/** The most characters of one cell: a base and the marks on it, which `sanitise` limits to 8. */
export const charactersPerCell = 10;

/**
 * UTF-16 offsets of the rows of a text in words, `cells` wide; rows after the first are `hanging` cells narrower. Rows
 * break after spaces, and within a word where half of the row would stay empty. Spaces at a break may be too many.
 */
export function wordOffsets(
  text: string,
  cells: number,
  {hanging = 0, maxRows = Number.POSITIVE_INFINITY}: {readonly hanging?: number; readonly maxRows?: number} = {},
): readonly number[] {
  const offsets = [0];
  for (let start = 0; offsets.length < maxRows; ) {
    const room = Math.max(2, start === 0 ? cells : cells - hanging);
    // Searches only one row at a time, and not up to 64 KiB of the rest of the line for each of its rows.
    const ahead = text.slice(start, start + (room + 1) * charactersPerCell);
    const next = wrapOffsets(ahead, room, 2)[1];
    if (next === undefined) break;
    start += wordBreak(ahead, next);
    if (start >= text.length) break;
    offsets.push(start);
  }
  return offsets;
}

/** Returns where the next row begins, if `next` is the first character for which this row has no room. */
function wordBreak(text: string, next: number): number {
  if (text[next] === ' ') {
    let end = next;
    while (text[end] === ' ') end += 1;
    return end;
  }
  const afterSpace = text.lastIndexOf(' ', next - 1) + 1;
  return afterSpace > next / 2 ? afterSpace : next;
}

/**
 * Finds where a text that does not fit into `cells` cells is cut, with a cell for a mark: after a word, but for a very long one;
 * undefined if it fits.
 */
export function wordCut(text: string, cells: number): number | undefined {
  if (!clippedSides(text, 0, cells).right) return undefined;
  const end = offsetAtCell(text, Math.max(0, cells - 1));
  const afterSpace = text.lastIndexOf(' ', end - 1) + 1;
  return afterSpace > end / 2 ? afterSpace : end;
}

/** `shorten`, but after a word. */
export function shortenWords(text: string, cells: number, ellipsis: string): string {
  const cut = wordCut(text, cells);
  return cut === undefined ? text : `${text.slice(0, cut).trimEnd()}${ellipsis}`;
}

/** The offset of a cell; of a wide grapheme that covers it, its start. */
function offsetAtCell(text: string, cell: number): number {
  let cells = 0;
  for (const span of spans(text)) {
    if (cells >= cell) return span.start;
    if (cells + span.cells > cell) {
      return span.splittable ? span.start + cell - cells : span.start;
    }
    cells += span.cells;
  }
  return text.length;
}

/** Breaks prose at spaces, and too long words anywhere, into lines of at most `width` cells. */
export function wrapWords(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    if (textWidth(paragraph) <= width) {
      lines.push(paragraph);
      continue;
    }
    // Undefined before the first word, so that an indent (a caret below a snippet) stays.
    let line: string | undefined;
    for (const word of paragraph.split(' ')) {
      const longer: string = line === undefined ? word : `${line} ${word}`;
      if (line === undefined || textWidth(longer) <= width) {
        line = longer;
      } else {
        addBroken(lines, line, width);
        line = word;
      }
    }
    addBroken(lines, line ?? '', width);
  }
  return lines;
}

/** One by one: as arguments of one call, a million rows overflow the stack. */
function addBroken(lines: string[], line: string, width: number): void {
  const offsets = textWidth(line) <= width ? [0] : wrapOffsets(line, width);
  for (const [index, offset] of offsets.entries()) lines.push(line.slice(offset, offsets[index + 1]));
}

/** The last two rows of the screen for a notice, which may quote text from outside. Undefined: the keys stay there. */
export function noticeRows(notice: string, width: number, symbols: Symbols): readonly [string, string | undefined] {
  const [first = '', ...rest] = wrapWords(clean(notice), width - 2);
  const [second, ...others] = rest;
  if (second === undefined || others.length === 0) return [` ${first}`, second && ` ${second}`];
  return [` ${first}`, ` ${shorten(rest.join(' '), width - 2, symbols.ellipsis)}`];
}
