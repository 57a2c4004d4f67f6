import {expect, test} from 'vitest';
import {mergedRows, type RowResult} from '../../../bench/frame/results.ts';

function result(name: string, commit: string): RowResult {
  const ours = {median: 1, spread: 0};
  return {
    name,
    what: {ours: name},
    unit: 'ms',
    ours,
    processor: 'A processor',
    commit,
    date: '',
    figure: 'ms',
    samples: {ours: [], reference: []},
  };
}

test('rows that were measured again take the place of what was known; those that are gone go', () => {
  const known = ['a', 'b', 'gone'].map((name) => result(name, 'old'));
  const merged = mergedRows(known, [result('c', 'new'), result('b', 'new')], ['a', 'b', 'c', 'd']);
  expect(merged.map(({name, commit}) => `${name} ${commit}`)).toEqual(['a old', 'b new', 'c new']);
});
