import {expect, test} from 'vitest';
import {EntryOrigins} from '../../source/streams/entry-origins.ts';

test('answers the origin of each entry, over the borders of chunks', () => {
  const origins = new EntryOrigins();
  const expected: (number | undefined)[] = [];
  for (const [origin, count] of [
    [0, 1],
    [254, 4_095],
    [undefined, 2],
    [3, 10_000],
    [1, 0],
    [1, 1],
  ] as const) {
    origins.add(origin, count);
    for (let index = 0; index < count; index++) expected.push(origin);
  }
  expect(origins.endId).toBe(expected.length);
  expect(expected.map((_, id) => origins.at(id))).toEqual(expected);
  expect([-1, expected.length, 100_000].map((id) => origins.at(id))).toEqual([undefined, undefined, undefined]);
});

test('goes on under the same ids when old entries are dropped', () => {
  const origins = new EntryOrigins();
  origins.add(1, 5_000);
  origins.add(2, 5_000);
  origins.dropBefore(9_000);
  expect(origins.at(0)).toBeUndefined();
  expect(origins.at(9_000)).toBe(2);
  origins.dropBefore(10_000);
  origins.add(3, 1);
  expect([origins.endId, origins.at(10_000)]).toEqual([10_001, 3]);
});
