import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {Geometry} from '../../source/viewport/geometry.ts';
import {keepUnderEye, noteEyeRow} from '../../source/viewport/keep-under-eye.ts';
import {currentOf, follow, moveBy, type Position, reveal, visiblePlaces} from '../../source/viewport/position.ts';
import {entriesOf} from './entries-of.ts';

const numbers = (count: number, step = 1) => Array.from({length: Math.ceil(count / step)}, (_, index) => index * step);
const shows = (ids: readonly number[], height = 10, heightOf: (id: number) => number = () => 1): Geometry => ({
  entries: entriesOf(ids),
  height,
  heightOf,
});
const all = shows(numbers(200));

/** The screen row of the current entry. */
function rowOf(position: Position, geometry: Geometry): number {
  const current = currentOf(position, geometry);
  return visiblePlaces(position, geometry).findIndex((place) => place.id === current);
}

describe('keepUnderEye', () => {
  const held = reveal(follow, all, 100);

  it('leaves the current entry in its row', () => {
    const fewer = shows(numbers(200, 4));
    const kept = keepUnderEye(held, all, fewer);
    expect([currentOf(kept, fewer), rowOf(kept, fewer)]).toEqual([100, rowOf(held, all)]);
  });

  it('puts the nearest shown entry where a hidden one was', () => {
    const fewer = shows(numbers(200, 7));
    const kept = keepUnderEye(held, all, fewer);
    expect([currentOf(kept, fewer), rowOf(kept, fewer)]).toEqual([98, rowOf(held, all)]);
  });

  it('brings the entry back to its row when few entries had no room to keep it there', () => {
    const one = shows([100]);
    const kept = keepUnderEye(held, all, one);
    expect(rowOf(kept, one)).toBe(0);
    const back = keepUnderEye(kept, one, all);
    expect([currentOf(back, all), rowOf(back, all)]).toEqual([100, rowOf(held, all)]);
  });

  it('forgets that row with the next move', () => {
    const two = shows([90, 100]);
    const moved = moveBy(keepUnderEye(held, all, two), two, -1);
    expect(rowOf(keepUnderEye(moved, two, all), all)).toBe(0);
  });

  it('goes on following, and waits where nothing is shown', () => {
    expect(keepUnderEye(follow, all, shows([3]))).toBe(follow);
    const waiting = keepUnderEye(held, all, shows([]));
    expect(visiblePlaces(waiting, shows([]))).toEqual([]);
    const back = keepUnderEye(waiting, shows([]), all);
    expect([currentOf(back, all), rowOf(back, all)]).toEqual([100, rowOf(held, all)]);
  });

  it('remembers the last row of a screen from which the filters take a row, and gives it back', () => {
    const last = moveBy(reveal(follow, all, 20), all, 40);
    expect(rowOf(last, all)).toBe(9);
    const fewer = shows(numbers(200, 4), 9);
    const kept = keepUnderEye(noteEyeRow(last, all), {...all, height: 9}, fewer);
    expect([currentOf(kept, fewer), rowOf(kept, fewer)]).toEqual([60, 8]);
    expect(rowOf(keepUnderEye(kept, fewer, all), all)).toBe(9);
  });

  it('keeps the row at the end of the log though the filters give their row back', () => {
    const fewer = shows(numbers(200, 4), 9);
    const last = moveBy(reveal(follow, fewer, 196), fewer, -1);
    expect([currentOf(last, fewer), rowOf(last, fewer)]).toEqual([192, 7]);
    const kept = keepUnderEye(noteEyeRow(last, fewer), {...fewer, height: 10}, all);
    expect([currentOf(kept, all), rowOf(kept, all)]).toEqual([192, 7]);
  });

  it('goes to the row that the entry is shown in, however far it is', () => {
    const folded = shows([0, 50, 101]);
    const kept = keepUnderEye(held, all, folded, (id) => (id > 50 && id < 101 ? 50 : id));
    expect(currentOf(kept, folded)).toBe(50);
  });

  it('keeps the part of a long entry that was at the top', () => {
    const long = shows(numbers(20), 10, (id) => (id === 5 ? 30 : 1));
    const inside: Position = {kind: 'held', top: {id: 5, row: 12}, current: 5, seen: 0};
    const fewer = shows(numbers(20, 5), 10, (id) => (id === 5 ? 30 : 1));
    expect(visiblePlaces(keepUnderEye(inside, long, fewer), fewer)[0]).toEqual({id: 5, row: 12});
  });
});

it('the row stays wherever the ends of the log allow it, and comes back in any case', () => {
  const runs = Number(process.env.PIPETAIL_RUNS ?? 200);
  const subset = fc.uniqueArray(fc.nat({max: 199}), {minLength: 1, maxLength: 120});
  const property = (ids: readonly number[], target: number, up: number, modulus: number) => {
    const heightOf = (id: number) => 1 + (id % modulus);
    const before = shows(numbers(200), 10, heightOf);
    const after = shows(
      [...ids].sort((a, b) => a - b),
      10,
      heightOf,
    );
    const held = moveBy(reveal(follow, before, target), before, -up);
    const current = currentOf(held, before) ?? -1;
    const row = rowOf(held, before);
    const kept = keepUnderEye(held, before, after);
    const shown = currentOf(kept, after) ?? -1;
    expect(ids).toContain(shown);
    expect(Math.min(...ids.map((id) => Math.abs(id - current)))).toBe(Math.abs(shown - current));
    const above = ids.filter((id) => id < shown).reduce((sum, id) => sum + heightOf(id), 0);
    const below = ids.filter((id) => id >= shown).reduce((sum, id) => sum + heightOf(id), 0);
    if (above >= row && below >= 10 - row) expect(rowOf(kept, after)).toBe(row);
    if (shown === current) expect(rowOf(keepUnderEye(kept, after, before), before)).toBe(row);
  };
  const four = [subset, fc.nat({max: 199}), fc.nat({max: 12}), fc.integer({min: 1, max: 4})] as const;
  fc.assert(fc.property(...four, property), {numRuns: runs});
});
