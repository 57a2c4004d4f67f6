import {expect, test} from 'vitest';
import {isJsonRequested} from '../../../source/kit/settings/command-line.ts';
import {readNames} from '../../../source/kit/settings/names.ts';

const names = ['orders', 'orders-eu', 'fraud', 'etl_2', 'ETL'];
const named = (name: string) => ({name, tags: undefined});
const matching = (word: string) => names.filter((name) => readNames([word]).patterns[0]?.matches(named(name)));

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

test('a pattern may have letters of any script, and ? is one of them', () => {
  const [stars, one] = readNames(['за*', '?單']).patterns;
  expect(['заказы', 'orders'].map((name) => stars?.matches(named(name)))).toEqual([true, false]);
  expect(['訂單', '𠮷單', '單', '訂訂單'].map((name) => one?.matches(named(name)))).toEqual([true, true, false, false]);
});

test('many stars cost no more than one', () => {
  const pattern = readNames([`${'*'.repeat(50)}x`]).patterns[0];
  expect(pattern?.matches(named('a'.repeat(63)))).toBe(false);
});

test('a tag is matched whole, with its case; * and ? stand for any characters', () => {
  const matching = (word: string) => {
    const [pattern] = readNames([word]).patterns;
    return ['prod', 'team billing', 'a.b|c', 'env=eu:1'].filter((tag) => pattern?.matches({name: 'x', tags: [tag]}));
  };
  expect(matching('tag:prod')).toEqual(['prod']);
  expect(matching('tag:PROD')).toEqual([]);
  expect(matching('tag: team billing ')).toEqual(['team billing']);
  expect(matching('tag:a.b|c')).toEqual(['a.b|c']);
  expect(matching('tag:a?b|c')).toEqual(['a.b|c']);
  expect(matching('tag:p')).toEqual([]);
  expect(matching('tag:*:?')).toEqual(['env=eu:1']);
  // Feldera before 0.313 sends none.
  expect(readNames(['tag:*']).patterns[0]?.matches(named('x'))).toBe(false);
});

test.each([
  ['tag:', /^a tag is missing: tag:prod · /],
  ['tag:a,b', /^'a,b' cannot be a tag · letters, digits, spaces and /],
  ['a/*', /cannot match a pipeline's name/],
  ['/(/', /^'\/\(\/' is not a regular expression · unterminated group$/],
  ['//', /cannot be a pipeline's name/],
  [`*${'x'.repeat(200)}`, /at most 200 characters/],
])('%s is refused', (word, message) => {
  expect(() => readNames([word])).toThrow(message);
});

test.each([
  [['list', '--output', 'json'], true],
  [['list', '--output=json'], true],
  [['list', '-o', 'json'], true],
  [['list', '-ojson'], true],
  [['list', 'json'], false],
  [['list', '--output', 'name'], false],
  [['logs', '--', '-o', 'json'], false],
])('%j: %s', (argv, expected) => {
  expect(isJsonRequested(argv)).toBe(expected);
});
