import {expect, test} from 'vitest';
import {parseDuration} from '../../source/settings/durations.ts';

test.each([
  ['0', 0],
  ['90', 90_000],
  ['90s', 90_000],
  ['10m', 600_000],
  [' 2H ', 7_200_000],
  ['1d', 86_400_000],
  ['1h30m', 5_400_000],
  ['10 m', 600_000],
])('%s is %d ms', (text, milliseconds) => {
  expect(parseDuration(text, '--away')).toBe(milliseconds);
});

test.each(['', 'soon', '-5m', '1.5h', '30m1h', '5w', '12345678'])(
  '%j is no time, and the error names the flag',
  (text) => {
    expect(() => parseDuration(text, '--away')).toThrow(
      `--away takes a time such as 10m, 1h30m, 90s or 0, not '${text}'`,
    );
  },
);
