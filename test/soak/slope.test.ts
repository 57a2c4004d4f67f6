import {expect, test} from 'vitest';
import {slopeOf} from './slope.ts';

test('points on a line have its slope, without error', () => {
  const {slope, error} = slopeOf([
    [0, 1],
    [1, 3],
    [2, 5],
  ]);
  expect(slope).toBeCloseTo(2);
  expect(error).toBeCloseTo(0);
});

test('the error grows with the distance from the line', () => {
  // By hand: slope 0.6, rest 0.8 + …; as R's lm(c(1, 0, 3, 2) ~ 0:3) says: 0.6 ± 0.5657.
  const {slope, error} = slopeOf([
    [0, 1],
    [1, 0],
    [2, 3],
    [3, 2],
  ]);
  expect(slope).toBeCloseTo(0.6);
  expect(error).toBeCloseTo(0.5657, 3);
});

test('two points have no error', () => {
  expect(
    slopeOf([
      [0, 0],
      [1, 1],
    ]).error,
  ).toBeNaN();
});
