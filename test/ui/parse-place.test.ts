import {expect, test} from 'vitest';
import {parsePlace} from '../../source/ui/parse-place.ts';

test.each([
  ['1204', {kind: 'line', number: 1204}],
  ['1,204', {kind: 'line', number: 1204}],
  ['1,204,000', {kind: 'line', number: 1_204_000}],
  [' 7 ', {kind: 'line', number: 7}],
  ['0', {kind: 'line', number: 1}],
  ['-10', {kind: 'line', number: -10}],
  ['-1,000', {kind: 'line', number: -1000}],
  ['$', {kind: 'line', number: -1}],
  ['99999999999999999999', {kind: 'line', number: Number.MAX_SAFE_INTEGER}],
  ['50%', {kind: 'percent', value: 50}],
  ['12.5 %', {kind: 'percent', value: 12.5}],
  ['0%', {kind: 'percent', value: 0}],
  ['100%', {kind: 'percent', value: 100}],
])('the place %j', (text, expected) => {
  expect(parsePlace(text)).toEqual(expected);
});

test.each(['', '-', '%', '101%', '-5%', '1,20', '12,0400', '1.5', 'end', '$1', '1e3', '0x10'])(
  '%j is no place',
  (text) => {
    expect(parsePlace(text)).toEqual({
      kind: 'error',
      text: 'not a place; try 1204, -10 (from the end), 50% or $ (the end)',
    });
  },
);

test('what the error proposes works', () => {
  for (const text of ['1204', '-10', '50%', '$']) expect(parsePlace(text).kind).not.toBe('error');
});
