import {expect, test} from 'vitest';
import {comparisonTable, verdict} from '../../../bench/frame/comparison.ts';

test('two commits are told apart when no run of the one is as any of the other', () => {
  expect(verdict([1, 2, 3], [4, 5])).toBe('less');
  expect(verdict([6, 7], [4, 5])).toBe('MORE');
  expect(verdict([4, 7], [4, 5])).toBe('');
  expect(verdict([1], [9])).toBe('');
});

test('a line a row: medians and spread of both, and their ratio', () => {
  const ours = {what: 'a search', measure: async () => ({})};
  const row = {name: 'search', ours, figure: 'wallMs', unit: 'ms'};
  const compared = {row, here: [{wallMs: 10}, {wallMs: 12}], other: [{wallMs: 40}, {wallMs: 48}]};
  expect(comparisonTable([compared], {here: 'aaa', other: 'bbb'}).split('\n')).toEqual([
    'row     what      aaa           bbb           ratio',
    'search  a search  11.0 ms ±9 %  44.0 ms ±9 %  0.250 ×  less',
  ]);
  expect(() => comparisonTable([{...compared, other: [{}]}], {here: '', other: ''})).toThrow('no wallMs was measured');
});
