import {expect, test} from 'vitest';
import {readDuration} from '../../source/lib/read-duration.ts';

test.each([
  ['0s', 0],
  ['90s', 90_000],
  ['10m', 600_000],
  ['10 m', 600_000],
  ['2H', 7_200_000],
  ['1h30m', 5_400_000],
  [' 1h 30m ', 5_400_000],
  ['1d1h1m1s', 90_061_000],
  ['999999999d', 86_399_999_913_600_000],
])('%j is %d ms', (text, milliseconds) => {
  expect(readDuration(text)).toBe(milliseconds);
});

test.each(['', '90', 'm', '-5m', '1m1h', '1m2m', '1.5h', '5w', '1000000000d', '5 min'])('%j is none', (text) => {
  expect(readDuration(text)).toBeUndefined();
});
