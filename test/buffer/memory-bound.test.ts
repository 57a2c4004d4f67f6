import {expect, test} from 'vitest';
import type {ColdStore} from '../../source/buffer/cold-store.ts';
import {MarkerStore} from '../../source/buffer/marker-store.ts';
import {MemoryBound} from '../../source/buffer/memory-bound.ts';
import {MemoryPart} from '../../source/buffer/memory-part.ts';
import {OlderEntries} from '../../source/buffer/older-entries.ts';
import {withNewlines} from '../harness/with-newlines.ts';

/** Ten segments of a line of six bytes, which costs ten. */
function filled({keptTo, waitingBytes = 20}: {keptTo?: number; waitingBytes?: number} = {}) {
  const memory = new MemoryPart({segmentBytes: 6, maxLineBytes: 6});
  const older = new OlderEntries(new MarkerStore());
  const bytes = {isKept: () => true, read: () => undefined};
  const store = {keptTo: keptTo ?? 0, keep: () => bytes} satisfies ColdStore;
  if (keptTo !== undefined) older.store = store;
  const bound = new MemoryBound({memory, older, maxBytes: 40, waitingBytes});
  for (let rest: Uint8Array = Buffer.from('line.\n'.repeat(10)); rest.length > 0; ) {
    rest = rest.subarray(memory.put(...withNewlines(rest), 0));
  }
  return {memory, older, bound, store};
}

test('the oldest segments leave until the rest is within the bound', () => {
  const {memory, older, bound} = filled();
  expect(memory.cost).toBe(100);
  bound.trim();
  expect(memory).toMatchObject({firstId: 6, cost: 40});
  expect(older.droppedLines).toBe(6);
});

test('what the cold store has still to keep waits, but not without end', () => {
  const {memory, older, bound, store} = filled({keptTo: 0});
  bound.trim();
  expect(memory).toMatchObject({firstId: 4, cost: 60});
  store.keptTo = 5;
  bound.trim();
  expect(memory.firstId).toBe(5);
  store.keptTo = 10;
  bound.trim();
  expect(memory.firstId).toBe(6);
  expect(older).toMatchObject({droppedLines: 0, lines: 6});
});

test('it shrinks below the bound when asked, and leaves the newest bytes', () => {
  const {memory, bound} = filled();
  expect(bound.shrinkTo(100, 0)).toBe(false);
  expect(bound.shrinkTo(70, 0)).toBe(true);
  expect(memory.cost).toBe(70);
  expect(bound.shrinkTo(0, 35)).toBe(true);
  expect(memory.cost).toBe(40);
  expect(bound.shrinkTo(0, 35)).toBe(false);
  bound.shrinkTo(0, 0);
  expect(memory).toMatchObject({firstId: 9, cost: 10});
});

test('what a reader has done with is dropped, except what is still to be kept', () => {
  const {memory, older, bound, store} = filled({keptTo: 2, waitingBytes: 1000});
  bound.dropBefore(5);
  expect(memory.firstId).toBe(2);
  store.keptTo = 10;
  bound.dropBefore(5);
  expect(memory.firstId).toBe(5);
  bound.dropBefore(100);
  expect(memory.firstId).toBe(9);
  expect(older).toMatchObject({firstId: undefined, droppedLines: 9});
});

test('what leaves a full memory makes room for what comes, whatever is seen through views of before', () => {
  const {memory, bound} = filled();
  const views = [0, 5, 6].map((id) => memory.lineAt(id));
  bound.trim();
  expect(views.map(String)).toEqual(['', '', 'line.']);
  memory.put(...withNewlines(Buffer.from('next!\n')), 0);
  memory.put(...withNewlines(Buffer.from('next!\n')), 0);
  expect([memory.lineAt(6), memory.lineAt(10)].map(String)).toEqual(['line.', 'next!']);
  const kept = memory.lineAt(6);
  bound.shrinkTo(20, 0);
  expect([memory.firstId, String(kept)]).toEqual([9, 'line.']);
});
