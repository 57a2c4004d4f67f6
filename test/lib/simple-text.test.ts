import fc from 'fast-check';
import stringWidth from 'string-width';
import {expect, test} from 'vitest';
import {simpleWidth} from '../../source/lib/simple-text.ts';

const simple = Array.from({length: 0x10000}, (_, code) => String.fromCharCode(code)).filter(
  (character) => simpleWidth(character) !== undefined,
);

test('a simple character has one cell, as it has for Ink', () => {
  expect(simple.length).toBeGreaterThan(1000);
  expect(simple.filter((character) => simpleWidth(character) !== 1 || stringWidth(character) !== 1)).toEqual([]);
});

test('simple characters do not join, whatever is beside them', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...simple)), (characters) => {
      const text = characters.join('');
      expect(simpleWidth(text)).toBe(text.length);
      expect(stringWidth(text)).toBe(text.length);
    }),
  );
});

test('SGR sequences have no cells; a text with any other control, wide or joining character is not simple', () => {
  expect(simpleWidth('\x1b[1;38;5;240m│ a\x1b[0m')).toBe(3);
  expect(simpleWidth('')).toBe(0);
  for (const other of [
    '\n',
    '\t',
    '\x07',
    '\x1b',
    '\x1b[2K',
    '\x1b]8;;x\x07',
    'e\u0301',
    '日',
    '😀',
    '\u00ad',
    '\u200d',
    '↔\ufe0f',
  ])
    expect([other, simpleWidth(`a${other}b`)]).toEqual([other, undefined]);
});
