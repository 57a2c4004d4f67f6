import fc from 'fast-check';
import {expect, test} from 'vitest';
import {textWidth} from '../../source/terminal/width.ts';
import {wrapWords} from '../../source/ui/wrap-words.ts';

test('breaks at spaces', () => {
  expect(wrapWords('the quick brown fox', 10)).toEqual(['the quick', 'brown fox']);
  expect(wrapWords('short', 10)).toEqual(['short']);
  expect(wrapWords('', 10)).toEqual(['']);
});

test('keeps line breaks and the indent of a line', () => {
  expect(wrapWords('a\n\n  b', 10)).toEqual(['a', '', '  b']);
});

test('breaks a word that is longer than a line, and goes on behind it', () => {
  expect(wrapWords('abcdefghij klm', 4)).toEqual(['abcd', 'efgh', 'ij', 'klm']);
});

test('measures cells, not characters', () => {
  expect(wrapWords('日本 語語', 5)).toEqual(['日本', '語語']);
  expect(wrapWords('日本語', 5)).toEqual(['日本', '語']);
});

test('no line is wider than it may be, and nothing but spaces at breaks is lost', () => {
  const text = fc.string({unit: fc.constantFrom('a', 'bb', ' ', '日', 'é', '\n'), maxLength: 60});
  fc.assert(
    fc.property(text, fc.integer({min: 2, max: 20}), (prose, width) => {
      const lines = wrapWords(prose, width);
      for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width);
      const letters = (from: string) => from.replaceAll(/[ \n]/g, '');
      expect(letters(lines.join(''))).toBe(letters(prose));
    }),
  );
});
