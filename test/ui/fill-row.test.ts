import {describe, expect, it} from 'vitest';
import type {Color, ColorDepth} from '../../source/terminal/color.ts';
import {contrast} from '../../source/terminal/contrast.ts';
import {paint} from '../../source/terminal/paint.ts';
import {concat, plain} from '../../source/terminal/styled-text.ts';
import {fillRow} from '../../source/ui/fill-row.ts';

const row = concat([
  plain(' pipetail', {bold: true}),
  plain('  prod  '),
  plain('LIVE', {fg: 2, bold: true}),
  plain(' old', {dim: true, fg: 3}),
  plain(' PAUSED ', {inverse: true, bold: true, fg: 1}),
]);

it('has its ground under every character, and one colour of text', () => {
  const {text, runs} = fillRow(row, [170, 0, 0], 'truecolor');
  expect(text).toBe(row.text);
  let at = 0;
  for (const {start, end, style} of runs) {
    expect(start).toBe(at);
    expect(style).toMatchObject({bg: [170, 0, 0], fg: 231});
    expect(style.dim).toBeUndefined();
    at = end;
  }
  expect(at).toBe(text.length);
});

it('keeps what is bold, and badges', () => {
  const {text, runs} = fillRow(row, 1, '16');
  const looks = runs.map(({start, end, style}) => [text.slice(start, end).trim(), style.bold, style.inverse]);
  expect(looks).toEqual([
    ['pipetail', true, undefined],
    ['prod', undefined, undefined],
    ['LIVE', true, undefined],
    ['old', undefined, undefined],
    ['PAUSED', true, true],
  ]);
});

it('is as it was where there are no colours', () => {
  expect(fillRow(row, 1, 'none')).toEqual(row);
});

describe('text is black or white, whichever is easier to read', () => {
  it.each<[Color, ColorDepth, number]>([
    [1, '16', 231],
    [4, '16', 231],
    [9, '16', 16],
    [3, 'truecolor', 16],
    [11, 'truecolor', 16],
    [7, '16', 16],
    [[255, 255, 0], 'truecolor', 16],
    [[0, 0, 128], '256', 231],
    [226, '256', 16],
  ])('on %j at %s', (color, depth, fg) => {
    if (depth === 'none') throw new Error('no colours');
    expect(fillRow(plain('x'), color, depth).runs[0]?.style.fg).toBe(fg);
  });

  it('with a contrast of 4.5 on every colour there is', () => {
    for (let red = 0; red < 256; red += 15) {
      for (let green = 0; green < 256; green += 15) {
        for (let blue = 0; blue < 256; blue += 15) {
          const {fg} = fillRow(plain('x'), [red, green, blue], 'truecolor').runs[0]?.style ?? {};
          const text = fg === 16 ? ([0, 0, 0] as const) : ([255, 255, 255] as const);
          expect(contrast(text, [red, green, blue])).toBeGreaterThanOrEqual(4.5);
        }
      }
    }
  });

  it('on what a terminal of sixteen colours makes of it', () => {
    // Orange is bright yellow there.
    expect(paint(fillRow(plain('x'), [255, 140, 0], '16'), '16')).toBe('\u001b[30;103mx\u001b[0m');
  });
});
