import {expect, test} from 'vitest';
import {median, spread} from '../../../bench/frame/statistics.ts';

test('the median is the one in the middle, or the mean of the two', () => {
  expect(median([5])).toBe(5);
  expect(median([9, 1, 10])).toBe(9);
  expect(median([9, 1, 10, 3])).toBe(6);
  expect(median([])).toBeNaN();
});

test('the spread is a share of the median', () => {
  expect(spread([10, 12, 9])).toBeCloseTo(0.3);
  expect(spread([7, 7, 7])).toBe(0);
});
