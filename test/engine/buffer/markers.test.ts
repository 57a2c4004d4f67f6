import {expect, it, test} from 'vitest';
import {countLoss, type Marker, MarkerStore, noLosses} from '../../../source/engine/buffer/markers.ts';

const lost = (atLeast: number, atMost: number): Marker => ({kind: 'lost', at: 0, from: 0, to: 0, atLeast, atMost});

it('gaps add up within their bounds; a cut line is a gap without a number', () => {
  const count = countLoss(
    countLoss(countLoss(noLosses, lost(5, 5), 10), lost(0, 7), 20),
    {kind: 'line-cut', at: 0},
    30,
  );
  expect(count).toEqual({
    ...noLosses,
    ...{gaps: 3, atLeast: 5, atMost: 12},
    gap: {marker: {kind: 'line-cut', at: 0}, id: 30},
  });
});

it('a gap of nothing is none', () => {
  expect(countLoss(noLosses, lost(0, 0), 1)).toBe(noLosses);
});

it('a log that began anew is counted apart', () => {
  expect(countLoss(noLosses, {kind: 'new-life', because: 'restarted', at: 0}, 3)).toMatchObject({
    gaps: 0,
    clears: 1,
    clear: {id: 3},
  });
});

it('a lost stream is counted apart', () => {
  const marker: Marker = {kind: 'unread', stream: 'stdout', why: 'broken pipe', at: 0};
  expect(countLoss(noLosses, marker, 3)).toEqual({...noLosses, lostStreams: 1, lostStream: {marker, id: 3}});
});

it('a marker that is no loss changes nothing', () => {
  const markers: Marker[] = [
    {kind: 'renamed', from: 'a', to: 'b', at: 0},
    {kind: 'discarded', entries: 9, at: 0},
    {kind: 'reconnected', cause: 'server-lost', downMs: 1, times: 1, since: 0, at: 0},
    {kind: 'state', from: 'Running', to: 'Stopped', at: 0},
  ];
  for (const marker of markers) expect(countLoss(noLosses, marker, 1)).toBe(noLosses);
});

const renamed = (at: number): Marker => ({kind: 'renamed', from: 'a', to: 'b', at});

test('keeps markers under their ids until they are dropped', () => {
  const store = new MarkerStore();
  for (const id of [2, 5, 9]) store.add(id, renamed(id));
  expect(store.last()).toEqual({id: 9, marker: renamed(9)});
  expect([store.replace(5, renamed(50)), store.replace(6, renamed(60))]).toEqual([true, false]);
  store.dropBelow(5);
  expect([...store.entries()]).toEqual([
    [5, renamed(50)],
    [9, renamed(9)],
  ]);
  expect([store.get(2), store.get(5), store.get(6)]).toEqual([undefined, renamed(50), undefined]);
  store.dropBelow(10);
  expect([[...store.entries()], store.last()]).toEqual([[], undefined]);
});
