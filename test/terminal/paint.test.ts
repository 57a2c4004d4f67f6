import {describe, expect, test} from 'vitest';
import type {ColorDepth} from '../../source/terminal/color.ts';
import {paint} from '../../source/terminal/paint.ts';
import type {Style} from '../../source/terminal/style.ts';
import {concat, overlay, plain} from '../../source/terminal/styled-text.ts';

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
