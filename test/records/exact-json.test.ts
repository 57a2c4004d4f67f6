import fc from 'fast-check';
import {expect, test} from 'vitest';
import {isObject, parseExact, textOf} from '../../source/records/exact-json.ts';

test.each([
  '12345678901234567890',
  '-9007199254740993',
  '0.12345678901234567890123',
  '[1,{"id":18446744073709551615}]',
  '{"a":9007199254740993,"b":[9007199254740993,"9007199254740993"]}',
])('%s keeps its digits', (text) => {
  expect(textOf(parseExact(text))).toBe(text);
});

test('a number that is kept as text is no object', () => {
  expect(isObject(parseExact('12345678901234567890'))).toBe(false);
  expect(isObject(parseExact('{"a":12345678901234567890}'))).toBe(true);
});

test('of all else it is what JSON.parse makes of it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      expect(textOf(parseExact(text))).toBe(textOf(JSON.parse(text)));
      expect(parseExact(text)).toEqual(JSON.parse(text));
    }),
  );
});

test('what is no JSON throws', () => {
  expect(() => parseExact('{12345678901234567890}')).toThrow(SyntaxError);
});
