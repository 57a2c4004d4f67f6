import {expect, test} from 'vitest';
import {median, quantile, spread} from '../../../bench/frame/statistics.ts';

test('the median is the one in the middle, or the mean of the two', () => {
  expect(median([5])).toBe(5);
  expect(median([9, 1, 10])).toBe(9);
  expect(median([9, 1, 10, 3])).toBe(6);
  expect(median([])).toBeNaN();
});

test('the spread is a share of the median', () => {
  expect(spread([10, 12, 9])).toBeCloseTo(0.3);
  expect(spread([7, 7, 7])).toBe(0);
  expect(spread([0])).toBe(0);
});

test('a quantile is one of the values', () => {
  const values = Array.from({length: 200}, (_, index) => 200 - index);
  expect(quantile(values, 0.99)).toBe(198);
  expect(quantile(values, 0.5)).toBe(100);
  expect(quantile([7], 0.99)).toBe(7);
});
