import {expect, test} from 'vitest';
import {allEntries} from '../../source/buffer/entries.ts';

test('all entries are those that are held', () => {
  const entries = allEntries({firstId: 5, endId: 8});
  expect([4, 5, 7, 8].map(entries.atOrAfter)).toEqual([5, 5, 7, undefined]);
  expect([4, 5, 7, 9].map(entries.atOrBefore)).toEqual([undefined, 5, 7, 7]);
  expect([4, 5, 7, 8].map(entries.countFrom)).toEqual([3, 3, 1, 0]);
});

test('an empty log shows nothing', () => {
  const entries = allEntries({firstId: 5, endId: 5});
  expect([entries.atOrAfter(5), entries.atOrBefore(5), entries.countFrom(0)]).toEqual([undefined, undefined, 0]);
});
