import fc from 'fast-check';
import {expect, test} from 'vitest';
import {fieldOf, isObject, jsonArrayParts, jsonText, parseJson, stringOf} from '../../source/lib/json.ts';

test('what a terminal obeys is escaped, and nothing else is', () => {
  expect(jsonText({'\x9bm': 'a\x1b\x7f\x80\x9f\u2028\u2029\u202e\u2066é\xa0日🚀'})).toBe(
    String.raw`{"\u009bm":"a\u001b\u007f\u0080\u009f\u2028\u2029\u202e\u2066é${'\xa0'}日🚀"}`,
  );
});

test('what is invisible is escaped: zero-width characters, tags, selectors of variants', () => {
  const text = 'a\u200b\u200d\u2060\ufeff\u00ad\u061c\u3164\ufe0f\u{e0041}\u{e0100}\u2064';
  const written = jsonText(text);
  expect(written).toBe(String.raw`"a\u200b\u200d\u2060\ufeff\u00ad\u061c\u3164\ufe0f\udb40\udc41\udb40\udd00\u2064"`);
  expect(JSON.parse(written)).toBe(text);
});

test('rows are indented on demand', () => {
  expect(jsonText({a: ['\x85']}, 2)).toBe('{\n  "a": [\n    "\\u0085"\n  ]\n}');
});

test('a program reads the same value', () => {
  const text = fc.string({unit: 'binary'});
  fc.assert(
    fc.property(fc.array(text), (value) => {
      const written = jsonText(value);
      expect(JSON.parse(written)).toEqual(value);
      expect(written).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u);
    }),
  );
});

test('a field of what is no object, or of an object without it, is missing', () => {
  const json = parseJson('{"name":"orders","size":3}');
  expect([stringOf(json, 'name'), stringOf(json, 'size'), fieldOf(json, 'size')]).toEqual(['orders', '', 3]);
  expect(fieldOf(json, 'other')).toBeUndefined();
  for (const text of ['[1]', '"text"', 'null', '7', '{', '']) {
    expect(isObject(parseJson(text))).toBe(false);
    expect(fieldOf(parseJson(Buffer.from(text)), 'name')).toBeUndefined();
  }
});

/** Long enough for several parts, with borders inside entries and strings. */
const tricky = [
  {name: '},{"', text: 'x'.repeat(40_000), list: [{a: 1}, {b: [{}, {c: 'é'}]}]},
  {name: '},{"name":', text: 'x'.repeat(40_000), list: [{name: 1}, {name: [{}, {name: 'é'}]}]},
  {name: 'next', text: '},{\\"'.repeat(20_000)},
  ...Array.from({length: 3000}, (_, index) => ({name: `pipeline ${index}`, inner: [{x: '日'}, {y: index}]})),
];

test('the parts of an array are its entries, wherever a border may be', () => {
  for (const array of [[], [1, 'a', null, [2]], tricky, [tricky, tricky], tricky.map((entry) => [entry])]) {
    for (const indent of [undefined, 1]) {
      const parts = [...jsonArrayParts(Buffer.from(JSON.stringify(array, undefined, indent)))];
      expect(parts.flat(1)).toEqual(array);
    }
  }
});

test('a long array of objects is read in parts, with what is nested in them or how it is indented', () => {
  const list = Array.from({length: 3000}, (_, index) => ({
    name: `pipeline ${index}`,
    inner: [{id: 'x'.repeat(40)}, {id: 1}],
  }));
  for (const indent of [undefined, 1, 4]) {
    const parts = [...jsonArrayParts(Buffer.from(JSON.stringify(list, undefined, indent)))];
    expect(parts.flat()).toEqual(list);
    expect(Math.max(...parts.map(({length}) => length))).toBeLessThan(1000);
  }
});

test('what is no array is refused, also behind its first parts', () => {
  const long = JSON.stringify(Array.from({length: 3000}, () => ({name: 'pipeline', text: 'x'.repeat(60)})));
  for (const text of ['', '{}', '"a"', 'null', '[', '[1]]', long.slice(0, -1), `${long}]`, `${long.slice(0, -1)},]`]) {
    expect(() => [...jsonArrayParts(Buffer.from(text))], text.slice(-20)).toThrow(SyntaxError);
  }
  expect(() => [...jsonArrayParts(Buffer.from(`{"a":${long},"b":${long}}`))]).toThrow(SyntaxError);
});
