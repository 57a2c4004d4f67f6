import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {sanitise} from '../../../source/kit/terminal/sanitise.ts';
import {type Style, sameStyle} from '../../../source/kit/terminal/style.ts';
import {concat, overlay, plain, type StyledText, slice} from '../../../source/kit/terminal/styled-text.ts';
import {unprintableIn} from '../../harness/strict-output.ts';
import {numRuns, rawText, styledText} from './text-arbitrary.ts';

const red: Style = {fg: 1};
const match: Style = {inverse: true, fg: 3};

/** The style of each UTF-16 unit. */
function styles({text, runs}: StyledText): Style[] {
  const list: Style[] = Array.from({length: text.length}, () => ({}));
  for (const run of runs) list.fill(run.style, run.start, run.end);
  return list;
}

function expectSorted({text, runs}: StyledText): void {
  let at = 0;
  for (const run of runs) {
    expect(run.start).toBeGreaterThanOrEqual(at);
    expect(run.end).toBeGreaterThan(run.start);
    at = run.end;
  }
  expect(at).toBeLessThanOrEqual(text.length);
}

describe('plain', () => {
  test('has a run only for a style and a text', () => {
    expect(plain('ab')).toEqual({text: 'ab', runs: []});
    expect(plain('ab', {})).toEqual({text: 'ab', runs: []});
    expect(plain('', red)).toEqual({text: '', runs: []});
    expect(plain('ab', red)).toEqual({text: 'ab', runs: [{start: 0, end: 2, style: red}]});
  });

  test('is clean, whatever text it is made of', () => {
    fc.assert(
      fc.property(rawText, (raw) => {
        expect(plain(raw, red).text).toBe(sanitise(raw).text);
        expect(unprintableIn(plain(raw).text)).toEqual([]);
      }),
      {numRuns},
    );
  });
});

describe('concat', () => {
  test('shifts the runs and joins neighbours that look the same', () => {
    expect(concat([plain('a'), plain('b', red), plain('c', {fg: 1}), plain('d')])).toEqual({
      text: 'abcd',
      runs: [{start: 1, end: 3, style: red}],
    });
    expect(concat([])).toEqual({text: '', runs: []});
  });
});

describe('slice', () => {
  const styled = concat([plain('ab'), plain('cd', red), plain('ef')]);

  test.each([
    [0, 6, styled],
    [-1, 99, styled],
    [3, 5, {text: 'de', runs: [{start: 0, end: 1, style: red}]}],
    [0, 2, {text: 'ab', runs: []}],
    [4, 6, {text: 'ef', runs: []}],
    [4, 4, {text: '', runs: []}],
    [5, 2, {text: '', runs: []}],
  ])('from %i to %i', (start, end, expected) => {
    expect(slice(styled, start, end)).toEqual(expected);
  });

  test('cuts text and styles at the same places', () => {
    fc.assert(
      fc.property(styledText, fc.nat(60), fc.nat(60), (styled, start, length) => {
        const cut = slice(styled, start, start + length);
        expectSorted(cut);
        expect(cut.text).toBe(styled.text.slice(start, start + length));
        expect(styles(cut)).toEqual(styles(styled).slice(start, start + length));
      }),
      {numRuns},
    );
  });
});

describe('overlay', () => {
  test('merges with what is below, and wins', () => {
    const styled = concat([plain('ab'), plain('cd', {fg: 1, bold: true})]);
    expect(overlay(styled, [{start: 1, end: 3}], match).runs).toEqual([
      {start: 1, end: 2, style: match},
      {start: 2, end: 3, style: {fg: 3, bold: true, inverse: true}},
      {start: 3, end: 4, style: {fg: 1, bold: true}},
    ]);
  });

  test('on a ground nothing is dim; without one it stays', () => {
    const styled = plain('ab', {dim: true, italic: true});
    const over = (style: Style) => overlay(styled, [{start: 0, end: 1}], style).runs[0]?.style;
    expect(over({fg: 0, bg: 6})).toEqual({italic: true, fg: 0, bg: 6});
    expect(over({inverse: true})).toEqual({italic: true, inverse: true});
    expect(over({fg: 1})).toEqual({dim: true, italic: true, fg: 1});
    expect(over({inverse: true, dim: true})).toEqual({italic: true, inverse: true, dim: true});
  });

  test('without a range changes nothing', () => {
    const styled = plain('ab', red);
    expect(overlay(styled, [], match)).toBe(styled);
  });

  test('keeps the text, and styles just the ranges', () => {
    const ranges = fc
      .uniqueArray(fc.nat(60), {maxLength: 8})
      .map((offsets) => offsets.sort((a, b) => a - b))
      .map((offsets) =>
        offsets.flatMap((start, index) =>
          index % 2 === 0 && offsets[index + 1] !== undefined ? [{start, end: offsets[index + 1] ?? 0}] : [],
        ),
      );
    fc.assert(
      fc.property(styledText, ranges, (styled, matches) => {
        const painted = overlay(styled, matches, match);
        expectSorted(painted);
        expect(painted.text).toBe(styled.text);
        const before = styles(styled);
        styles(painted).forEach((style, at) => {
          const inside = matches.some(({start, end}) => start <= at && at < end);
          const {dim: _, ...bright} = before[at] ?? {};
          expect(sameStyle(style, inside ? {...bright, ...match} : (before[at] ?? {}))).toBe(true);
        });
      }),
      {numRuns},
    );
  });
});
