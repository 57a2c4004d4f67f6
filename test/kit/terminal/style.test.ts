import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {
  black,
  type Color,
  type ColorDepth,
  contrast,
  type Palette,
  type Rgb,
  readableOn,
  rgbOf,
  type Style,
  sameStyle,
  shownColors,
  styleToSgr,
  themes,
  white,
} from '../../../source/kit/terminal/style.ts';

describe('styleToSgr', () => {
  test.each<[Style, ColorDepth, string]>([
    [{}, 'truecolor', ''],
    [{bold: true, fg: 1}, '16', '1;31'],
    [{fg: 9, bg: 12}, '16', '91;104'],
    [{bold: true, dim: true, underline: true, inverse: true, italic: true, strike: true}, '16', '1;2;4;7;3;9'],
    [{fg: 1, bg: [1, 2, 3], bold: true, dim: true, underline: true, inverse: true}, 'none', '1;2;4;7'],
    [{italic: true, strike: true}, 'none', ''],
    [{fg: 208}, '256', '38;5;208'],
    [{fg: 208}, 'truecolor', '38;5;208'],
    [{bg: [255, 128, 0]}, 'truecolor', '48;2;255;128;0'],
  ])('%j at depth %s is %j', (style, depth, sgr) => {
    expect(styleToSgr(style, depth)).toBe(sgr);
  });

  test.each<[Style, string]>([
    [{fg: [255, 0, 0]}, '38;5;196'],
    [{fg: [0, 0, 0]}, '38;5;16'],
    [{fg: [128, 128, 128]}, '38;5;244'],
    [{fg: [95, 135, 175]}, '38;5;67'],
  ])('%j becomes %j of 256 colours', (style, sgr) => {
    expect(styleToSgr(style, '256')).toBe(sgr);
  });

  test.each<[string, Style, string]>([
    ['red', {fg: [200, 30, 30]}, '31'],
    ['bright red', {fg: 196}, '91'],
    ['orange', {fg: 208}, '93'],
    ['brown', {fg: 94}, '33'],
    ['navy', {fg: 17}, '34'],
    ['teal', {fg: [0, 140, 140]}, '36'],
    ['black', {bg: [10, 10, 10]}, '40'],
    ['dark grey, not black', {fg: 240}, '90'],
    ['light grey', {fg: 250}, '37'],
    ['white', {fg: 255}, '97'],
  ])('%s keeps its hue in 16 colours', (_, style, sgr) => {
    expect(styleToSgr(style, '16')).toBe(sgr);
  });

  test.each<[Style, ColorDepth, string]>([
    [{fg: 0, bg: 0}, '16', '97;40'],
    [{fg: 7, bg: 7}, '256', '30;47'],
    [{fg: [255, 255, 255], bg: [255, 255, 255]}, 'truecolor', '30;48;2;255;255;255'],
    [{fg: [200, 0, 0], bg: [190, 0, 0]}, '16', '97;41'],
  ])('%j at depth %s stays readable', (style, depth, sgr) => {
    expect(styleToSgr(style, depth)).toBe(sgr);
  });
});

test('sameStyle compares colours by value', () => {
  expect(sameStyle({fg: [1, 2, 3], bold: true}, {bold: true, fg: [1, 2, 3]})).toBe(true);
  expect(sameStyle({fg: [1, 2, 3]}, {fg: [1, 2, 4]})).toBe(false);
  expect(sameStyle({fg: 1}, {bg: 1})).toBe(false);
  expect(sameStyle({strike: true}, {})).toBe(false);
});

// From the examples of WCAG 2.2 and of its techniques.
test.each<[Rgb, Rgb, number]>([
  [[0, 0, 0], [255, 255, 255], 21],
  [[12, 34, 56], [12, 34, 56], 1],
  [[118, 118, 118], [255, 255, 255], 4.54],
  [[255, 255, 255], [119, 119, 119], 4.48],
  [[255, 0, 0], [255, 255, 255], 4],
  [[0, 0, 255], [255, 255, 255], 8.59],
])('%j and %j are %d apart', (one, other, expected) => {
  expect(contrast(one, other)).toBeCloseTo(expected, 2);
});

test('black or white, whichever is easier to read', () => {
  expect([255, 140, 116, 0].map((grey) => readableOn([grey, grey, grey]))).toEqual([black, black, white, white]);
});

test.each<[Palette['depth'], Style, string]>([
  ['truecolor', {fg: 1}, '38;5;203'],
  ['256', {fg: 4, bold: true}, '1;38;5;75'],
  // What is none of the sixteen is as without a palette.
  ['256', {fg: 208, bg: 17}, '38;5;208;48;5;17'],
  ['256', {fg: [255, 0, 0]}, '38;5;196'],
  ['truecolor', {underline: true}, '4'],
])('a palette at depth %s makes of %j %j', (depth, style, sgr) => {
  expect(styleToSgr(style, {depth, looks: themes.dark.looks})).toBe(sgr);
});

test('any of the sixteen on any other can be read, in every theme', () => {
  const sixteen = fc.integer({min: 0, max: 15});
  const made = fc.constantFrom(themes.light, themes.dark);
  const depths = fc.constantFrom('256' as const, 'truecolor' as const);
  fc.assert(
    fc.property(made, depths, sixteen, sixteen, fc.boolean(), (theme, depth, fg, bg, inverse) => {
      const shown = shownColors({fg, bg, ...(inverse && {inverse: true as const})}, {depth, looks: theme.looks});
      expect(contrast(rgb(shown.fg), rgb(shown.bg))).toBeGreaterThanOrEqual(4.5);
      // The ground is the theme's: what stands out on the screen goes on to stand out.
      const ground = inverse ? shown.fg : shown.bg;
      const own = shownColors({fg: inverse ? fg : bg}, {depth, looks: theme.looks}).fg;
      expect(ground).toEqual(own);
    }),
  );
});

test('colours that the log chose itself are left to it', () => {
  const palette = {depth: 'truecolor', looks: themes.dark.looks} as const;
  expect(shownColors({fg: 17, bg: 18}, palette)).toEqual({fg: 17, bg: 18});
  expect(shownColors({fg: [1, 2, 3], bg: [2, 3, 4]}, palette)).toEqual({fg: [1, 2, 3], bg: [2, 3, 4]});
});

test('on its own ground a terminal of sixteen colours has others of them, or its colour of text; pairs stay', () => {
  const onLight = {depth: '16', looks: themes.light.ofSixteen} as const;
  expect(styleToSgr({fg: 2, bold: true}, onLight)).toBe('1');
  expect(styleToSgr({fg: 3}, onLight)).toBe('35');
  expect(styleToSgr({fg: [255, 140, 0]}, onLight)).toBe('35');
  expect(styleToSgr({fg: 0, bg: 2}, onLight)).toBe('30;42');
  expect(styleToSgr({bg: 2}, onLight)).toBe('42');
  const unknown = {depth: '256', looks: themes.unknown.looks} as const;
  expect(styleToSgr({fg: 6}, unknown)).toBe('38;5;30');
  expect(styleToSgr({fg: 208}, unknown)).toBe('38;5;208');
  expect(styleToSgr({fg: 16, bg: 6}, unknown)).toBe('38;5;16;48;5;30');
});

function rgb(color: Color | undefined) {
  const found = color === undefined ? undefined : rgbOf(color);
  if (!found) throw new Error(`no colour of a theme: ${color}`);
  return found;
}
