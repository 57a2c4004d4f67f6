import {clean, cleanLines} from '../../lib/clean.ts';
import {textWidth} from '../../lib/width.ts';
import type {Chosen, PageState} from '../state/page-state.ts';
import {clip, padTo, shortenApart, wrapWords} from '../terminal/fit.ts';
import type {Style} from '../terminal/style.ts';
import {concat, plain, type StyledText} from '../terminal/styled-text.ts';
import type {Symbols} from '../terminal/symbols.ts';
import type {Fact} from '../viewport/markdown.ts';

/** Rows of a page, the end exclusive. */
export type RowRange = {readonly top: number; readonly end: number};

/** Items over which the cursor of a page moves. */
export type Items = {
  readonly length: number;
  /** -1: it is on none. */
  readonly cursor: number;
  /** The rows to show for an item. */
  readonly rowsOf: (item: number) => RowRange;
  /** The item that is `rows` rows below another one, or above it if negative; absent: each item is a row. */
  readonly beside?: (item: number, rows: number) => number;
};

/** Rows are made when they are drawn: ten tabs may have 5,000 errors, each of which takes 10 µs. */
export type PageRows = {
  readonly length: number;
  readonly at: (index: number) => StyledText | undefined;
  /** The rows of a part, by which the page can be opened. */
  readonly partOf?: (section: string) => RowRange | undefined;
  /** The part of a row; of a blank row between two the one above. */
  readonly sectionAt?: (row: number) => string | undefined;
  /** Items for the cursor; on a page of text it moves over them when it comes to them. */
  readonly items?: Items;
  /** Returns what identifies an item, while others come and go. */
  readonly chosenAt?: (item: number) => Chosen | undefined;
};

/** Rows above the first item of a list: title and blank row. */
export const headingRows = 2;
/** Cells in front of each item of a list, for the cursor. */
export const marginCells = 3;

/** A page with an item in each row, and a cursor: the index of an item. */
type ListPage<Item> = {
  readonly title: StyledText;
  /** Heads of columns, below the title. */
  readonly heads?: string | undefined;
  /** Headings, each above the item of that index, in their order. */
  readonly parts?: readonly ListPart[];
  readonly items: readonly Item[];
  readonly rowOf: (item: Item, index: number) => StyledText;
  readonly cursor: number;
  readonly width: number;
  readonly symbols: Symbols;
};

type ListPart = {readonly at: number; readonly title: string};

/** The list may have become shorter than the place of its cursor. */
export function listPage<Item>(page: ListPage<Item>): PageRows {
  const {title, heads = '', parts = [], items, rowOf, width, symbols} = page;
  const cursor = Math.max(0, Math.min(page.cursor, items.length - 1));
  const heading = [title, plain(`${' '.repeat(marginCells)}${heads}`.trimEnd(), {dim: true})];
  return {
    length: headingRows + parts.length + items.length,
    at(row) {
      if (row < headingRows) return fitted(heading[row] ?? plain(''), width, symbols);
      const above = parts.filter((part, count) => headingRows + part.at + count < row).length;
      const part = parts[above];
      if (part && headingRows + part.at + above === row) return plain(` ${part.title}`, {fg: 6});
      const index = row - headingRows - above;
      const item = items[index];
      if (item === undefined) return undefined;
      const margin = plain(` ${index === cursor ? symbols.currentLine : ' '} `, {bold: true});
      return fitted(concat([margin, rowOf(item, index)]), width, symbols);
    },
    items: {length: items.length, cursor, rowsOf: (item) => itemAt(item, parts)},
  };
}

/** The row of an item of a list, with the headings directly above it. */
function itemAt(item: number, parts: readonly ListPart[]): RowRange {
  const row = headingRows + item + parts.filter(({at}) => at <= item).length;
  const top = parts.some(({at}) => at === item) ? row - 1 : row;
  return {top: item === 0 ? 0 : top, end: row + 1};
}

/** Formats what a page is about, and dim words on it: ` Marks  3 of 12`. */
export function pageTitle(what: string, words: string): StyledText {
  return concat([plain(` ${what}`, {bold: true}), plain(`  ${words}`, {dim: true})]);
}

/**
 * The first row on the screen. At a part that the page was opened at, rows below the end are blank: its heading is at the
 * top. A page may have become shorter since.
 */
export function scrollOffset(
  {pageHeight}: {readonly pageHeight: number},
  {section, offset}: PageState,
  rows: PageRows,
): number {
  const start = startOf(section, rows);
  const last = Math.max(rows.length - pageHeight, Math.min(start, rows.length - 1));
  return Math.max(0, Math.min(start + offset, last));
}

/** Returns the row from which `offset` counts. */
export function startOf(section: string | undefined, rows: PageRows): number {
  return (section === undefined ? undefined : rows.partOf?.(section)?.top) ?? 0;
}

/** A row of at most `width` cells, with a sign where it is cut. */
export function fitted(row: StyledText, width: number, {ellipsis}: Symbols): StyledText {
  if (textWidth(row.text) <= width) return row;
  return concat([clip(row, 0, width - 1), plain(ellipsis, {dim: true})]);
}

/** Formats names as a column, cut to a quarter of the width: the text beside it needs the rest. */
export function nameColumn(
  names: readonly string[],
  {width, symbols}: {readonly width: number; readonly symbols: Symbols},
): (name: string, style: Style) => StyledText {
  const each = [...new Set(names)];
  const cells = Math.min(Math.max(0, ...each.map(textWidth)), Math.floor(width / 4));
  const short = shortenApart(each, cells, symbols.ellipsis);
  const shown = new Map(each.map((name, index) => [name, short[index] ?? '']));
  return (name, style) => padTo(plain(shown.get(name) ?? name, style), cells);
}

/** By what they show: wrapping what a server says may take longer than a frame may. */
const kept = new WeakMap<object, {readonly width: number; readonly rows: readonly StyledText[]}>();

/** Rows that only another width changes: they are kept from frame to frame. */
export function keptRows(shown: object, width: number, make: () => readonly StyledText[]): readonly StyledText[] {
  const before = kept.get(shown);
  if (before?.width === width) return before.rows;
  const rows = make();
  kept.set(shown, {width, rows});
  return rows;
}

/** Prose behind `indent` blanks, wrapped at words. */
export function paragraph(
  text: string,
  width: number,
  {indent = 1, style}: {readonly indent?: number; readonly style?: Style} = {},
): readonly StyledText[] {
  return text
    .split('\n')
    .flatMap((line) => wrapWords(clean(line), Math.max(10, width - 2 * indent)))
    .map((line) => plain(`${' '.repeat(indent)}${line}`, style));
}

/** Cells of the names of facts. */
export const factCells = 20;

/** Facts below each other, their names in a column. */
export function factRows(facts: readonly Fact[], width: number): readonly StyledText[] {
  return facts.flatMap(([name, value]) => labelled(name, value, {cells: factCells, width}));
}

/** Formats facts as text: `name: value`, each on a line. */
export function factLines(facts: readonly Fact[]): string {
  return facts.map(([name, value]) => `${name}: ${value}\n`).join('');
}

/** A dim label in a column of `cells` cells, and a text beside it, in as many rows as it needs. */
export function labelled(
  label: string,
  text: string,
  {cells, width}: {readonly cells: number; readonly width: number},
): readonly StyledText[] {
  return wrapWords(cleanLines(text), Math.max(10, width - cells - 1)).map((line, index) =>
    concat([plain((index === 0 ? ` ${label}` : '').padEnd(cells), {dim: true}), plain(line)]),
  );
}
