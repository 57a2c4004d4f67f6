import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {textWidth} from '../../source/terminal/width.ts';
import {wrapOffsets} from '../../source/terminal/wrap.ts';
import {numRuns, styledText} from './text-arbitrary.ts';

function rowsOf(text: string, offsets: readonly number[]): string[] {
  return offsets.map((offset, row) => text.slice(offset, offsets[row + 1] ?? text.length));
}

describe('wrapOffsets', () => {
  test.each([
    ['', 5, ['']],
    ['abc', 5, ['abc']],
    ['abcde', 5, ['abcde']],
    ['abcdef', 5, ['abcde', 'f']],
    ['abcdefghijk', 5, ['abcde', 'fghij', 'k']],
    ['日本語', 4, ['日本', '語']],
    ['日本語', 5, ['日本', '語']],
    ['a日本語', 4, ['a日', '本語']],
    ['abcd日ef', 5, ['abcd', '日ef']],
    ['abcdee\u0301f', 5, ['abcde', 'e\u0301f']],
    ['abc日defgh', 5, ['abc日', 'defgh']],
    ['ab', 0, ['ab']],
    ['abc', 1, ['ab', 'c']],
    [`க${'\u0bbe'.repeat(4)}`, 2, ['க\u0bbe', '\u0bbe\u0bbe', '\u0bbe']],
  ])('%j at %i cells', (text, cells, rows) => {
    expect(rowsOf(text, wrapOffsets(text, cells))).toEqual(rows);
  });

  test('stops at the number of rows asked for', () => {
    expect(wrapOffsets('x'.repeat(100), 10, 3)).toEqual([0, 10, 20]);
    expect(wrapOffsets('日'.repeat(100), 10, 3)).toEqual([0, 5, 10]);
    expect(wrapOffsets('abc', 10, 3)).toEqual([0]);
    expect(wrapOffsets('x'.repeat(100), 10, 1)).toEqual([0]);
  });

  test('gives rows that fit, are full, and make up the text', () => {
    fc.assert(
      fc.property(styledText, fc.integer({min: 2, max: 20}), fc.integer({min: 1, max: 5}), ({text}, cells, maxRows) => {
        const offsets = wrapOffsets(text, cells);
        const rows = rowsOf(text, offsets);
        expect(rows.join('')).toBe(text);
        for (const [row, piece] of rows.entries()) {
          expect(textWidth(piece)).toBeLessThanOrEqual(cells);
          // Only a wide character that does not fit leaves a cell free.
          if (row < rows.length - 1) expect(textWidth(piece)).toBeGreaterThanOrEqual(cells - 1);
        }
        expect(wrapOffsets(text, cells, maxRows)).toEqual(offsets.slice(0, maxRows));
      }),
      {numRuns},
    );
  });
});
