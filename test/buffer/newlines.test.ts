import fc from 'fast-check';
import {expect, test} from 'vitest';
import {countBelow, newlinesIn} from '../../source/buffer/newlines.ts';

test('every newline is found where it is, however many there are', () => {
  fc.assert(
    fc.property(fc.uint8Array({max: 12, maxLength: 200}), fc.nat(3), (bytes, offset) => {
      const piece = bytes.subarray(offset);
      expect([...newlinesIn(piece)]).toEqual([...piece.keys()].filter((index) => piece[index] === 0x0a));
    }),
  );
  expect(newlinesIn(new Uint8Array(100_000).fill(0x0a))).toEqual(
    Uint32Array.from({length: 100_000}, (_, index) => index),
  );
});

test('what was found stays when the next piece is searched', () => {
  const found = newlinesIn(Buffer.from('a\nb\n'));
  newlinesIn(Buffer.from('\n\n\n'));
  expect([...found]).toEqual([1, 3]);
});

test('offsets below a bound are counted', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(50)), fc.nat(60), (values, bound) => {
      const offsets = Uint32Array.from(values.sort((a, b) => a - b));
      expect(countBelow(offsets, bound)).toBe(values.filter((value) => value < bound).length);
    }),
  );
});
