import {expect, it} from 'vitest';
import {joinSections, listSection, type Section, whenDrawn} from '../../../source/kit/pages/sections.ts';
import {plain} from '../../../source/kit/terminal/styled-text.ts';
import {symbolsFor} from '../../../source/kit/terminal/symbols.ts';
import {allTexts} from './all-rows.ts';

const symbols = symbolsFor(true);
const text = (name: string, ...rows: string[]): Section => ({name, rows: rows.map((row) => plain(` ${row}`))});
const list = (name: string, ...items: string[]) =>
  listSection(name, {title: plain(` ${name}`), items, rowOf: () => (item) => plain(item), width: 20, symbols});
const sections = [
  text('top', 'one', 'two'),
  text('empty'),
  list('first', 'a', 'b'),
  text('more', 'x'),
  list('last', 'c'),
];
const join = (chosen?: {section: string; key: string}, from?: string) =>
  joinSections(sections, {chosen, from, symbols});

it('has the sections below each other, without those that are empty, and the cursor on the first item of all', () => {
  const page = join();
  expect(allTexts(page)).toEqual([' one', ' two', '', ' first', ' ▸ a', '   b', '', ' x', '', ' last', '   c']);
  expect(page.at(-1)).toBeUndefined();
  expect(page.at(page.length)).toBeUndefined();
  expect(page.partOf('last')).toMatchObject({top: 9, end: 11});
  expect(page.partOf('empty')).toBeUndefined();
  expect(Array.from({length: page.length}, (_, row) => page.sectionAt(row))).toEqual([
    ...['top', 'top', 'top', 'first', 'first', 'first', 'first', 'more', 'more', 'last', 'last'],
  ]);
});

it('the cursor is on what was chosen, else on the first item from the section on at which the page was opened', () => {
  expect(join({section: 'first', key: '1'}).items.cursor).toBe(1);
  expect(join({section: 'first', key: '7'}).items.cursor).toBe(-1);
  expect(join(undefined, 'more').items.cursor).toBe(2);
  const {items, chosenAt} = join();
  const range = (item: number) => items.rowsOf(item);
  expect([0, 1, 2].map(range)).toMatchObject([
    {top: 4, end: 5},
    {top: 5, end: 6},
    {top: 10, end: 11},
  ]);
  expect([0, 1, 2, 3].map(chosenAt)).toEqual([
    {section: 'first', key: '0'},
    {section: 'first', key: '1'},
    {section: 'last', key: '0'},
    undefined,
  ]);
  expect(joinSections([], {chosen: undefined, from: undefined, symbols}).items.cursor).toBe(-1);
});

it('what a section reads is begun when a row of it is drawn, and not while it is drawn', async () => {
  let times = 0;
  const rows = whenDrawn([plain('a'), plain('b')], () => {
    times += 1;
  });
  expect(rows.length).toBe(2);
  await Promise.resolve();
  expect(times).toBe(0);
  rows.at(0);
  rows.at(1);
  expect(times).toBe(0);
  await Promise.resolve();
  expect(times).toBe(1);
});
