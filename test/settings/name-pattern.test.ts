import {expect, test} from 'vitest';
import {readNames} from '../../source/settings/name-pattern.ts';

const names = ['orders', 'orders-eu', 'fraud', 'etl_2', 'ETL'];
const matching = (word: string) => names.filter((name) => readNames([word]).patterns[0]?.matches(name));

test.each([
  ['ord*', ['orders', 'orders-eu']],
  ['*', names],
  ['*d*', ['orders', 'orders-eu', 'fraud']],
  ['etl_?', ['etl_2']],
  ['e*l', []],
  ['/rd/', ['orders', 'orders-eu']],
  ['/^(fraud|ETL)$/', ['fraud', 'ETL']],
  ['/\\d$/', ['etl_2']],
])('%s matches %j', (word, expected) => {
  expect(matching(word)).toEqual(expected);
});

test('names and patterns stay in their order', () => {
  const {names, patterns} = readNames(['b', 'x*', 'a', '/y/']);
  expect(names).toEqual(['b', 'a']);
  expect(patterns.map(({source}) => source)).toEqual(['x*', '/y/']);
});

test('many stars cost no more than one', () => {
  const pattern = readNames([`${'*'.repeat(50)}x`]).patterns[0];
  expect(pattern?.matches('a'.repeat(63))).toBe(false);
});

test.each([
  ['a/*', /cannot match a pipeline's name/],
  ['/(/', /^'\/\(\/' is no regular expression · unterminated group$/],
  ['//', /cannot be a pipeline's name/],
  [`*${'x'.repeat(200)}`, /at most 200 characters/],
])('%s is refused', (word, message) => {
  expect(() => readNames([word])).toThrow(message);
});
