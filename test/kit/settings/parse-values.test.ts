import fc from 'fast-check';
import {expect, test} from 'vitest';
import {
  closest,
  didYouMean,
  parseDuration,
  parseInteger,
  parseSize,
  readExpression,
  UsageError,
} from '../../../source/kit/settings/parse-values.ts';

const words = ['logs', 'list', 'status', 'completion', 'demo'];

test.each([
  ['lgos', 'logs'],
  ['log', 'logs'],
  ['LOGS', 'logs'],
  ['lsit', 'list'],
  ['statsu', 'status'],
  ['comp', 'completion'],
  ['stat', 'status'],
])('%s is meant to be %s', (word, expected) => {
  expect(closest(word, words)).toBe(expected);
});

test.each(['', 'x', 'orders', 'lo-gs-x', 'd'])('%j is near no command', (word) => {
  expect(closest(word, words)).toBeUndefined();
  expect(didYouMean(word, words)).toBe('');
});

test('a word that is right is not what was meant: it failed for another reason', () => {
  expect(didYouMean('orders', ['orders', 'order'])).toBe('');
  expect(didYouMean('orders', ['Orders'])).toBe(" · did you mean 'Orders'?");
});

test('half of the letters must match', () => {
  expect(closest('all', ['tail'])).toBeUndefined();
  expect(closest('al', ['all', 'bl'])).toBe('all');
});

test('a short beginning of a long word does not count', () => {
  expect(closest('all', ['allow-http-key'])).toBeUndefined();
  expect(closest('allo', ['allow-http-key'])).toBe('allow-http-key');
  expect(closest('ord', ['orders-eu'])).toBe('orders-eu');
});

test('the nearest wins', () => {
  expect(closest('order', ['orders2', 'orders', 'border-line'])).toBe('orders');
  expect(didYouMean('ordesr', ['fraud', 'orders'])).toBe(" · did you mean 'orders'?");
});

test('one slip of any kind is found', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z]{4,12}$/), fc.nat(), fc.nat(3), (word, place, kind) => {
      const at = place % (word.length - 1);
      const slips = [
        word.slice(0, at) + word.slice(at + 1),
        `${word.slice(0, at)}Q${word.slice(at)}`,
        `${word.slice(0, at)}Q${word.slice(at + 1)}`,
        word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2),
      ];
      expect(closest(slips[kind] ?? '', [word])).toBe(word);
    }),
  );
});

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
  expect(parseDuration(text, '--timeout')).toBe(milliseconds);
});

test.each(['', 'soon', '-5m', '1.5h', '30m1h', '5w', '12345678'])(
  '%j is no time, and the error names the flag',
  (text) => {
    expect(() => parseDuration(text, '--timeout')).toThrow(
      `--timeout takes a time such as 10m, 1h30m, 90s or 0, not '${text}'`,
    );
  },
);

// What compiles only with the flag `u`, or only without it, is one too.
test.each(['late|lost', 'a{1,3}', '\\p{Lu}', '\\u{1F600}', 'a\\-b', 'a{', ''])('%j is an expression', (source) => {
  expect(readExpression(source, '--grep')).toBe(source);
});

test.each([
  ['late(', 'unterminated group'],
  ['[a', 'unterminated character class'],
  ['a\\', '\\ at end of pattern'],
])('%j is no expression', (source, reason) => {
  const message = `--grep '${source}' is not a regular expression · ${reason} · put \\ before a character that is meant literally`;
  expect(() => readExpression(source, '--grep')).toThrow(new UsageError(message));
});

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
  const message = `--memory takes a size such as 64MiB, 100k or 1000000, not '${text}'`;
  expect(() => parseSize(text, '--memory')).toThrow(new UsageError(message));
});

test.each([
  ['1', 1],
  ['60', 60],
  ['007', 7],
])('%s is a whole number within limits', (text, value) => {
  expect(parseInteger(text, '--port', {min: 1, max: 60})).toBe(value);
});

test.each(['0', '61', '-5', '1.5', '', 'ten', '1e1', '0x10'])('%j is not', (text) => {
  const message = `--port takes a whole number from 1 to 60, not '${text}'`;
  expect(() => parseInteger(text, '--port', {min: 1, max: 60})).toThrow(new UsageError(message));
});
