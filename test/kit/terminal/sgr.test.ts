import fc from 'fast-check';
import {describe, expect, it, test} from 'vitest';
import {stripSgrBlocks} from '../../../source/kit/copy/chosen-lines.ts';
import {applySgr, paint, stripSgr} from '../../../source/kit/terminal/sgr.ts';
import type {ColorDepth, Style} from '../../../source/kit/terminal/style.ts';
import {concat, overlay, plain} from '../../../source/kit/terminal/styled-text.ts';
import {readSgr} from '../../../source/lib/clean.ts';

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

const strip = (text: string) => stripSgr(Buffer.from(text));

it.each([
  ['\x1b[31mred\x1b[0m', 'red'],
  ['\x1b[m\x1b[1;38;5;196mbold\x1b[4:3m', 'bold'],
  ['\x1b[38;2;1;2;3mrgb', 'rgb'],
  ['no colours', 'no colours'],
  ['', ''],
])('removes the colours of %j', (line, stripped) => {
  expect(Buffer.from(strip(line)).toString()).toBe(stripped);
});

it.each(['\x1b[2J', '\x1b]0;title\x07', '\x1b[31', '\x1b[?25h', '\x1b', '[31m', '\x1b[1 m', '\x9b31m'])(
  'leaves %j',
  (line) => {
    expect(Buffer.from(strip(line)).equals(Buffer.from(line))).toBe(true);
  },
);

it('removes sequences that are cut anywhere, in blocks of any size', () => {
  const noise = fc.constantFrom('\x1b', '[', '\x1b[', '31', ';', 'm', '\x1b[0m', '\x1b[38;5;196m', 'text\n', '\xff');
  const long = fc.integer({min: 240, max: 260}).map((digits) => `\x1b[${'1'.repeat(digits)}m`);
  fc.assert(
    fc.property(
      fc.array(fc.oneof({weight: 9, arbitrary: noise}, long), {maxLength: 40}),
      fc.infiniteStream(fc.nat(9)),
      (parts, sizes) => {
        const whole = Buffer.from(parts.join(''), 'latin1');
        const blocks: Uint8Array[] = [];
        for (let at = 0; at < whole.length; ) {
          const size = sizes.next().value ?? 1;
          blocks.push(whole.subarray(at, at + size));
          at += size;
        }
        expect(Buffer.concat([...stripSgrBlocks(blocks)]).equals(Buffer.from(stripSgr(whole)))).toBe(true);
      },
    ),
    {numRuns: Number(process.env.PIPETAIL_RUNS ?? 500)},
  );
});

it('holds back no more than the start of a sequence', () => {
  const endless = Array.from({length: 1000}, (_, index) => Buffer.from(index === 0 ? '\x1b[' : '1'.repeat(100)));
  let [taken, given, most] = [0, 0, 0];
  const counted = (function* () {
    for (const block of endless) {
      taken += block.length;
      yield block;
    }
  })();
  for (const block of stripSgrBlocks(counted)) {
    given += block.length;
    most = Math.max(most, taken - given);
  }
  expect(given).toBe(taken);
  expect(most).toBeLessThanOrEqual(256);
});

it('leaves every byte that is not of a colour, valid UTF-8 or not', () => {
  const bytes = Uint8Array.from({length: 256}, (_, byte) => byte);
  const line = Buffer.concat([Buffer.from('\x1b[1m'), bytes, Buffer.from('\x1b[0m')]);
  expect(Buffer.from(stripSgr(line)).equals(Buffer.from(bytes))).toBe(true);
});

it('reads a view on a larger array within its bounds', () => {
  const all = Buffer.from('before\x1b[1mline\x1b[0mafter');
  expect(Buffer.from(stripSgr(all.subarray(6, -5))).toString()).toBe('line');
});

const red: Style = {fg: 1};

describe('paint', () => {
  test('plain text has no sequences', () => {
    expect(paint(plain('abc'), '256')).toBe('abc');
  });

  test.each<[string, [string, Style?][], ColorDepth, string]>([
    ['opens and closes', [['a'], ['b', red], ['c']], '16', 'a\x1b[31mb\x1b[0mc'],
    ['closes at the end', [['a', red]], '16', '\x1b[31ma\x1b[0m'],
    [
      'only adds',
      [
        ['a', {bold: true}],
        ['b', {bold: true, fg: 1}],
      ],
      '16',
      '\x1b[1ma\x1b[31mb\x1b[0m',
    ],
    [
      'resets and opens at once',
      [
        ['a', red],
        ['b', {fg: 2}],
      ],
      '16',
      '\x1b[31ma\x1b[0;32mb\x1b[0m',
    ],
    [
      'does not repeat',
      [
        ['a', {fg: 1, italic: true}],
        ['b', {bg: 2, italic: true}],
      ],
      'none',
      'ab',
    ],
    [
      'joins what has become the same',
      [
        ['a', {fg: 196}],
        ['b', {fg: 9}],
      ],
      '16',
      '\x1b[91mab\x1b[0m',
    ],
    [
      'leaves out colours',
      [
        ['a', red],
        ['b', {bold: true, fg: 1}],
      ],
      'none',
      'a\x1b[1mb\x1b[0m',
    ],
  ])('%s', (_, parts, depth, expected) => {
    const styled = concat(parts.map(([text, style]) => plain(text, style)));
    expect(paint(styled, depth)).toBe(expected);
  });

  test('does not part a base from its marks', () => {
    const styled = overlay(plain('ae\u0301b'), [{start: 1, end: 2}], red);
    expect(paint(styled, '16')).toBe('a\x1b[31me\u0301\x1b[0mb');
    expect(paint(overlay(plain('e\u0301b'), [{start: 1, end: 2}], red), '16')).toBe('e\u0301b');
  });
});
