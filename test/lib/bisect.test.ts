import {expect, test} from 'vitest';
import {bisect, countBelow} from '../../source/lib/bisect.ts';

test('bisect is where the first number is of which it does not hold', () => {
  for (let first = -1; first < 12; first++)
    expect(bisect(0, 10, (at) => at < first)).toBe(Math.min(10, Math.max(0, first)));
  const big = 2 ** 40;
  expect(bisect(big, big + 100, (at) => at < big + 17)).toBe(big + 17);
  expect(bisect(5, 5, () => true)).toBe(5);
});

test('countBelow counts equal numbers only from above', () => {
  const numbers = Uint32Array.of(1, 3, 3, 3, 7);
  expect([0, 1, 2, 3, 4, 8].map((bound) => countBelow(numbers, bound))).toEqual([0, 0, 1, 1, 4, 5]);
  expect(countBelow([], 1)).toBe(0);
});
