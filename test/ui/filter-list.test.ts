import {expect, test} from 'vitest';
import {leastLevel, withFilter, withLeastLevel} from '../../source/ui/filter-list.ts';

const level = {kind: 'level', least: 'WARN', out: false} as const;

test('every filter of a list has an id of its own', () => {
  const three = withFilter(withFilter(withFilter([], level), level), level);
  const without = three.filter(({id}) => id !== 2);
  expect(withFilter(without, level).map(({id}) => id)).toEqual([1, 3, 4]);
});

test('there is one least level, beside the filters that hide one', () => {
  const hidden = {kind: 'level', least: 'ERROR', out: true} as const;
  const filters = withFilter([], hidden);
  expect(leastLevel(filters)).toBeUndefined();
  const two = withLeastLevel(filters, 'WARN');
  expect(leastLevel(two)).toBe('WARN');
  expect(withLeastLevel(two, 'INFO').map(({filter}) => filter)).toEqual([hidden, {...level, least: 'INFO'}]);
  expect(withLeastLevel(two, undefined)).toEqual(filters);
});
