import {describe, expect, test} from 'vitest';
import type {ColorDepth} from '../../source/terminal/color.ts';
import {type Style, sameStyle, styleToSgr} from '../../source/terminal/style.ts';

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
