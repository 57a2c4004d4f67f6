import fc from 'fast-check';
import {expect, test} from 'vitest';
import {fieldOf, isObject, jsonText, parseJson, stringOf} from '../../source/lib/json.ts';

test('what a terminal obeys is escaped, and nothing else is', () => {
  expect(jsonText({'\x9bm': 'a\x1b\x7f\x80\x9f\u2028\u2029\u202e\u2066é\xa0日🚀'})).toBe(
    String.raw`{"\u009bm":"a\u001b\u007f\u0080\u009f\u2028\u2029\u202e\u2066é${'\xa0'}日🚀"}`,
  );
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
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is the point.
      expect(written).not.toMatch(/[\x00-\x1f\x7f-\x9f\u2028\u2029\p{Bidi_Control}]/u);
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
