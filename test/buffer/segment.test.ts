import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {countBelow, findSegment, newlinesIn, Segment} from '../../source/buffer/segment.ts';

const text = (segment: Segment) => segment.bytes.toString();

describe('what fits', () => {
  const segment = new Segment(0, 10);
  segment.write(Buffer.from('ab\n'), false);

  test.each([
    ['all, if there is room', 'cdefgh\n', false, 7],
    ['whole lines, if not', 'cd\ne\nfghijk', false, 5],
    ['nothing of a line that is too long', 'cdefghijk\n', false, 0],
    ['a part of it, if the line is alone in the segment', 'cdefghijk\n', true, 7],
  ])('%s', (_, bytes, alone, fits) => {
    expect(segment.fitting(Buffer.from(bytes), {alone, usual: 10})).toBe(fits);
  });

  test('one long line, and nothing else, once it has grown', () => {
    const grown = new Segment(0, 20);
    expect(grown.fitting(Buffer.from('a\nb\n'), {alone: true, usual: 10})).toBe(2);
    expect(grown.fitting(Buffer.from('a\nb\n'), {alone: false, usual: 10})).toBe(0);
  });
});

test('an entry ends where the next one starts; a marker is empty', () => {
  const segment = new Segment(5, 100);
  expect(segment.write(Buffer.from('ab\n\nc\n'), false)).toBe(3);
  segment.beginEntry();
  expect(segment.write(Buffer.from('d'), false)).toBe(1);
  expect(segment.write(Buffer.from('e\nf'), true)).toBe(1);
  const entries = [0, 1, 2, 3, 4, 5].map((index) => segment.slice(segment.startOf(index), segment.endOf(index)));
  expect(entries.map(String)).toEqual(['ab\n', '\n', 'c\n', '', 'de\n', 'f']);
  expect(segment.endId).toBe(11);
});

test('the open line can be ended even when the segment is full, and taken out', () => {
  const segment = new Segment(0, 4);
  segment.write(Buffer.from('ab\nc'), false);
  expect(String(segment.removeLast())).toBe('c');
  segment.write(Buffer.from('d'), false);
  segment.endOpenLine();
  expect(text(segment)).toBe('ab\nd\n');
});

test('sealing gives back what is not used and keeps the rest', () => {
  const segment = new Segment(0, 1000);
  segment.write(Buffer.from('ab\nc\n'), false);
  segment.seal();
  expect([text(segment), segment.bytes.buffer.byteLength, segment.starts.buffer.byteLength]).toEqual(['ab\nc\n', 5, 8]);
});

test('is found by id', () => {
  const segments = [3, 7, 8, 20].map((firstId) => new Segment(firstId, 1));
  expect([3, 6, 7, 8, 19, 20, 99].map((id) => findSegment(segments, id)?.firstId)).toEqual([3, 3, 7, 8, 8, 20, 20]);
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

test('offsets below a bound are counted', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(50)), fc.nat(60), (values, bound) => {
      const offsets = Uint32Array.from(values.sort((a, b) => a - b));
      expect(countBelow(offsets, bound)).toBe(values.filter((value) => value < bound).length);
    }),
  );
});
