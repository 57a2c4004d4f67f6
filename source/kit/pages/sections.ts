import {countBelow} from '../../lib/bisect.ts';
import type {Chosen} from '../state/page-state.ts';
import {concat, plain, type StyledText, slice} from '../terminal/styled-text.ts';
import type {Symbols} from '../terminal/symbols.ts';
import {fitted, marginCells, type PageRows, type RowRange} from './page-rows.ts';

/** Rows, and what the cursor moves over in them, with room for it in front of the first row of each. */
export type Block = {readonly rows: PageRows; readonly items?: readonly BlockItem[]};

/** `key`: what it is known by while others come and go. */
type BlockItem = RowRange & {readonly key: string};

/** A part of a page, one below the other. Its rows are made when they are drawn; without rows it is left out. */
export type Section = Block & {readonly name: string};

/** Rows that are one item together. */
export function itemBlock(key: string, rows: readonly StyledText[]): Block {
  return {rows, items: [{key, top: 0, end: rows.length}]};
}

/** Blocks as one, below each other. */
export function stacked(blocks: readonly Block[]): Required<Block> {
  const tops: number[] = [];
  const all: BlockItem[] = [];
  let length = 0;
  for (const {rows, items = []} of blocks) {
    tops.push(length);
    for (const {key, top, end} of items) all.push({key, top: length + top, end: length + end});
    length += rows.length;
  }
  const at = (row: number) => {
    const index = countBelow(tops, row + 1) - 1;
    return blocks[index]?.rows.at(row - (tops[index] ?? 0));
  };
  return {rows: {length, at}, items: all};
}

type JoinedView = {
  /** The item under the cursor; undefined: the first one from that section on. */
  readonly chosen: Chosen | undefined;
  readonly from: string | undefined;
  readonly symbols: Symbols;
};

/** Sections below each other, with a blank row between them, and a cursor over the items of all. */
export function joinSections(sections: readonly Section[], {chosen, from, symbols}: JoinedView): Required<PageRows> {
  const shown = sections.filter(({rows}) => rows.length > 0);
  const {rows, items} = stacked(shown.flatMap((each, index) => (index === 0 ? [each] : [{rows: [plain('')]}, each])));
  let length = 0;
  const parts = shown.map((section) => {
    const top = length;
    const end = top + section.rows.length;
    length = end + 1;
    return {name: section.name, top, end};
  });
  const sectionAt = (row: number) => (parts.findLast(({top}) => top <= row) ?? parts[0])?.name;
  const partOf = (name: string | undefined) => parts.find((part) => part.name === name);
  const start = partOf(from)?.top ?? 0;
  const first = items.findIndex(({top}) => top >= start);
  const cursor = chosen
    ? items.findIndex(({key, top}) => key === chosen.key && sectionAt(top) === chosen.section)
    : first < 0
      ? items.length - 1
      : first;
  const marked = items[cursor]?.top;
  return {
    length: rows.length,
    at(row) {
      const text = rows.at(row);
      if (!text || row !== marked) return text;
      return concat([plain(` ${symbols.currentLine} `, {bold: true}), slice(text, marginCells, text.text.length)]);
    },
    partOf,
    sectionAt,
    items: {length: items.length, cursor, rowsOf: (item) => items[item] ?? {top: 0, end: 0}},
    chosenAt(item) {
      const {key, top} = items[item] ?? {};
      const section = top === undefined ? undefined : sectionAt(top);
      return section !== undefined && key !== undefined ? {section, key} : undefined;
    },
  };
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

type ListBlock<Item> = {
  readonly items: readonly Item[];
  /** Called when the first row is drawn: what a row needs to know of all others. */
  readonly rowOf: () => (item: Item, index: number) => StyledText;
  readonly width: number;
  readonly symbols: Symbols;
  /** Key of an item; absent: its index. */
  readonly keyOf?: (item: Item, row: number) => string;
};

/** An item in each row. */
export function listBlock<Item>(list: ListBlock<Item>): Block {
  const {items, rowOf, width, symbols, keyOf = (_, row) => String(row)} = list;
  let made: ReturnType<typeof rowOf> | undefined;
  return {
    rows: {
      length: items.length,
      at(row) {
        const item = items[row];
        if (item === undefined) return undefined;
        made ??= rowOf();
        return fitted(concat([plain(' '.repeat(marginCells)), made(item, row)]), width, symbols);
      },
    },
    items: items.map((item, row) => ({key: keyOf(item, row), top: row, end: row + 1})),
  };
}

/** A title, heads of columns if there are some, which are made when they are drawn, and below them an item in each row. */
export function listSection<Item>(
  name: string,
  {title, heads, ...list}: ListBlock<Item> & {readonly title: StyledText; readonly heads?: () => string},
): Section {
  const {items, width, symbols} = list;
  const row = (words = '') => fitted(plain(`${' '.repeat(marginCells)}${words}`, {dim: true}), width, symbols);
  const headRows = {length: heads && items.length > 0 ? 1 : 0, at: () => row(heads?.())};
  return {name, ...stacked([{rows: [fitted(title, width, symbols)]}, {rows: headRows}, listBlock(list)])};
}
