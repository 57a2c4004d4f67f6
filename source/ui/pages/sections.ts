import {countBelow} from '../../lib/bisect.ts';
import {concat, plain, type StyledText, slice} from '../../terminal/styled-text.ts';
import type {Symbols} from '../../terminal/symbols.ts';
import {type Chosen, fitted, marginCells, type PageRows, type RowRange} from './page-rows.ts';

/** A part of a page, one below the other. Its rows are made when they are drawn; without rows it is left out. */
export type Section = {
  readonly name: string;
  readonly rows: PageRows;
  /** What the cursor moves over; with room for it in front of the first row of each. */
  readonly items?: SectionItems;
};

type SectionItems = {
  readonly length: number;
  /** The rows of an item in the section. */
  readonly rowsOf: (item: number) => RowRange;
  /** What an item is known by while others come and go. */
  readonly keyOf: (item: number) => string;
  /** The item with that key; -1: there is none. */
  readonly find: (key: string) => number;
};

type JoinedView = {
  /** The item under the cursor; undefined: the first one from that section on. */
  readonly chosen: Chosen | undefined;
  readonly from: string | undefined;
  readonly symbols: Symbols;
};

/** Sections below each other, with a blank row between them, and a cursor over the items of all. */
export function joinSections(sections: readonly Section[], {chosen, from, symbols}: JoinedView): Required<PageRows> {
  const shown = sections.filter(({rows}) => rows.length > 0);
  /** The first row of each section, and its first item. */
  const starts: number[] = [];
  const firsts: number[] = [];
  let length = 0;
  let count = 0;
  for (const {rows, items} of shown) {
    if (length > 0) length += 1;
    starts.push(length);
    firsts.push(count);
    length += rows.length;
    count += items?.length ?? 0;
  }
  const indexOf = (name: string | undefined) => shown.findIndex((section) => section.name === name);
  const partAt = (row: number) => Math.max(0, countBelow(starts, row + 1) - 1);
  const itemOf = (item: number) => {
    const part = countBelow(firsts, item + 1) - 1;
    // Of sections without items, the last one begins at the same item as the next with items.
    return {part, section: shown[part], index: item - (firsts[part] ?? 0)};
  };
  const rowsOf = (item: number) => {
    const {part, section, index} = itemOf(item);
    const {top, end} = section?.items?.rowsOf(index) ?? {top: 0, end: 0};
    const start = starts[part] ?? 0;
    return {top: start + top, end: start + end};
  };
  const cursor = cursorAt();
  const marked = cursor < 0 ? -1 : rowsOf(cursor).top;
  return {
    length,
    at(row) {
      if (row < 0 || row >= length) return undefined;
      const part = partAt(row);
      const text = shown[part]?.rows.at(row - (starts[part] ?? 0));
      if (!text) return plain('');
      if (row !== marked) return text;
      return concat([plain(` ${symbols.currentLine} `, {bold: true}), slice(text, marginCells, text.text.length)]);
    },
    partOf(name) {
      const top = starts[indexOf(name)];
      return top === undefined ? undefined : {top, end: top + (shown[indexOf(name)]?.rows.length ?? 0)};
    },
    items: {length: count, cursor, rowsOf},
    chosenAt(item) {
      const {section, index} = itemOf(item);
      const key = item < 0 || item >= count ? undefined : section?.items?.keyOf(index);
      return section && key !== undefined ? {section: section.name, key} : undefined;
    },
    sectionAt: (row) => shown[partAt(row)]?.name,
  };

  function cursorAt(): number {
    if (!chosen) return Math.min(firsts[Math.max(0, indexOf(from))] ?? 0, count - 1);
    const part = indexOf(chosen.section);
    const index = shown[part]?.items?.find(chosen.key) ?? -1;
    return index < 0 ? -1 : index + (firsts[part] ?? 0);
  }
}

/** Rows that begin some work when the first of them is drawn, but not while it is drawn. */
export function whenDrawn(rows: PageRows, begin: () => void): PageRows {
  let isDue = true;
  return {
    length: rows.length,
    at(row) {
      if (isDue) queueMicrotask(begin);
      isDue = false;
      return rows.at(row);
    },
  };
}

type SectionList<Item> = {
  readonly title: StyledText;
  readonly items: readonly Item[];
  /** Called when the first row is drawn: what a row needs to know of all others. */
  readonly rowOf: () => (item: Item, index: number) => StyledText;
  readonly width: number;
  readonly symbols: Symbols;
};

/** A title, and below it an item in each row. */
export function listSection<Item>(
  name: string,
  {title, items, rowOf, width, symbols}: SectionList<Item>,
): Section & {readonly items: SectionItems} {
  let made: ReturnType<typeof rowOf> | undefined;
  const rows: PageRows = {
    length: 1 + items.length,
    at(row) {
      if (row === 0) return fitted(title, width, symbols);
      const item = items[row - 1];
      if (item === undefined) return undefined;
      made ??= rowOf();
      return fitted(concat([plain(' '.repeat(marginCells)), made(item, row - 1)]), width, symbols);
    },
  };
  return {
    ...{name, rows},
    items: {
      length: items.length,
      rowsOf: (item) => ({top: 1 + item, end: 2 + item}),
      keyOf: String,
      find: (key) => (Number(key) < items.length ? Number(key) : -1),
    },
  };
}
