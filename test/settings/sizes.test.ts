import {expect, test} from 'vitest';
import {parseInteger, parseSize} from '../../source/settings/sizes.ts';
import {UsageError} from '../../source/settings/usage-error.ts';

test.each([
  ['0', 0],
  ['1000000', 1_000_000],
  ['100k', 100_000],
  ['100K', 100_000],
  ['100kB', 100_000],
  ['1KiB', 1024],
  ['64MiB', 64 * 1024 * 1024],
  ['64 MiB', 64 * 1024 * 1024],
  ['64m', 64_000_000],
  ['1.5GiB', 1.5 * 1024 ** 3],
  ['2g', 2_000_000_000],
  ['512b', 512],
  [' 7 ', 7],
  ['0.3k', 300],
])('%s is a size', (text, bytes) => {
  expect(parseSize(text, '--scrollback')).toBe(bytes);
});

test.each([
  '',
  'MiB',
  '12x',
  '-1',
  '1e3',
  '1,000',
  '1..5k',
  '.5k',
  'Infinity',
  '0x10',
  '12 34',
  '64TiB',
  '5constructor',
])('%j is no size', (text) => {
  const message = `--spill takes a size such as 64MiB, 100k or 1000000, not '${text}'`;
  expect(() => parseSize(text, '--spill')).toThrow(new UsageError(message));
});

test.each([
  ['1', 1],
  ['60', 60],
  ['007', 7],
])('%s is a whole number within limits', (text, value) => {
  expect(parseInteger(text, '--fps', {min: 1, max: 60})).toBe(value);
});

test.each(['0', '61', '-5', '1.5', '', 'ten', '1e1', '0x10'])('%j is not', (text) => {
  const message = `--fps takes a whole number from 1 to 60, not '${text}'`;
  expect(() => parseInteger(text, '--fps', {min: 1, max: 60})).toThrow(new UsageError(message));
});
