import {expect, test} from 'vitest';
import type {Marker} from '../../source/buffer/marker.ts';
import {MarkerStore} from '../../source/buffer/marker-store.ts';

const drawn = (at: number): Marker => ({kind: 'drawn', at});

test('keeps markers under their ids until they are dropped', () => {
  const store = new MarkerStore();
  for (const id of [2, 5, 9]) store.add(id, drawn(id));
  expect(store.last()).toEqual({id: 9, marker: drawn(9)});
  expect([store.replace(5, drawn(50)), store.replace(6, drawn(60))]).toEqual([true, false]);
  store.dropBelow(5);
  expect([...store.entries()]).toEqual([
    [5, drawn(50)],
    [9, drawn(9)],
  ]);
  expect([store.get(2), store.get(5), store.get(6)]).toEqual([undefined, drawn(50), undefined]);
  store.dropBelow(10);
  expect([[...store.entries()], store.last()]).toEqual([[], undefined]);
});
