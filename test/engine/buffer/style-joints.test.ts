import fc from 'fast-check';
import {expect, test} from 'vitest';
import {decodeVisible, StyleJoints, visibleText} from '../../../source/engine/buffer/style-joints.ts';

const runs = Number(process.env.PIPETAIL_RUNS ?? 300);
const code = (character: string) => character.charCodeAt(0);

function factsOf(text: string): StyleJoints {
  const facts = new StyleJoints();
  facts.update(Buffer.from(text), Buffer.byteLength(text));
  return facts;
}

test('finds the characters between which styles are', () => {
  const facts = factsOf('a\x1b[31mb\x1b[0m\x1b[1;2mc\x1b[xd\n');
  expect(facts.hasStyles).toBe(true);
  expect(['ab', 'bc', 'ac', 'cd', 'ba'].map((pair) => facts.isJoint(code(pair), pair.charCodeAt(1)))).toEqual([
    ...[true, true],
    ...[false, false, false],
  ]);
});

test('plain text has none, and what is no style is none', () => {
  expect(factsOf('ab\ncd\n').hasStyles).toBe(false);
  expect(factsOf('a\x1b[31b\x1bc\x1b[Kd\n').hasStyles).toBe(false);
});

test('too many kinds of joints: styles may be anywhere', () => {
  const letters = Array.from({length: 26}, (_, index) => String.fromCharCode(0x61 + index));
  const facts = factsOf(letters.flatMap((a) => letters.map((b) => `${a}\x1b[m${b}\n`)).join(''));
  expect(facts.isJoint(code('Q'), code('7'))).toBe(true);
});

const unit = fc.constantFrom('a', 'b', ':', ' ', 'é', '\x1b', '[', '\x1b[0m', '\x1b[1;31m', 'm', '1');
const lines = fc.array(
  fc.string({unit, maxLength: 12}).map((line) => `${line}\n`),
  {maxLength: 8},
);

test('finds what a regular expression finds, however the lines came and wherever the bytes begin', () => {
  fc.assert(
    fc.property(lines, fc.nat(3), (texts, offset) => {
      const log = texts.join('');
      const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(log)]).subarray(offset);
      const facts = new StyleJoints();
      let to = 0;
      for (const text of texts) {
        to += Buffer.byteLength(text);
        facts.update(bytes, to);
      }
      const latin = bytes.toString('latin1');
      // biome-ignore lint/suspicious/noControlCharactersInRegex: SGR sequences begin with ESC.
      const styled = latin.matchAll(/(?:\x1b\[[\d:;]*m)+/g);
      const joints = new Set([...styled].map(({0: {length}, index}) => `${latin[index - 1]}${latin[index + length]}`));
      for (const a of 'ab: [m1\x1b') {
        for (const b of 'ab: [m1\x1b') {
          expect([a + b, facts.isJoint(code(a), code(b))]).toEqual([a + b, joints.has(a + b)]);
        }
      }
    }),
    {numRuns: runs},
  );
});

test.each([
  ['colours are no text', 'a\x1b[31mb\x1b[0m\x1b[m\x1b[38:2::1:2:3mc', 'abc'],
  ['other sequences are', '\x1b[2Ja\x1b]0;t\x07', '\x1b[2Ja\x1b]0;t\x07'],
  ['one carriage return at the end is not', 'a\rb\r\r', 'a\rb\r'],
  ['nor is one before a colour', 'a\r\x1b[0m', 'a'],
  ['a byte order mark is', '\ufeffa', '\ufeffa'],
])('%s', (_, line, text) => {
  expect(visibleText(Buffer.from(line))).toBe(text);
});

test('invalid UTF-8 becomes U+FFFD, and swallows no newline', () => {
  expect(decodeVisible(Buffer.of(0xe6, 0x97, 0x0a, 0x61, 0xff))).toBe('\ufffd\na\ufffd');
});

test('a line longer than 64 KiB is cut', () => {
  expect(visibleText(Buffer.alloc(100_000, 'x'))).toHaveLength(65_536);
});
