import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {compilePattern} from '../../../source/engine/buffer/pattern.ts';
import {runWithTimeout} from '../../../source/kit/system/deadline.ts';

describe('pattern', () => {
  const runs = Number(process.env.PIPETAIL_RUNS ?? 300);

  describe('smart case', () => {
    test.each([
      ['error', false],
      ['Error', true],
      ['\\S+ \\W \\D', false],
      ['\\p{Lu}\\P{L}', false],
      ['\\x4A\\u00C0\\u{1F600}\\cJ', false],
      ['(?<Name>a)\\k<Name>', false],
      ['\\SError', true],
      ['[A-Z]', true],
      ['é', false],
      ['É', true],
      ['日本', false],
    ])('%s: case counts %s', (source, caseSensitive) => {
      expect(compilePattern(source).caseSensitive).toBe(caseSensitive);
    });

    test('finds either case, or the one typed', () => {
      expect(compilePattern('error').test('an ERROR')).toBe(true);
      expect(compilePattern('Error').test('an ERROR')).toBe(false);
      expect(compilePattern('é').test('É')).toBe(true);
    });
  });

  describe('what does not compile is taken literally', () => {
    test.each(['foo(', '[', '*', 'a**', '(?<', 'x\\'])('%s', (source) => {
      const pattern = compilePattern(source);
      expect(pattern).toMatchObject({literal: true, needle: source});
      expect(pattern.test(`before ${source} after`)).toBe(true);
      expect(pattern.ranges(`${source}${source}`)).toHaveLength(2);
    });

    test('what compiles only without the u flag is a regular expression', () => {
      expect(compilePattern('a\\-b')).toMatchObject({literal: false});
      expect(compilePattern('a\\-b').test('a-b')).toBe(true);
    });

    test('plain text is no fallback, and has a needle', () => {
      expect(compilePattern('step 12')).toMatchObject({literal: false, needle: 'step 12'});
      expect(compilePattern('step \\d+')).toMatchObject({literal: false, needle: undefined});
    });
  });

  describe('ranges', () => {
    test('are in order; empty matches are left out', () => {
      expect(compilePattern('a*').ranges('baab a')).toEqual([
        {start: 1, end: 3},
        {start: 5, end: 6},
      ]);
      expect(compilePattern('^|$').ranges('abc')).toEqual([]);
    });

    test('never cut a surrogate pair', () => {
      expect(compilePattern('.').ranges('🚀a')).toEqual([
        {start: 0, end: 2},
        {start: 2, end: 3},
      ]);
    });

    test('are bounded', () => {
      expect(compilePattern('a').ranges('a'.repeat(5000))).toHaveLength(1000);
    });

    test('agree with test, for any source and text', () => {
      const alphabet = fc.constantFrom(...'aAbB.*+?^$()[]{}|\\dsS-,1🚀é');
      fc.assert(
        fc.property(fc.string({unit: alphabet, maxLength: 12}), fc.string({unit: alphabet}), (source, text) => {
          const pattern = compilePattern(source, {timeLimit: runWithTimeout});
          const ranges = pattern.ranges(text);
          const isFound = pattern.guard(text.length, () => pattern.test(text));
          if (ranges.length > 0) expect(isFound).toBe(true);
          for (const [index, {start, end}] of ranges.entries()) {
            expect(start).toBeLessThan(end);
            expect(end).toBeLessThanOrEqual(text.length);
            expect(start).toBeGreaterThanOrEqual(ranges[index - 1]?.end ?? 0);
          }
          if (pattern.needle !== undefined && source !== '' && pattern.caseSensitive) {
            expect(isFound).toBe(text.includes(source));
          }
        }),
        {numRuns: runs},
      );
    });
  });

  describe('a pattern that would take for ever', () => {
    test.each([
      ['(a+)+b', 'a'.repeat(60)],
      ['a*a*a*a*a*a*b', 'a'.repeat(2000)],
      ['\\w+!', 'a'.repeat(2_000_000)],
    ])('%s is abandoned, once and for all', (source, text) => {
      const pattern = compilePattern(source, {timeLimit: runWithTimeout});
      expect(pattern.isStopped).toBe(false);
      expect(pattern.ranges(text)).toEqual([]);
      expect(pattern.isStopped).toBe(true);
      expect(pattern.ranges('aab!')).toEqual([]);
      expect(pattern.guard(1, () => 'ran')).toBeUndefined();
    });

    test.each([
      ['long text', 'a'.repeat(40_000)],
      ['a long expression', 'a.'.repeat(20_000)],
      ['plain text that is too long once its brackets are escaped', '['.repeat(3_000)],
    ])('%s, which the engine refuses only when it is used, is stopped from the beginning', (_, source) => {
      const pattern = compilePattern(source);
      expect(pattern.whyStopped).toBe('this pattern is too large');
      expect([pattern.guard(1, () => pattern.test(source)), pattern.ranges(source)]).toEqual([undefined, []]);
    });

    test('has a second try for a single text, since the machine may have stalled', () => {
      const holds: number[] = [];
      const pattern = compilePattern('(a+)+b', {
        timeLimit: (milliseconds, task) => (holds.push(milliseconds) % 2 === 1 ? undefined : {value: task()}),
      });
      for (let time = 0; time < 100; time++) expect(pattern.ranges('ab')).toEqual([{start: 0, end: 2}]);
      expect([pattern.isStopped, Math.max(...holds)]).toEqual([false, 16]);
    });

    test.each([
      ['another', '(b+)+', 13],
      ['one that it continues', '(a+)+', 7],
    ])('is abandoned after %s was, in %i tries', (_, before, tries) => {
      const timeLimit = () => undefined;
      const earlier = compilePattern(before, {timeLimit});
      earlier.ranges('aaa');
      expect(earlier.isStopped).toBe(true);
      const pattern = compilePattern('(a+)+b', {timeLimit, earlier});
      let made = 0;
      for (; !pattern.isStopped; made++) pattern.guardMany({total: 1000, longest: 100}, () => 'ran');
      expect(made).toBe(tries);
    });

    test('stalls of the machine do not add up', () => {
      let calls = 0;
      const timeLimit = <T>(_: number, task: () => T) => (calls++ % 20 === 0 ? undefined : {value: task()});
      const pattern = compilePattern('(a+)+b', {timeLimit});
      for (let time = 0; time < 2000; time++) pattern.guardMany({total: 1000, longest: 100}, () => 'ran');
      expect(pattern.isStopped).toBe(false);
    });

    test('an ordinary one has no time limit and is not abandoned', () => {
      const timeLimit = () => {
        throw new Error('watched');
      };
      const line = 'x'.repeat(160);
      expect(compilePattern('conn.*refused', {timeLimit}).ranges(line)).toEqual([]);
      expect(compilePattern('refused', {timeLimit}).ranges('x'.repeat(1_000_000))).toEqual([]);
      expect(() => compilePattern('(x+)+', {timeLimit}).ranges(line)).toThrow('watched');
    });
  });
});

describe('needed texts', () => {
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
    expect(compilePattern(source).needed).toEqual(texts);
  });

  test.each(['a|b', 'x(ab)?', '\\x41b', '\\u{41}b', '\\p{Lu}b', 'a\\1', 'a{'])('none in %s', (source) => {
    expect(compilePattern(source).needed).toEqual([]);
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
});
