import {describe, expect, it} from 'vitest';
import {
  clampTop,
  type Geometry,
  movePlace,
  nearestShown,
  placeholder,
  stepBy,
} from '../../../source/kit/viewport/geometry.ts';
import {entriesOf} from './entries-of.ts';

const geometry: Geometry = {entries: entriesOf([2, 5, 9]), height: 4, heightOf: (id) => (id === 5 ? 3 : 1)};

describe('an entry that is not shown', () => {
  it('is stood in for by the next one, or by the last', () => {
    expect([0, 2, 3, 9, 10].map((id) => placeholder(geometry, id))).toEqual([2, 2, 5, 9, 9]);
  });

  it('has a nearest one, the later of two', () => {
    expect([0, 3, 4, 6, 7, 8, 99].map((id) => nearestShown(geometry, id))).toEqual([2, 2, 5, 5, 9, 9, 9]);
  });
});

describe('walking', () => {
  it('goes by shown entries and stops at both ends', () => {
    expect([-9, -1, 0, 1, 9].map((delta) => stepBy(geometry, 5, delta))).toEqual([2, 2, 5, 9, 9]);
  });

  it('goes by rows of shown entries and stops at both ends', () => {
    const from = {id: 5, row: 1};
    const places = [-9, -2, -1, 0, 1, 2, 9].map((rows) => movePlace(from, geometry, rows));
    expect(places.map(({id, row}) => `${id}.${row}`)).toEqual(['2.0', '2.0', '5.0', '5.1', '5.2', '9.0', '9.0']);
  });
});

describe('a top that is not there any more', () => {
  const tall: Geometry = {...geometry, entries: entriesOf([2, 5, 9, 12, 15, 18, 21])};

  it('becomes the first row of the next entry, or the last row of its own', () => {
    expect(clampTop({id: 3, row: 2}, tall)).toEqual({id: 5, row: 0});
    expect(clampTop({id: 5, row: 7}, tall)).toEqual({id: 5, row: 2});
  });

  it('never lets the screen run past the end', () => {
    expect(clampTop({id: 18, row: 0}, tall)).toEqual({id: 12, row: 0});
    expect(clampTop({id: 99, row: 3}, tall)).toEqual({id: 12, row: 0});
    expect(clampTop({id: 9, row: 0}, {...tall, entries: entriesOf([])})).toBeUndefined();
  });
});
