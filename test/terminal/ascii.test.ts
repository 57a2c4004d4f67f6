import {expect, it} from 'vitest';
import {toAscii} from '../../source/terminal/ascii.ts';
import {textWidth} from '../../source/terminal/width.ts';

it('keeps every cell, and knows what the signs of the program mean', () => {
  expect(toAscii('reconnected · 0 lost → LIVE ▼')).toBe('reconnected - 0 lost > LIVE v');
  expect(toAscii('日本 e\u0301 ok')).toBe('???? e ok');
  const text = 'α 漢字 🚀 ─│●';
  expect(toAscii(text)).toMatch(/^[\x20-\x7e]*$/);
  expect(textWidth(toAscii(text))).toBe(textWidth(text));
});

it('leaves colours alone', () => {
  expect(toAscii('\u001B[31m✗\u001B[0m')).toBe('\u001B[31m!\u001B[0m');
});
