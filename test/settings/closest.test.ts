import fc from 'fast-check';
import {expect, test} from 'vitest';
import {closest, didYouMean} from '../../source/settings/closest.ts';

const words = ['logs', 'list', 'status', 'completion', 'demo'];

test.each([
  ['lgos', 'logs'],
  ['log', 'logs'],
  ['LOGS', 'logs'],
  ['lsit', 'list'],
  ['statsu', 'status'],
  ['comp', 'completion'],
  ['stat', 'status'],
])('%s is meant to be %s', (word, expected) => {
  expect(closest(word, words)).toBe(expected);
});

test.each(['', 'x', 'orders', 'lo-gs-x', 'd'])('%j is near none', (word) => {
  expect(closest(word, words)).toBeUndefined();
  expect(didYouMean(word, words)).toBe('');
});

test('half of the letters must be there', () => {
  expect(closest('all', ['tail'])).toBeUndefined();
  expect(closest('al', ['all', 'bl'])).toBe('all');
});

test('a short beginning of a long word is chance', () => {
  expect(closest('all', ['allow-http-key'])).toBeUndefined();
  expect(closest('allo', ['allow-http-key'])).toBe('allow-http-key');
  expect(closest('ord', ['orders-eu'])).toBe('orders-eu');
});

test('the nearest wins', () => {
  expect(closest('order', ['orders2', 'orders', 'border-line'])).toBe('orders');
  expect(didYouMean('ordesr', ['fraud', 'orders'])).toBe(" · did you mean 'orders'?");
});

test('one slip of any kind is found', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z]{4,12}$/), fc.nat(), fc.nat(3), (word, place, kind) => {
      const at = place % (word.length - 1);
      const slips = [
        word.slice(0, at) + word.slice(at + 1),
        `${word.slice(0, at)}Q${word.slice(at)}`,
        `${word.slice(0, at)}Q${word.slice(at + 1)}`,
        word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2),
      ];
      expect(closest(slips[kind] ?? '', [word])).toBe(word);
    }),
  );
});
