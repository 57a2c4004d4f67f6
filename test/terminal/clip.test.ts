import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {clip, clippedSides, padTo, shorten} from '../../source/terminal/clip.ts';
import {concat, plain} from '../../source/terminal/styled-text.ts';
import {textWidth} from '../../source/terminal/width.ts';
import {numRuns, styledText} from './text-arbitrary.ts';

describe('clip', () => {
  test.each([
    ['abcdef', 0, 3, 'abc'],
    ['abcdef', 2, 3, 'cde'],
    ['abcdef', 4, 9, 'ef'],
    ['abcdef', 6, 3, ''],
    ['abcdef', 9, 3, ''],
    ['abcdef', 0, 0, ''],
    ['日本語', 0, 4, '日本'],
    ['日本語', 0, 3, '日 '],
    ['日本語', 1, 4, ' 本 '],
    ['日本語', 1, 1, ' '],
    ['日本語', 0, 1, ' '],
    ['a🚀b', 2, 5, ' b'],
    ['e\u0301e\u0301e\u0301', 1, 1, 'e\u0301'],
    ['ab日cd', 1, 4, 'b日c'],
  ])('%j from cell %i, %i cells, is %j', (text, from, cells, expected) => {
    expect(clip(plain(text), from, cells).text).toBe(expected);
  });

  test('keeps the styles, also of a wide character cut in two', () => {
    const styled = concat([plain('a'), plain('日', {bg: 1}), plain('b', {fg: 2})]);
    expect(clip(styled, 2, 2)).toEqual({
      text: ' b',
      runs: [
        {start: 0, end: 1, style: {bg: 1}},
        {start: 1, end: 2, style: {fg: 2}},
      ],
    });
  });

  test('is exactly as wide as what is left of the text, and not wider than asked', () => {
    fc.assert(
      fc.property(styledText, fc.nat(50), fc.nat(50), (styled, from, cells) => {
        const width = textWidth(clip(styled, from, cells).text);
        expect(width).toBe(Math.max(0, Math.min(cells, textWidth(styled.text) - from)));
      }),
      {numRuns},
    );
  });
});

describe('clippedSides', () => {
  test.each([
    ['abcdef', 0, 6, false, false],
    ['abcdef', 0, 5, false, true],
    ['abcdef', 1, 5, true, false],
    ['abcdef', 1, 4, true, true],
    ['日本', 0, 3, false, true],
    ['', 5, 5, false, false],
  ])('%j from cell %i, %i cells', (text, from, cells, left, right) => {
    expect(clippedSides(text, from, cells)).toEqual({left, right});
  });
});

test.each([
  ['abc', 3, 'abc'],
  ['abcd', 3, 'ab…'],
  ['日本語', 4, '日 …'],
  ['ab', 1, '…'],
  ['', 1, ''],
])('%j in %i cells is %j', (text, cells, short) => {
  expect(shorten(text, cells, '…')).toBe(short);
});

describe('padTo', () => {
  test('fills up to the cells, in a style', () => {
    expect(padTo(plain('日'), 4, {bg: 1})).toEqual({text: '日  ', runs: [{start: 1, end: 3, style: {bg: 1}}]});
    expect(padTo(plain('a'), 3)).toEqual({text: 'a  ', runs: []});
  });

  test('leaves text alone that is wide enough', () => {
    const styled = plain('abc');
    expect(padTo(styled, 3)).toBe(styled);
    expect(padTo(styled, 2)).toBe(styled);
  });
});
