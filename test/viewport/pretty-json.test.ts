import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {prettyJson} from '../../source/viewport/pretty-json.ts';

describe('prettyJson', () => {
  it('indents objects and arrays, and leaves empty ones on their line', () => {
    expect(prettyJson('{"a":[1,{"b":null}],"c":{},"d":[ ]}', 99)).toEqual([
      '{',
      '  "a": [',
      '    1,',
      '    {',
      '      "b": null',
      '    }',
      '  ],',
      '  "c": {},',
      '  "d": []',
      '}',
    ]);
  });

  it('changes no number, no string, and drops no repeated name', () => {
    const lines = prettyJson('{"n":12345678901234567890,"x":1e400,"s":"a,{\\"b\\":[","s":1.0}', 99);
    expect(lines).toEqual([
      '{',
      '  "n": 12345678901234567890,',
      '  "x": 1e400,',
      '  "s": "a,{\\"b\\":[",',
      '  "s": 1.0',
      '}',
    ]);
  });

  it('takes nothing else', () => {
    for (const text of ['', '1', '"a"', '{', '{a: 1}', '[1,]', 'x {"a": 1}'])
      expect(prettyJson(text, 99)).toBeUndefined();
  });

  it('is bounded, however deep or long the text', () => {
    const deep = prettyJson('['.repeat(30_000) + ']'.repeat(30_000), 1000) ?? [];
    expect(deep).toHaveLength(1000);
    expect(Math.max(...deep.map((line) => line.length))).toBeLessThanOrEqual(41);
  });

  it('is what JSON.stringify makes of it, where that changes nothing', () => {
    const value = fc.oneof(
      fc.object({maxDepth: 4, values: [fc.string(), fc.integer(), fc.boolean(), fc.constant(null)]}),
      fc.array(fc.jsonValue()),
    );
    fc.assert(
      fc.property(value, (each) => {
        expect(prettyJson(JSON.stringify(each), 100_000)?.join('\n')).toBe(JSON.stringify(each, null, 2));
      }),
    );
  });
});
