import fc from 'fast-check';
import {expect, it} from 'vitest';
import {textWidth} from '../../source/terminal/width.ts';
import {wordOffsets} from '../../source/viewport/word-offsets.ts';

function rows(text: string, cells: number): string[] {
  const offsets = wordOffsets(text, cells);
  return offsets.map((offset, index) => text.slice(offset, offsets[index + 1]));
}

it('breaks at words, and within a word that is longer than a row', () => {
  expect(rows('reconnected after 4 s · 0 entries lost', 20)).toEqual(['reconnected after 4 ', 's · 0 entries lost']);
  expect(rows('abcdefghij kl', 4)).toEqual(['abcd', 'efgh', 'ij ', 'kl']);
  expect(rows('', 4)).toEqual(['']);
});

it('loses nothing, and every row fits', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('a', 'bcd', '·', '漢字', '1,204', 'longestword')),
      fc.integer({min: 2, max: 30}),
      (words, cells) => {
        const text = words.join(' ');
        const made = rows(text, cells);
        expect(made.join('')).toBe(text);
        for (const row of made) expect(textWidth(row.trimEnd())).toBeLessThanOrEqual(cells);
      },
    ),
  );
});
