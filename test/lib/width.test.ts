import fc from 'fast-check';
import stringWidth from 'string-width';
import {describe, expect, test} from 'vitest';
import {paint} from '../../source/kit/terminal/sgr.ts';
import {concat, plain} from '../../source/kit/terminal/styled-text.ts';
import {paintedWidth, spans, textWidth} from '../../source/lib/width.ts';
import {numRuns, styledText} from '../kit/terminal/text-arbitrary.ts';

describe('textWidth', () => {
  test.each([
    ['', 0],
    ['abc', 3],
    ['é', 1],
    ['e\u0301', 1],
    ['日本語', 6],
    ['ｶﾞ', 2],
    ['が', 2],
    ['か\u3099', 2],
    ['한', 2],
    ['\u1112\u1161\u11ab', 2],
    ['🚀', 2],
    ['⚠', 1],
    ['का', 2],
    ['a日b🚀c', 7],
    ['…│●▸', 4],
    ['\u3000', 2],
    ['\ufffd', 1],
  ])('of %j is %i', (text, cells) => {
    expect(textWidth(text)).toBe(cells);
  });

  test('agrees with string-width where nothing spacing joins', () => {
    fc.assert(
      fc.property(
        styledText.filter(({text}) => !/\p{Mc}/u.test(text)),
        ({text}) => {
          expect(textWidth(text)).toBe(stringWidth(text));
        },
      ),
      {numRuns},
    );
  });
});

describe('spans', () => {
  test('keeps the base of a mark out of the ASCII before it', () => {
    expect([...spans('abe\u0301cd')]).toEqual([
      {start: 0, end: 2, cells: 2, splittable: true},
      {start: 2, end: 4, cells: 1, splittable: false},
      {start: 4, end: 5, cells: 1, splittable: false},
      {start: 5, end: 6, cells: 1, splittable: true},
    ]);
  });

  test('breaks a grapheme only where it is wider than two cells', () => {
    expect([...spans('கா')]).toHaveLength(1);
    expect([...spans(`க${'\u0bbe'.repeat(3)}`)].map(({cells}) => cells)).toEqual([1, 1, 1, 1]);
  });

  test('covers the text, in spans that fit into two cells', () => {
    fc.assert(
      fc.property(styledText, ({text}) => {
        let at = 0;
        for (const span of spans(text)) {
          expect(span.start).toBe(at);
          expect(span.end).toBeGreaterThan(at);
          if (span.splittable) expect(span.cells).toBe(span.end - span.start);
          else expect([1, 2]).toContain(span.cells);
          at = span.end;
        }
        expect(at).toBe(text.length);
      }),
      {numRuns},
    );
  });
});

test('styles take no cells, wide characters two', () => {
  const text = concat([plain('ab', {fg: 1, bold: true}), plain('日本', {bg: [1, 2, 3]}), plain(' ')]);
  expect(paintedWidth(paint(text, 'truecolor'))).toBe(7);
  expect(paintedWidth('')).toBe(0);
});

test('of a long line only the beginning is looked at for its first span, and marks stay on their letters', () => {
  for (let length = 1000; length < 1100; length++) {
    const text = `${'a'.repeat(length)}\u0301${'b'.repeat(64 * 1024)}`;
    const all = [...spans(text)];
    expect(all[0]?.end).toBeLessThanOrEqual(1024);
    expect(all.map(({start, end}) => text.slice(start, end)).join('')).toBe(text);
    expect(all).toContainEqual({start: length - 1, end: length + 1, cells: 1, splittable: false});
    expect(textWidth(text)).toBe(text.length - 1);
  }
});
