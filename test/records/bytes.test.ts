import {expect, test} from 'vitest';
import {closingApostrophe, closingQuote, endOfId, isUuid, wordStart} from '../../source/records/bytes.ts';

const uuid = '01a211f2-15cc-70e3-b64e-8ab41f6b239d';

test('a UUID is whole and stands alone', () => {
  const is = (text: string) => isUuid(Buffer.from(text), 0, text.length);
  expect([uuid, `${uuid}-`, uuid.toUpperCase()].map(is)).toEqual([true, true, true]);
  expect([`${uuid}0`, uuid.slice(1), uuid.replace('f', 'g'), uuid.replace('-', '0'), ''].map(is)).toEqual(
    Array(5).fill(false),
  );
});

test.each([
  ['7', 1],
  ['0x7f', 4],
  ['1a2b', 4],
  ['1a2', undefined],
  ['1a2g', undefined],
  ['0x', undefined],
  [uuid, 36],
])('an id that begins with the first word of %j', (text, end) => {
  const word = text.search(/[^\w]|$/);
  expect(endOfId(Buffer.from(text), 0, word, text.length)).toBe(end);
});

test('the beginning of a word', () => {
  expect(wordStart(Buffer.from('a bc1'), 4, 0)).toBe(2);
  expect(wordStart(Buffer.from('a bc1'), 4, 3)).toBe(3);
});

test.each([
  ["a' b", 1],
  ["it's' b", 4],
  ["it's", undefined],
  ["a'", 1],
])('the apostrophe that closes %j', (text, at) => {
  expect(closingApostrophe(Buffer.from(text), 0, text.length)).toBe(at);
});

test.each([
  ['a" b', 1],
  ['a\\" b"', 5],
  ['a\\\\" b"', 3],
  ['a\\"', undefined],
])('the quote that closes %j', (text, at) => {
  expect(closingQuote(Buffer.from(text), 0, text.length)).toBe(at);
});
