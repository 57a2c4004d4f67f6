import {expect, test} from 'vitest';
import {moveCursor, offsetToShow, offsetWithin} from '../../source/ui/page-cursor.ts';

const show = (offset: number, row: number) => offsetToShow(offset, {row, heading: 2, height: 10});

test.each([
  [0, 0, 0],
  [0, 7, 0],
  [0, 8, 1],
  [5, 20, 13],
  [13, 12, 13],
  [13, 11, 13],
  [13, 10, 12],
  [13, 0, 0],
])('from %d, the row %d is shown at the offset %d', (offset, row, expected) => {
  expect(show(offset, row)).toBe(expected);
});

test.each([
  [{offset: 0, cursor: 7}, 1, {offset: 1, cursor: 8}],
  [{offset: 0, cursor: 7}, 99, {offset: 12, cursor: 19}],
  [{offset: 12, cursor: 19}, -99, {offset: 0, cursor: 0}],
  [{offset: 12, cursor: 25}, 0, {offset: 12, cursor: 19}],
])('from %j, %d rows further the cursor is at %j', (from, by, expected) => {
  expect(moveCursor(from, by, {rows: 20, heading: 2, height: 10})).toEqual(expected);
});

test.each([
  [0, 0],
  [7, 7],
  [99, 10],
  [-3, 0],
  [Number.POSITIVE_INFINITY, 10],
])('from %d, a page of 20 rows in a window of 10 is shown at %d', (offset, expected) => {
  expect(offsetWithin(offset, {rows: 20, height: 10})).toBe(expected);
  expect(offsetWithin(offset, {rows: 5, height: 10})).toBe(0);
});

test('the cursor of a page without rows is at the top', () => {
  expect(moveCursor({offset: 3, cursor: 2}, 1, {rows: 0, heading: 2, height: 10})).toEqual({offset: 0, cursor: 0});
});
