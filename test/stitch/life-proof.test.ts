import {expect, test} from 'vitest';
import {LifeProof} from '../../source/stitch/life-proof.ts';

const date = (microseconds: number) => `2026-11-25T09:08:47.${String(microseconds).padStart(6, '0')}Z`;

function count(tail: string, replay: string, shared = replay.length): number {
  return new LifeProof(Buffer.from(`\n${tail}`)).count(Buffer.from(replay), shared);
}

test.each([
  ['text', (n: number) => `[p] ${date(n)}  INFO t: x\n`],
  ['text with colours', (n: number) => `[p] \u001b[2m${date(n)}\u001b[0m \u001b[32m INFO\u001b[0m x\n`],
  ['JSON', (n: number) => `{"timestamp":"${date(n)}","level":"INFO"}\n`],
])('lines of different dates count, up to two: %s', (_, line) => {
  expect(count(`x\n${line(1)}x\n`, `${line(1)}x\n`)).toBe(1);
  expect(count(`x\n${line(1)}x\n${line(2)}`, `${line(1)}x\n${line(2)}`)).toBe(2);
  expect(count(line(1) + line(2) + line(3), line(1) + line(2) + line(3))).toBe(2);
});

test.each([
  ['no date', 'step 17\nstep 18\n', 0],
  ['one date', `[p] ${date(1)} x\n[p] ${date(1)} y\n`, 1],
  ['a second one that is cut', `[p] ${date(1)} x\n[p] ${date(2)} y`, 1],
  ['dates in messages', `${'x'.repeat(160)} ${date(1)}\n${'x'.repeat(160)} ${date(2)}\n`, 0],
  ['less than a microsecond', '[p] 2026-11-25T09:08:47Z x\n[p] 2026-11-25T09:08:48Z x\n', 0],
])('others do not: %s', (_, lines, expected) => {
  expect(count(lines, lines)).toBe(expected);
});

test('a line that was printed twice does not count', () => {
  const twice = `[p] ${date(1)} x\n`;
  const once = `[p] ${date(2)} x\n`;
  expect(count(twice + twice + once, twice + once)).toBe(1);
});

test('what counted no longer does when the replay agrees less far', () => {
  const lines = `[p] ${date(1)} x\n[p] ${date(2)} x\n`;
  const proof = new LifeProof(Buffer.from(`\n${lines}`));
  const replay = Buffer.from(lines);
  expect(proof.count(replay, lines.length - 1)).toBe(1);
  expect(proof.count(replay, lines.length)).toBe(2);
  expect(proof.count(replay, lines.length - 1)).toBe(1);
  expect(proof.count(replay, 5)).toBe(0);
});
