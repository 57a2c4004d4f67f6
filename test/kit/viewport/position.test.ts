import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {allEntries} from '../../../source/engine/buffer/log-buffer.ts';
import {
  anchorCurrentRow,
  currentOf,
  follow,
  type Geometry,
  hold,
  moveBy,
  newBelow,
  type Position,
  reveal,
  scrollBy,
  setCurrentRow,
  toTop,
  visiblePlaces,
} from '../../../source/kit/viewport/position.ts';
import {entriesOf} from './entries-of.ts';

function log(
  endId: number,
  options: {firstId?: number; height?: number; heights?: (id: number) => number} = {},
): Geometry {
  return {
    entries: allEntries({firstId: options.firstId ?? 0, endId}),
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
  it('unfollows upwards and moves the current entry without scrolling up to the border', () => {
    let position = moveBy(follow, log(100), -1);
    expect(currentOf(position, log(100))).toBe(98);
    expect(ids(position, log(100))).toEqual([95, 96, 97, 98, 99]);
    position = moveBy(position, log(100), -4);
    expect(ids(position, log(100))).toEqual([94, 95, 96, 97, 98]);
  });

  it('follows again downwards from the last entry only', () => {
    const held = hold(follow, log(100));
    expect(moveBy(held, log(100), 1)).toEqual(follow);
    expect(moveBy(held, log(101), 1).kind).toBe('anchored');
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
  it('keeps the screen row of the current entry, or moves it to the end of the log', () => {
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
    expect(position.kind).toBe('anchored');
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

it('entries that filters hid when the pane stopped following are not new without the filters', () => {
  const filtered: Geometry = {entries: entriesOf([1, 3]), endId: 10, height: 5, heightOf: () => 1};
  const held = moveBy(follow, filtered, -1);
  expect(newBelow(held, log(10))).toBe(0);
  expect(newBelow(held, log(12))).toBe(2);
  // All shown entries were on the screen: hidden ones are not new.
  const later: Geometry = {entries: entriesOf([1, 3, 11]), endId: 12, height: 5, heightOf: () => 1};
  expect(newBelow(moveBy(held, later, 1), log(12))).toBe(0);
});

describe('of a subset of the entries', () => {
  const odd = (endId: number, height = 5): Geometry => ({
    entries: entriesOf(Array.from({length: endId / 2}, (_, index) => 2 * index + 1)),
    height,
    heightOf: () => 1,
  });

  it('only those that are shown count', () => {
    expect(ids(follow, odd(100))).toEqual([91, 93, 95, 97, 99]);
    const held = moveBy(follow, odd(100), -1);
    expect(currentOf(held, odd(100))).toBe(97);
    expect(newBelow(held, odd(120))).toBe(10);
  });

  it('the next shown entry replaces a hidden one', () => {
    const held = reveal(follow, log(100), 50);
    expect(currentOf(held, odd(100))).toBe(51);
    expect(ids(held, odd(100))[0]).toBe(49);
  });

  it('nothing moves where nothing is shown', () => {
    const nothing = odd(0);
    for (const move of [hold, toTop]) expect(move(follow, nothing)).toEqual(follow);
    expect(moveBy(follow, nothing, 1)).toEqual(follow);
    expect(scrollBy(follow, nothing, -1)).toEqual(follow);
    expect(reveal(follow, nothing, 3)).toEqual(follow);
    const held = hold(follow, odd(100));
    expect(visiblePlaces(held, nothing)).toEqual([]);
    expect(currentOf(held, nothing)).toBeUndefined();
    expect(newBelow(held, nothing)).toBe(0);
  });
});

const runs = Number(process.env.PIPETAIL_RUNS ?? 200);

it('always fills the screen with shown entries in order, the current one among them', () => {
  const step = fc.oneof(
    fc.record({move: fc.integer({min: -30, max: 30})}),
    fc.record({scroll: fc.integer({min: -30, max: 30})}),
    fc.record({reveal: fc.integer({min: -5, max: 120})}),
    fc.constant({top: true}),
    fc.record({grow: fc.integer({min: 0, max: 20})}),
    fc.record({trim: fc.integer({min: 0, max: 20})}),
    fc.record({height: fc.integer({min: 1, max: 12})}),
    fc.record({filter: fc.integer({min: 0, max: 255})}),
    fc.record({modulus: fc.integer({min: 1, max: 6})}),
  );
  const property = (steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[]) => {
    let modulus = 1;
    let position: Position = follow;
    let firstId = 0;
    let endId = 30;
    let height = 6;
    /** Of each eight ids those whose bit is set are shown. */
    let filter = 255;
    const heightOf = (id: number) => 1 + (id % modulus);
    const shownIds = () =>
      Array.from({length: endId - firstId}, (_, index) => firstId + index).filter((id) => (filter >> (id % 8)) & 1);
    const geometryNow = (): Geometry => ({entries: entriesOf(shownIds()), height, heightOf});
    for (const each of steps) {
      const geometry = geometryNow();
      if ('move' in each) position = moveBy(position, geometry, each.move);
      else if ('scroll' in each) position = scrollBy(position, geometry, each.scroll);
      else if ('reveal' in each) position = reveal(position, geometry, each.reveal);
      else if ('top' in each) position = toTop(position, geometry);
      if ('grow' in each) endId += each.grow;
      if ('trim' in each) firstId = Math.min(firstId + each.trim, endId - 1);
      if ('height' in each) height = each.height;
      if ('filter' in each) filter = each.filter;
      if ('modulus' in each) modulus = each.modulus;
      const now = geometryNow();
      const places = visiblePlaces(position, now);
      const shown = shownIds();
      const rows = shown.flatMap((id) => Array.from({length: heightOf(id)}, (_, row) => `${id}.${row}`));
      expect(places).toHaveLength(Math.min(height, rows.length));
      const first = rows.indexOf(`${places[0]?.id}.${places[0]?.row}`);
      expect(places.map(({id, row}) => `${id}.${row}`)).toEqual(first < 0 ? [] : rows.slice(first, first + height));
      const current = currentOf(position, now);
      if (shown.length === 0) expect(current).toBeUndefined();
      else expect(shown).toContain(current);
      if (shown.length > 0) expect(places.some((place) => place.id === current)).toBe(true);
      const unseen = shown.filter((id) => id > (places.at(-1)?.id ?? -1)).length;
      expect(newBelow(position, now)).toBeLessThanOrEqual(unseen);
    }
  };
  fc.assert(fc.property(fc.array(step, {maxLength: 40}), property), {numRuns: runs});
});

it('an entry that taller rows above it would push off the screen stays on it, and the screen comes back', () => {
  const narrow = log(100, {heights: () => 3});
  const held = moveBy(moveBy(follow, log(100), -20), log(100), 3);
  const before = ids(held, log(100));
  expect(before.indexOf(currentOf(held, log(100)) ?? -1)).toBe(3);
  expect(ids(held, narrow)).toContain(currentOf(held, log(100)));
  expect(ids(held, log(100))).toEqual(before);
});

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

describe('anchorCurrentRow', () => {
  const held = reveal(follow, all, 100);

  it('forgets that row with the next move', () => {
    const two = shows([90, 100]);
    const moved = moveBy(anchorCurrentRow(held, all, two), two, -1);
    expect(rowOf(anchorCurrentRow(moved, two, all), all)).toBe(0);
  });

  it('continues to follow, and waits where nothing is shown', () => {
    expect(anchorCurrentRow(follow, all, shows([3]))).toBe(follow);
    const waiting = anchorCurrentRow(held, all, shows([]));
    expect(visiblePlaces(waiting, shows([]))).toEqual([]);
    const back = anchorCurrentRow(waiting, shows([]), all);
    expect([currentOf(back, all), rowOf(back, all)]).toEqual([100, rowOf(held, all)]);
  });

  it('keeps the last row of a screen that the row of the filters shortens', () => {
    const last = moveBy(reveal(follow, all, 20), all, 40);
    expect(rowOf(last, all)).toBe(9);
    const fewer = shows(numbers(200, 4), 9);
    const kept = anchorCurrentRow(setCurrentRow(last, all), {...all, height: 9}, fewer);
    expect([currentOf(kept, fewer), rowOf(kept, fewer)]).toEqual([60, 8]);
    expect(rowOf(anchorCurrentRow(kept, fewer, all), all)).toBe(9);
  });

  it('keeps the row at the end of the log when the row of the filters is gone', () => {
    const fewer = shows(numbers(200, 4), 9);
    const last = moveBy(reveal(follow, fewer, 196), fewer, -1);
    expect([currentOf(last, fewer), rowOf(last, fewer)]).toEqual([192, 7]);
    const kept = anchorCurrentRow(setCurrentRow(last, fewer), {...fewer, height: 10}, all);
    expect([currentOf(kept, all), rowOf(kept, all)]).toEqual([192, 7]);
  });

  it('goes to the row that the entry is shown in, however far it is', () => {
    const folded = shows([0, 50, 101]);
    const kept = anchorCurrentRow(held, all, folded, (id) => (id > 50 && id < 101 ? 50 : id));
    expect(currentOf(kept, folded)).toBe(50);
  });

  it('keeps the part of a long entry that was at the top', () => {
    const long = shows(numbers(20), 10, (id) => (id === 5 ? 30 : 1));
    const inside: Position = {kind: 'anchored', top: {id: 5, row: 12}, current: 5, seen: 0};
    const fewer = shows(numbers(20, 5), 10, (id) => (id === 5 ? 30 : 1));
    expect(visiblePlaces(anchorCurrentRow(inside, long, fewer), fewer)[0]).toEqual({id: 5, row: 12});
  });
});

it('the row stays where the ends of the log allow it, and is the same again with all entries', () => {
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
    const kept = anchorCurrentRow(held, before, after);
    const shown = currentOf(kept, after) ?? -1;
    expect(ids).toContain(shown);
    expect(Math.min(...ids.map((id) => Math.abs(id - current)))).toBe(Math.abs(shown - current));
    const above = ids.filter((id) => id < shown).reduce((sum, id) => sum + heightOf(id), 0);
    const below = ids.filter((id) => id >= shown).reduce((sum, id) => sum + heightOf(id), 0);
    if (above >= row && below >= 10 - row) expect(rowOf(kept, after)).toBe(row);
    if (shown === current) expect(rowOf(anchorCurrentRow(kept, after, before), before)).toBe(row);
  };
  const four = [subset, fc.nat({max: 199}), fc.nat({max: 12}), fc.integer({min: 1, max: 4})] as const;
  fc.assert(fc.property(...four, property), {numRuns: runs});
});

describe('where few entries are shown', () => {
  const few: Geometry = {entries: entriesOf([2, 5, 9]), height: 4, heightOf: (id) => (id === 5 ? 3 : 1)};
  const at = (current: number, top = {id: 0, row: 0}): Position => ({kind: 'anchored', top, current, seen: 0});
  const entryOf = (position: Position) => (position.kind === 'anchored' ? position.current : undefined);

  it('the next one, or the last, stands in for one that is not shown', () => {
    expect([0, 2, 3, 9, 10].map((id) => currentOf(at(id), few))).toEqual([2, 2, 5, 9, 9]);
  });

  it('new filters choose the nearest one, the later of two', () => {
    const chosen = [0, 3, 4, 6, 7, 8, 99].map((id) =>
      anchorCurrentRow(at(id), {...few, entries: entriesOf([id])}, few),
    );
    expect(chosen.map(entryOf)).toEqual([2, 2, 5, 5, 9, 9, 9]);
  });

  it('moves go by shown entries and stop at both ends', () => {
    expect([-9, -1, 0, 1, 9].map((delta) => entryOf(moveBy(at(5), few, delta)))).toEqual([2, 2, 5, 9, 9]);
  });

  it('scrolling goes by rows of shown entries and stops at both ends', () => {
    const oneRow = {...few, height: 1};
    const places = [-9, -2, -1, 0, 1, 2, 9].map((rows) => {
      return visiblePlaces(scrollBy(at(5, {id: 5, row: 1}), oneRow, rows), oneRow)[0];
    });
    expect(places.map((place) => `${place?.id}.${place?.row}`)).toEqual([
      '2.0',
      '2.0',
      '5.0',
      '5.1',
      '5.2',
      '9.0',
      '9.0',
    ]);
  });
});

describe('a top that is not there any more', () => {
  const tall: Geometry = {
    entries: entriesOf([2, 5, 9, 12, 15, 18, 21]),
    height: 4,
    heightOf: (id) => (id === 5 ? 3 : 1),
  };
  const firstOf = (top: {id: number; row: number}, current: number, geometry = tall) =>
    visiblePlaces({kind: 'anchored', top, current, seen: 0}, geometry)[0];

  it('becomes the first row of the next entry, or the last row of its own', () => {
    expect(firstOf({id: 3, row: 2}, 5)).toEqual({id: 5, row: 0});
    expect(firstOf({id: 5, row: 7}, 5)).toEqual({id: 5, row: 2});
  });

  it('never lets the screen run past the end', () => {
    expect(firstOf({id: 18, row: 0}, 18)).toEqual({id: 12, row: 0});
    expect(firstOf({id: 99, row: 3}, 99)).toEqual({id: 12, row: 0});
    expect(firstOf({id: 9, row: 0}, 9, {...tall, entries: entriesOf([])})).toBeUndefined();
  });
});
