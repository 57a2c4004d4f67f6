import {expect, test} from 'vitest';
import {paint} from '../../source/terminal/paint.ts';
import {paintedWidth} from '../../source/terminal/painted-width.ts';
import {concat, plain} from '../../source/terminal/styled-text.ts';

test('styles take no cells, wide characters two', () => {
  const text = concat([plain('ab', {fg: 1, bold: true}), plain('日本', {bg: [1, 2, 3]}), plain(' ')]);
  expect(paintedWidth(paint(text, 'truecolor'))).toBe(7);
  expect(paintedWidth('')).toBe(0);
});
