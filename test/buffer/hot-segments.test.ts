import {expect, test} from 'vitest';
import {HotSegments} from '../../source/buffer/hot-segments.ts';
import {withNewlines} from '../harness/with-newlines.ts';

function partOf(text: string, options: {segmentBytes?: number; maxLineBytes?: number} = {}): HotSegments {
  const part = new HotSegments({segmentBytes: 10, maxLineBytes: 100, ...options});
  put(part, text);
  return part;
}

function put(part: HotSegments, text: string): void {
  for (let rest: Uint8Array = Buffer.from(text); rest.length > 0; )
    rest = rest.subarray(part.put(...withNewlines(rest), 0));
}

function linesOf(part: HotSegments): (string | undefined)[] {
  const lines: (string | undefined)[] = [];
  for (let id = part.firstId; id < part.endId; id++) lines.push(part.lineAt(id)?.toString());
  return lines;
}

test('stores what fits, up to the end of a line, and makes room for the next call', () => {
  const part = partOf('ab\n');
  const more = Buffer.from('cd\nef\nghijk\n');
  expect([
    part.put(...withNewlines(more), 0),
    part.put(...withNewlines(more.subarray(6)), 0),
    part.put(...withNewlines(more.subarray(6)), 0),
  ]).toEqual([6, 0, 6]);
  expect(linesOf(part)).toEqual(['ab', 'cd', 'ef', 'ghijk']);
  expect(part.segmentAt(3)?.firstId).toBe(3);
});

test('an open line goes to the next segment with its rest', () => {
  const part = partOf('ab\ncdefg');
  expect(part).toMatchObject({isOpen: true, endId: 2, lines: 2, byteLength: 8});
  put(part, 'hijk\n');
  expect(linesOf(part)).toEqual(['ab', 'cdefghijk']);
  expect(part.segmentAt(1)).toMatchObject({firstId: 1, open: false});
});

test('an endless line is ended where it reaches the longest length', () => {
  const part = partOf('x'.repeat(45), {maxLineBytes: 20});
  expect(linesOf(part).map((line) => line?.length)).toEqual([20, 20, 5]);
  expect(part).toMatchObject({isOpen: true, byteLength: 47});
});

test('a marker is an entry without bytes, and costs', () => {
  const part = partOf('ab\n');
  const {cost} = part;
  expect(part.addMarker()).toBe(1);
  put(part, 'c\n');
  expect(linesOf(part)).toEqual(['ab', undefined, 'c']);
  expect(part).toMatchObject({lines: 2, byteLength: 5});
  expect(part.cost - cost).toBeGreaterThan(200);
});

test('the oldest segment can be taken out, the only one cannot', () => {
  const part = partOf('ab\n');
  part.addMarker();
  expect([part.oldest, part.removeOldest()]).toEqual([undefined, undefined]);
  part.startSegment();
  part.startSegment();
  put(part, 'cd\n');
  const {cost} = part;
  expect(part.costWithoutOldest).toBe(cost - 3 - 2 * 4);
  expect(part.removeOldest()).toMatchObject({firstId: 0, endId: 2, markers: 1, length: 3});
  expect(part).toMatchObject({firstId: 2, endId: 3, lines: 1, byteLength: 3, cost: 3 + 4});
  expect([part.lineAt(0), part.lineAt(2)?.toString()]).toEqual([undefined, 'cd']);
});

test('it begins where it is told', () => {
  const part = partOf('');
  part.beginAt(7);
  expect([part.firstId, part.endId]).toEqual([7, 7]);
  put(part, 'ab\n');
  expect(part.lineAt(7)?.toString()).toBe('ab');
});
