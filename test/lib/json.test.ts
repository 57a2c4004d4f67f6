import fc from 'fast-check';
import {expect, test} from 'vitest';
import {fieldOf, isObject, jsonArrayParts, jsonSteps, jsonText, parseJson, stringOf} from '../../source/lib/json.ts';
import {runAtOnce} from '../../source/lib/slices.ts';

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
  const flat = Array.from({length: 3000}, (_, index) => ({name: `pipeline ${index}`, text: 'x'.repeat(60)}));
  const parts = [...jsonArrayParts(Buffer.from(JSON.stringify(flat)))];
  expect(parts.flat()).toEqual(flat);
  expect(Math.max(...parts.map(({length}) => length))).toBeLessThan(1000);
});

test('a megabyte without a border is read entry by entry', () => {
  const objects = Array.from({length: 9000}, (_, index) => ({name: `pipeline ${index}`, text: ['x'.repeat(100)]}));
  const large = [{name: 'a', text: 'x'.repeat(2 ** 20)}, {name: 'b'}, [1, 'a', null], -1.5e3];
  for (const [array, indent] of [
    [objects, 1],
    [large, undefined],
    [[...objects.slice(0, 2000), ...large], undefined],
  ] as const) {
    const parts = [...jsonArrayParts(Buffer.from(JSON.stringify(array, undefined, indent)))];
    expect(parts.flat()).toEqual(array);
    expect(Math.max(...parts.map(({length}) => length))).toBeLessThan(2000);
  }
  const ones = `[${'1,'.repeat(2 ** 20)}1]`;
  for (const text of [ones.slice(0, -1), `${ones}]`, `${ones},`, 'x'.repeat(2 ** 21)]) {
    expect(() => [...jsonArrayParts(Buffer.from(text))], text.slice(-20)).toThrow(SyntaxError);
  }
  expect(() => [...jsonArrayParts(Buffer.from('[1,'.repeat(2 ** 20)))]).toThrow(RangeError);
});

test('what is no array is refused, also behind its first parts', () => {
  const long = JSON.stringify(Array.from({length: 3000}, () => ({name: 'pipeline', text: 'x'.repeat(60)})));
  for (const text of ['', '{}', '"a"', 'null', '[', '[1]]', long.slice(0, -1), `${long}]`, `${long.slice(0, -1)},]`]) {
    expect(() => [...jsonArrayParts(Buffer.from(text))], text.slice(-20)).toThrow(SyntaxError);
  }
  expect(() => [...jsonArrayParts(Buffer.from(`{"a":${long},"b":${long}}`))]).toThrow(SyntaxError);
});

/** The value, and how many steps it took. */
function stepped(text: string): {readonly value: unknown; readonly steps: number} {
  let steps = 0;
  const counted = function* () {
    for (const work = jsonSteps(Buffer.from(text)); ; steps++) {
      const step = work.next();
      if (step.done) return step.value;
      yield;
    }
  };
  return {value: runAtOnce(counted()), steps};
}

test('in steps JSON has the value that it has at once', () => {
  for (const indent of [undefined, 1]) {
    for (const value of [
      tricky,
      {a: tricky, b: {inner: [tricky, null, 1.5e3, true]}, '},{"\\"': 'x'},
      [],
      {},
      'x',
      7,
    ]) {
      expect(stepped(JSON.stringify(value, undefined, indent)).value).toEqual(value);
    }
  }
  fc.assert(
    fc.property(fc.json({maxDepth: 6}), fc.nat(3), (json, copies) => {
      const text = `{"a": [${Array.from({length: copies}, () => `${json} , "${'x'.repeat(70_000)}"`).join(',')}]\n}`;
      expect(stepped(text).value).toEqual(JSON.parse(text));
    }),
  );
  const own = stepped(`{"__proto__": [1], "x": "${'x'.repeat(70_000)}"}`).value;
  expect(Object.keys(own ?? {})).toEqual(['__proto__', 'x']);
});

test('a step has at most some entries, however deep they are', () => {
  const errors = Array.from({length: 5000}, (_, index) => ({index, message: 'x'.repeat(100)}));
  const {value, steps} = stepped(JSON.stringify({global_metrics: {}, inputs: [{parse_errors: errors}]}));
  expect(value).toMatchObject({inputs: [{parse_errors: {length: 5000}}]});
  expect(steps).toBeGreaterThan(5000);
});

test('what JSON.parse refuses is refused in steps', () => {
  const long = `"${'x'.repeat(70_000)}"`;
  const wrong = [
    ...[
      '',
      '  ',
      '{',
      '[',
      '"',
      '"\\"',
      'nul',
      '1 2',
      '{"a" 1}',
      '{"a":1,}',
      '[1,]',
      '[1 2]',
      '{a:1}',
      ']',
      '{]',
      '[}',
    ],
    ...[`[${long}`, `[${long},`, `[${long},]`, `[${long} 1]`, `[${long}}`, `{"a":${long}`, `{"a":${long},}`],
    ...[`{"a":${long} "b":1}`, `{"a" ${long}}`, `{${long}}`, `[${long}] x`, `[${long},nul]`, `{"a":${long}]`],
  ];
  for (const text of wrong) expect(() => stepped(text), text.slice(-20)).toThrow(SyntaxError);
  expect(() => stepped('['.repeat(2_000_000))).toThrow(RangeError);
  for (const deep of [20_000, 100_000]) {
    expect(() => stepped(`${'[{"a":'.repeat(deep)}1${'}]'.repeat(deep)}`)).toThrow(RangeError);
  }
});
