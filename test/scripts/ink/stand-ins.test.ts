import stringWidth from 'string-width';
import {expect, test} from 'vitest';
import inkSanitize from '../../../node_modules/ink/build/sanitize-ansi.js';
import sanitize from '../../../scripts/ink/sanitize-ansi.ts';
import width from '../../../scripts/ink/string-width.ts';

const texts = [
  '',
  'plain',
  '\x1b[1mbold│\x1b[22m',
  '日本',
  'e\u0301',
  '\x1b[31m\u0301',
  'a\tb\x07',
  '\x1b[2Kgone',
  '\x1b[38:5:1mred',
  '👩‍👩‍👧',
];

test('widths are those of the original', () => {
  for (const text of texts) expect([text, width(text)]).toEqual([text, stringWidth(text)]);
  expect(width('\x1b[1ma', {countAnsiEscapeCodes: true})).toBe(stringWidth('\x1b[1ma', {countAnsiEscapeCodes: true}));
});

test('the same characters are removed as by Ink', () => {
  for (const text of texts) expect(sanitize(text)).toBe(inkSanitize(text));
});
