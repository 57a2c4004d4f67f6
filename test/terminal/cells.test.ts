import {expect, test} from 'vitest';
import {type Cells, parametersOf, readCells, releaseCells, secondHalf, textOf} from '../../source/terminal/cells.ts';

/** Each cell's character and SGR parameters. */
function shown(cells: Cells): string[] {
  return Array.from({length: cells.length}, (_, cell) => {
    const text = cells.characters[cell] === secondHalf ? '' : textOf(cells, cell, cell + 1);
    const parameters = parametersOf(cells.pens[cell] ?? 0);
    return parameters === '' ? text : `${text} ${parameters}`;
  });
}

const cellsOf = (row: string, columns = 20) => {
  const cells = readCells(row, columns);
  return cells && shown(cells);
};

test('a row as cells, each with its style', () => {
  expect(cellsOf('a \x1b[1mb\x1b[31mc\x1b[0;4md\x1b[0me')).toEqual(['a', ' ', 'b 1', 'c 1;31', 'd 4', 'e']);
  expect(cellsOf('\x1b[38;2;1;2;3m日\x1b[m│e\u0301')).toEqual(['日 38;2;1;2;3', ' 38;2;1;2;3', '│', 'e\u0301']);
});

test('blank cells at the end are none, unless they have a style', () => {
  expect(cellsOf('a  ')).toEqual(['a']);
  expect(cellsOf('   ')).toEqual([]);
  expect(cellsOf('a\x1b[7m \x1b[0m ')).toEqual(['a', ' 7'.padStart(3)]);
});

test.each([
  ['wider than the terminal', 'x'.repeat(21)],
  ['half a wide character too wide', `${'x'.repeat(19)}日`],
  ['a tab', 'a\tb'],
  ['a link', '\x1b]8;;http://a\x07link\x1b]8;;\x07'],
  ['another sequence than SGR', 'a\x1b[2Kb'],
  ['a mark without a base', '\x1b[1m\u0301'],
  ['a spacing mark, which has a cell in some terminals', 'का'],
  ['parameters that mean something else behind others', '\x1b[38mx\x1b[5;1my'],
])('%s: not read', (_, row) => {
  expect(readCells(row, 20)).toBeUndefined();
});

test('a row that gets the arrays of a longer one has nothing of it', () => {
  const long = readCells('\x1b[7m日本 and more', 20);
  const characters = long?.characters;
  if (long) releaseCells(long);
  // Not read: its arrays are left to the next row.
  expect(readCells('half \x1b[2K', 20)).toBeUndefined();
  const short = readCells('ab', 20);
  expect(short?.characters).toBe(characters);
  expect([...(short?.characters ?? [])]).toEqual([...'ab'.padEnd(20)].map((character) => character.charCodeAt(0)));
  expect([...(short?.pens ?? [])]).toEqual(new Array(20).fill(0));
});
