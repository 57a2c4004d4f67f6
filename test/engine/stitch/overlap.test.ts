import fc from 'fast-check';
import {expect, test} from 'vitest';
import {EpochProof, Overlap} from '../../../source/engine/stitch/overlap.ts';

/** Every end of `tail` that begins a line and that `replay` begins with, by trying. */
function bruteForce(tail: string, replay: string): number[] {
  const overlaps: number[] = [];
  for (let start = 1; start <= tail.length; start++) {
    if (tail[start - 1] === '\n' && replay.startsWith(tail.slice(start))) overlaps.push(tail.length - start);
  }
  return overlaps;
}

const text = fc.string({unit: fc.constantFrom('a', 'b', '\n'), maxLength: 40});

test('finds what trial and error finds, in any chunking, and as early as possible', () => {
  fc.assert(
    fc.property(text, text, fc.array(fc.integer({min: 1, max: 5})), (seen, fresh, sizes) => {
      // Half of the time the replay continues the tail.
      const tail = `\n${seen}`;
      const replay = sizes.length % 2 === 0 ? seen.slice(seen.lastIndexOf('\n', seen.length / 2) + 1) + fresh : fresh;
      const overlap = new Overlap(Buffer.from(tail));
      let end = 0;
      for (const size of [...sizes, replay.length]) {
        overlap.append(Buffer.from(replay.slice(end, end + size)));
        end = Math.min(replay.length, end + size);
        const came = replay.slice(0, end);
        const undecided = tail
          .split('')
          .some((byte, at) => byte === '\n' && tail.length - at - 1 > end && tail.slice(at + 1).startsWith(came));
        const longest = bruteForce(tail, came)[0] ?? -1;
        if (!undecided) expect(overlap.complete).toBe(true);
        if (overlap.complete) expect(overlap.longest).toBe(longest);
      }
      if (overlap.complete) expect([...overlap.all()]).toEqual(bruteForce(tail, replay));
      expect(Buffer.from(overlap.replay).toString()).toBe(replay);
    }),
    {numRuns: 2000},
  );
});

test('a million bytes that nearly repeat take a moment only', () => {
  const overlap = new Overlap(Buffer.from(`\n${'x\n'.repeat(250_000)}y\n${'x\n'.repeat(250_000)}`));
  overlap.append(Buffer.from(`${'x\n'.repeat(250_001)}z`));
  expect(overlap.complete).toBe(true);
  expect(overlap.longest).toBe(500_000);
});

test('with no tail there is no overlap', () => {
  const overlap = new Overlap(new Uint8Array(0));
  expect(overlap.complete).toBe(true);
  expect(overlap.longest).toBe(-1);
});

const date = (microseconds: number) => `2026-11-25T09:08:47.${String(microseconds).padStart(6, '0')}Z`;

function count(tail: string, replay: string, shared = replay.length): number {
  return new EpochProof(Buffer.from(`\n${tail}`)).count(Buffer.from(replay), shared);
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
  const proof = new EpochProof(Buffer.from(`\n${lines}`));
  const replay = Buffer.from(lines);
  expect(proof.count(replay, lines.length - 1)).toBe(1);
  expect(proof.count(replay, lines.length)).toBe(2);
  expect(proof.count(replay, lines.length - 1)).toBe(1);
  expect(proof.count(replay, 5)).toBe(0);
});
