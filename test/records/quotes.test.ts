import {expect, test} from 'vitest';
import {closingApostrophe, closingQuote} from '../../source/records/quotes.ts';

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
