import {expect, test} from 'vitest';
import {coreTexts, foldsBeyondAscii} from '../../source/buffer/find-hits.ts';
import {compilePattern} from '../../source/buffer/pattern.ts';
import {StyleJoints} from '../../source/buffer/style-joints.ts';

function coresOf(source: string, log: string): unknown[] {
  const facts = new StyleJoints();
  facts.update(Buffer.from(log), Buffer.byteLength(log));
  return coreTexts(compilePattern(source), facts).map(({text, isProof}) => [text, isProof]);
}

const parts = (...texts: string[]) => texts.map((text) => [text, false]);
const coloured = '\x1b[32m INFO\x1b[0m \x1b[2mcontroller\x1b[0m\x1b[2m:\x1b[0m  step 1 finished\n';

test.each<[string, string, string, unknown[]]>([
  ['what no style interrupts is looked for as it is', 'finished', coloured, [['finished', true]]],
  [
    'of what one may interrupt, the longest two parts',
    'INFO controller:  step 1',
    coloured,
    parts('controller', '  step 1'),
  ],
  ['of an expression, what it needs', 'step \\d+ finished', coloured, parts(' finished', 'step ')],
  [
    'first what is rarer than small letters are, even if it is shorter',
    'CONNECT, \\d+ identical',
    coloured,
    parts('CONNECT, ', ' identical'),
  ],
  ['nothing of what is not ASCII', 'é', coloured, []],
  ['what might be part of a style is no proof', '32m', coloured, [['32m', false]]],
  ['but it is where there are no styles', '32m', '32m\n', [['32m', true]]],
])('%s', (_, source, log, cores) => {
  expect(coresOf(source, log)).toEqual(cores);
});

test('styles that come later may interrupt what none did before', () => {
  const facts = new StyleJoints();
  const pattern = compilePattern('step 1');
  const bytes = Buffer.from('step 1\nstep \x1b[1m1\n');
  facts.update(bytes, 7);
  expect(coreTexts(pattern, facts)).toEqual([{text: 'step 1', isProof: true}]);
  facts.update(bytes, bytes.length);
  expect(coreTexts(pattern, facts).map(({text}) => text)).toEqual(['step ', '1']);
  expect(coreTexts(compilePattern('other'), facts).map(({text}) => text)).toEqual(['other']);
});

test('a pattern of either case may be interrupted where the other case is', () => {
  expect(coresOf('o done', coloured)).toEqual(parts(' done', 'o'));
  expect(coresOf('o Done', coloured)).toEqual([['o Done', true]]);
});

test('the sign for kelvin and the long s are other cases of letters', () => {
  expect(foldsBeyondAscii('key', Buffer.from('3 \u212a'))).toBe(true);
  expect(foldsBeyondAscii('USE', Buffer.from('\u017f'))).toBe(true);
  expect(foldsBeyondAscii('key', Buffer.from('\u017f é 日'))).toBe(false);
  expect(foldsBeyondAscii('abc', Buffer.from('\u212a\u017f'))).toBe(false);
});
