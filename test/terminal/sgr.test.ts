import {describe, expect, test} from 'vitest';
import {applySgr, readSgr} from '../../source/terminal/sgr.ts';
import type {Style} from '../../source/terminal/style.ts';

describe('readSgr', () => {
  test.each([
    ['\x1b[m', {parameters: '', end: 3}],
    ['\x1b[1;31mx', {parameters: '1;31', end: 7}],
    ['\x1b[38:2::1:2:3m', {parameters: '38:2::1:2:3', end: 14}],
    ['\x1b[1;31', undefined],
    ['\x1b[2J', undefined],
    ['\x1b[>4;2m', undefined],
    ['\x1b[?1m', undefined],
    ['\x1b[1 m', undefined],
    ['\x1b]0;m', undefined],
    ['\x1b', undefined],
  ])('%j', (text, expected) => {
    expect(readSgr(text, 0)).toEqual(expected);
  });
});

describe('applySgr', () => {
  test.each<[Style, string, Style]>([
    [{fg: 1}, '', {}],
    [{fg: 1}, '0', {}],
    [{fg: 1}, '0;1', {bold: true}],
    [{fg: 1}, ';1', {bold: true}],
    [{}, '1;2;3;4;7;9', {bold: true, dim: true, italic: true, underline: true, inverse: true, strike: true}],
    [{bold: true, dim: true, italic: true}, '22', {italic: true}],
    [{italic: true, underline: true, inverse: true, strike: true}, '23;24;27;29', {}],
    [{}, '31;42', {fg: 1, bg: 2}],
    [{}, '97;100', {fg: 15, bg: 8}],
    [{fg: 1, bg: 2, bold: true}, '39;49', {bold: true}],
    [{}, '38;5;208;1', {fg: 208, bold: true}],
    [{}, '48;2;1;2;3;4', {bg: [1, 2, 3], underline: true}],
    [{}, '38:5:208', {fg: 208}],
    [{}, '38:2:1:2:3', {fg: [1, 2, 3]}],
    [{}, '38:2::1:2:3;1', {fg: [1, 2, 3], bold: true}],
    [{}, '4:3', {underline: true}],
    [{underline: true}, '4:0', {}],
    [{}, '21', {underline: true}],
    // Blinking, concealing, fonts, overline and underline colours are dropped, with all their parameters.
    [{}, '5;6;8;10;11;20;28;53;58;5;1;58;2;1;2;3;58:2::1:2:3;59', {}],
    // What is malformed changes nothing.
    [{fg: 1}, '38;5', {fg: 1}],
    [{fg: 1}, '38;5;256', {fg: 1}],
    [{fg: 1}, '38;2;1;2', {fg: 1}],
    [{fg: 1}, '38;2;1;2;999', {fg: 1}],
    [{fg: 1}, '38:7:1', {fg: 1}],
    [{fg: 1}, '38', {fg: 1}],
    [{fg: 1}, '123456789012345678901234567890', {fg: 1}],
    [{fg: 1}, '::', {}],
  ])('%j, then %j, is %j', (style, parameters, expected) => {
    expect(applySgr(style, parameters)).toEqual(expected);
  });
});
