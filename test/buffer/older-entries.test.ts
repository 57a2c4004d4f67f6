import {expect, test} from 'vitest';
import type {ColdStore, LeavingSegment} from '../../source/buffer/cold-store.ts';
import type {Marker} from '../../source/buffer/marker.ts';
import {MarkerStore} from '../../source/buffer/marker-store.ts';
import {OlderEntries} from '../../source/buffer/older-entries.ts';
import {Segment} from '../../source/buffer/segment.ts';

const drawn: Marker = {kind: 'drawn', at: 1};

/** Lines of two bytes, the number of the entry in each, as a segment. */
function segmentOf(firstId: number, count: number): Segment {
  const segment = new Segment(firstId, 100);
  for (let id = firstId; id < firstId + count; id++) segment.write(Buffer.from(`${id}\n`), false);
  return segment;
}

/** Keeps what it is given; `deletedTo`: bytes below are deleted; `isDead`: cannot be read. */
function storeOf() {
  const store = {deletedTo: 0, isDead: false, keptTo: Number.POSITIVE_INFINITY, asked: [] as LeavingSegment[]};
  const keep: ColdStore['keep'] = (segment) => {
    store.asked.push(segment);
    const text = Array.from({length: segment.endId - segment.firstId}, (_, n) => `${segment.firstId + n}\n`).join('');
    return {
      isKept: () => segment.byteOffset >= store.deletedTo,
      read: () => (store.isDead ? undefined : Buffer.from(text)),
    };
  };
  return Object.assign(store, {keep});
}

test('what the store takes over is still held', () => {
  const older = new OlderEntries(new MarkerStore());
  const store = storeOf();
  older.store = store;
  older.take(segmentOf(0, 3));
  older.take(segmentOf(3, 2));
  expect(store.asked[1]).toEqual({firstId: 3, endId: 5, byteOffset: 6, byteLength: 4});
  expect(older).toMatchObject({firstId: 0, lines: 5, byteLength: 10, droppedLines: 0, allLines: 5, allBytes: 10});
  expect(older.lineAt(4)?.toString()).toBe('4');
  expect(older.segmentAt(1)).toMatchObject({firstId: 0, endId: 3});
  expect(older.failedReads).toBe(0);
});

test('without a store it is gone, and what is older goes with it', () => {
  const markers = new MarkerStore();
  const older = new OlderEntries(markers);
  older.store = storeOf();
  older.take(segmentOf(0, 3));
  older.store = undefined;
  markers.add(4, drawn);
  markers.add(5, drawn);
  const segment = segmentOf(3, 1);
  segment.beginEntry();
  segment.markers += 1;
  older.take(segment);
  expect(older).toMatchObject({firstId: undefined, lines: 0, droppedLines: 4, allLines: 4, allBytes: 8});
  expect([...markers.entries()]).toEqual([[5, drawn]]);
  expect(older.keptTo).toBe(Number.POSITIVE_INFINITY);
});

test('what is dropped is not asked for', () => {
  const older = new OlderEntries(new MarkerStore());
  const store = storeOf();
  older.store = store;
  older.drop(segmentOf(0, 3));
  expect(older.lineAt(2)).toBeUndefined();
  expect(older).toMatchObject({firstId: undefined, droppedLines: 3, allBytes: 6});
  expect(store.asked).toEqual([]);
});

test('what was deleted is let go of', () => {
  const older = new OlderEntries(new MarkerStore());
  const store = storeOf();
  older.store = store;
  older.take(segmentOf(0, 3));
  older.take(segmentOf(3, 2));
  store.deletedTo = 6;
  older.shrink();
  expect(older).toMatchObject({firstId: 3, lines: 2, droppedLines: 3, allLines: 5});
});

test('what cannot be read is gone with all that is older, and that is counted', () => {
  const older = new OlderEntries(new MarkerStore());
  const store = storeOf();
  older.store = store;
  for (const firstId of [0, 2, 4]) older.take(segmentOf(firstId, 2));
  store.isDead = true;
  expect(older.lineAt(3)).toBeUndefined();
  expect(older).toMatchObject({firstId: 4, failedReads: 1, droppedLines: 4});
  expect(older.lineAt(3)).toBeUndefined();
  expect(older.failedReads).toBe(1);
});

test('a past of an earlier time goes on from where the last one ended, with its markers', () => {
  const markers = new MarkerStore();
  const older = new OlderEntries(markers);
  const bytes = {isKept: () => true, read: () => Buffer.from('a\nb\n')};
  const endId = older.addPast(0, {lines: 2, byteLength: 4, markers: [{line: 1, marker: drawn}], bytes});
  expect(endId).toBe(3);
  expect(older.addPast(endId, {lines: 2, byteLength: 4, markers: [], bytes})).toBe(5);
  expect([0, 1, 2, 3].map((id) => older.lineAt(id)?.toString())).toEqual(['a', undefined, 'b', 'a']);
  expect(markers.get(1)).toEqual(drawn);
});
