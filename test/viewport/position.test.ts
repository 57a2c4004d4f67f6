import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  currentOf,
  follow,
  type Geometry,
  hold,
  moveBy,
  newBelow,
  type Position,
  reveal,
  scrollBy,
  toTop,
  visiblePlaces,
} from '../../source/viewport/position.ts';

function log(
  endId: number,
  options: {firstId?: number; height?: number; heights?: (id: number) => number} = {},
): Geometry {
  return {
    firstId: options.firstId ?? 0,
    endId,
    height: options.height ?? 5,
    heightOf: options.heights ?? (() => 1),
  };
}

const ids = (position: Position, geometry: Geometry) => visiblePlaces(position, geometry).map((place) => place.id);

describe('follow', () => {
  it('shows the newest entries, and all of a log that is shorter than the screen', () => {
    expect(ids(follow, log(100))).toEqual([95, 96, 97, 98, 99]);
    expect(ids(follow, log(3))).toEqual([0, 1, 2]);
    expect(ids(follow, log(0))).toEqual([]);
  });

  it('shows the last rows of an entry that is taller than the screen', () => {
    const geometry = log(4, {heights: (id) => (id === 3 ? 9 : 1)});
    expect(visiblePlaces(follow, geometry)).toEqual([4, 5, 6, 7, 8].map((row) => ({id: 3, row})));
  });
});

describe('holding', () => {
  it('keeps the rows on the screen when entries arrive and counts them as new', () => {
    const held = hold(follow, log(100));
    expect(ids(held, log(160))).toEqual([95, 96, 97, 98, 99]);
    expect(newBelow(held, log(160))).toBe(60);
    expect(currentOf(held, log(160))).toBe(99);
  });

  it('keeps the rows when old entries are trimmed, and clamps once they are gone', () => {
    const held = hold(follow, log(100));
    expect(ids(held, log(160, {firstId: 95}))).toEqual([95, 96, 97, 98, 99]);
    expect(ids(held, log(160, {firstId: 130}))).toEqual([130, 131, 132, 133, 134]);
    expect(currentOf(held, log(160, {firstId: 130}))).toBe(130);
  });

  it('counts fewer as new as they are scrolled into view', () => {
    let held = hold(follow, log(100));
    held = scrollBy(held, log(160), 20);
    expect(ids(held, log(160)).at(-1)).toBe(119);
    expect(newBelow(held, log(160))).toBe(40);
    held = scrollBy(held, log(160), -50);
    expect(newBelow(held, log(160))).toBe(40);
  });
});

describe('moving', () => {
  it('unfollows upwards and moves the mark without scrolling until it meets the border', () => {
    let position = moveBy(follow, log(100), -1);
    expect(currentOf(position, log(100))).toBe(98);
    expect(ids(position, log(100))).toEqual([95, 96, 97, 98, 99]);
    position = moveBy(position, log(100), -4);
    expect(ids(position, log(100))).toEqual([94, 95, 96, 97, 98]);
  });

  it('follows again downwards from the last entry only', () => {
    const held = hold(follow, log(100));
    expect(moveBy(held, log(100), 1)).toEqual(follow);
    expect(moveBy(held, log(101), 1).kind).toBe('held');
    expect(moveBy(follow, log(100), 1)).toEqual(follow);
  });

  it('stops at the first entry', () => {
    const top = toTop(follow, log(100));
    expect(currentOf(top, log(100))).toBe(0);
    expect(moveBy(top, log(100), -1)).toEqual(top);
  });

  it('reads an entry that is taller than the screen row by row', () => {
    const geometry = log(3, {height: 4, heights: (id) => (id === 1 ? 6 : 1)});
    let position = toTop(follow, geometry);
    position = moveBy(position, geometry, 1);
    expect(currentOf(position, geometry)).toBe(1);
    const seen = new Set<number>();
    for (let step = 0; step < 10 && currentOf(position, geometry) === 1; step++) {
      for (const place of visiblePlaces(position, geometry)) if (place.id === 1) seen.add(place.row);
      position = moveBy(position, geometry, 1);
    }
    expect([...seen]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(currentOf(position, geometry)).toBe(2);
  });
});

describe('scrolling', () => {
  it('keeps the mark in its screen row and sends it to the end when the log ends first', () => {
    let position = moveBy(follow, log(100), -2);
    position = scrollBy(position, log(100), -5);
    expect(ids(position, log(100))).toEqual([90, 91, 92, 93, 94]);
    expect(currentOf(position, log(100))).toBe(92);
    position = scrollBy(position, log(100), -1000);
    expect(ids(position, log(100))[0]).toBe(0);
    position = scrollBy(position, log(100), -1);
    expect(currentOf(position, log(100))).toBe(0);
  });

  it('follows again when scrolled down from the very end', () => {
    let position = scrollBy(follow, log(100), -5);
    position = scrollBy(position, log(100), 5);
    expect(position.kind).toBe('held');
    expect(scrollBy(position, log(100), 5)).toEqual(follow);
  });
});

describe('reveal', () => {
  it('does not move the screen for an entry that is on it', () => {
    const held = hold(follow, log(100));
    expect(ids(reveal(held, log(100), 97), log(100))).toEqual([95, 96, 97, 98, 99]);
  });

  it('puts a distant entry a third from the top', () => {
    const geometry = log(100, {height: 9});
    const position = reveal(follow, geometry, 50);
    expect(ids(position, geometry)[3]).toBe(50);
    expect(currentOf(position, geometry)).toBe(50);
  });
});

it('always fills the screen, and always shows the mark after a key', () => {
  const step = fc.oneof(
    fc.record({move: fc.integer({min: -30, max: 30})}),
    fc.record({scroll: fc.integer({min: -30, max: 30})}),
    fc.record({reveal: fc.integer({min: -5, max: 120})}),
    fc.record({grow: fc.integer({min: 0, max: 20})}),
    fc.record({trim: fc.integer({min: 0, max: 20})}),
    fc.record({height: fc.integer({min: 1, max: 12})}),
  );
  fc.assert(
    fc.property(fc.array(step, {maxLength: 40}), fc.integer({min: 1, max: 4}), (steps, modulus) => {
      let position: Position = follow;
      let firstId = 0;
      let endId = 30;
      let height = 6;
      const heightOf = (id: number) => 1 + (id % modulus);
      for (const each of steps) {
        const geometry = {firstId, endId, height, heightOf};
        let moved = true;
        if ('move' in each) position = moveBy(position, geometry, each.move);
        else if ('scroll' in each) position = scrollBy(position, geometry, each.scroll);
        else if ('reveal' in each) position = reveal(position, geometry, each.reveal);
        else moved = false;
        if ('grow' in each) endId += each.grow;
        if ('trim' in each) firstId = Math.min(firstId + each.trim, endId - 1);
        if ('height' in each) height = each.height;
        const now = {firstId, endId, height, heightOf};
        const places = visiblePlaces(position, now);
        let rows = 0;
        for (let id = firstId; id < endId && rows < height; id++) rows += heightOf(id);
        expect(places.length).toBe(Math.min(height, rows));
        if (moved) expect(places.some((place) => place.id === currentOf(position, now))).toBe(true);
        for (let index = 1; index < places.length; index++) {
          const [a, b] = [places[index - 1], places[index]];
          expect(a && b && (b.id === a.id ? b.row === a.row + 1 : b.id === a.id + 1 && b.row === 0)).toBe(true);
        }
      }
    }),
  );
});
