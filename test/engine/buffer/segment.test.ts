import fc from 'fast-check';
import {expect, test} from 'vitest';
import {newlinesIn, Segment} from '../../../source/engine/buffer/segment.ts';

const text = (segment: Segment) => segment.bytes.toString();

test('sealing gives back what is not used and keeps the rest', () => {
  const segment = new Segment(0, 1000);
  segment.write(Buffer.from('ab\nc\n'), false);
  segment.seal();
  expect([text(segment), segment.bytes.buffer.byteLength, segment.starts.buffer.byteLength]).toEqual(['ab\nc\n', 5, 8]);
});

test('memory that was given away is used by a segment of the same size, and cannot be seen through views of before', () => {
  const given = new Segment(0, 10);
  given.write(Buffer.from('ab\n'), false);
  const view = given.bytes;
  const memory = given.giveMemory();
  expect(view).toHaveLength(0);
  const larger = new Segment(1, 11, memory);
  larger.write(Buffer.from('0123456789\n'), false);
  expect(text(larger)).toBe('0123456789\n');
  const next = new Segment(1, 10, memory);
  next.write(Buffer.from('cd\n'), false);
  expect(text(next)).toBe('cd\n');
  expect(next.bytes.buffer).toBe(memory);
  expect(view).toHaveLength(0);
});

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
