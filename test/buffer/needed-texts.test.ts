import fc from 'fast-check';
import {expect, test} from 'vitest';
import {neededTexts} from '../../source/buffer/needed-texts.ts';
import {compilePattern} from '../../source/buffer/pattern.ts';

const runs = Number(process.env.PIPETAIL_RUNS ?? 300);

test.each([
  ['conn.*refused', ['conn', 'refused']],
  ['^CONNECT, [0-9]+ identical$', ['CONNECT, ', ' identical']],
  ['ab?c*d+e', ['a', 'd', 'e']],
  ['ab{2}c{0,1}?d', ['a', 'd']],
  ['1\\.2\\d\\.3', ['1.2', '.3']],
  ['[a\\]b]c[^]d', ['c', 'd']],
  ['é+ü', []],
  ['aéb🚀?c', ['a', 'b', 'c']],
  ['.*', []],
])('%s', (source, texts) => {
  expect(neededTexts(source)).toEqual(texts);
});

test.each(['a|b', 'x(ab)?', '\\x41b', '\\u{41}b', '\\p{Lu}b', 'a\\1', 'a{'])('none is told of %s', (source) => {
  expect(neededTexts(source)).toEqual([]);
});

const atoms = ['a', 'B', 'c', ' ', '.', '\\.', '[ab]', '[^c]', '\\d', '\\w', '^', '$', 'é', '-', '\\-', '1'];
const suffixes = ['', '', '', '?', '*', '+', '{2}', '{0,2}', '+?', '*?'];
const source = fc
  .array(fc.tuple(fc.constantFrom(...atoms), fc.constantFrom(...suffixes)), {minLength: 1, maxLength: 6})
  .map((parts) => parts.map(([atom, suffix]) => (/[$^]/.test(atom) ? atom : atom + suffix)).join(''));
const text = fc.string({unit: fc.constantFrom('a', 'b', 'B', 'c', ' ', '.', 'é', '-', '1'), maxLength: 20});

test('every text that matches has all of them', () => {
  fc.assert(
    fc.property(source, text, (typed, line) => {
      const pattern = compilePattern(typed);
      if (!pattern.test(line)) return;
      const cased = (part: string) => (pattern.caseSensitive ? part : part.toLowerCase());
      for (const needed of pattern.needed) expect(cased(line)).toContain(cased(needed));
    }),
    {numRuns: runs},
  );
});
