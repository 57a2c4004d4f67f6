import {expect, test} from 'vitest';
import {offsetToShow} from '../../source/ui/page-cursor.ts';

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
