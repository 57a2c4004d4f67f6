import fc from 'fast-check';
import {expect, test} from 'vitest';
import {Overlap} from '../../source/stitch/overlap.ts';

/** Every end of `tail` that begins a line and that `replay` begins with, by trying. */
function bruteForce(tail: string, replay: string): number[] {
  const overlaps: number[] = [];
  for (let start = 1; start <= tail.length; start++) {
    if (tail[start - 1] === '\n' && replay.startsWith(tail.slice(start))) overlaps.push(tail.length - start);
  }
  return overlaps;
}

const text = fc.string({unit: fc.constantFrom('a', 'b', '\n'), maxLength: 40});

test('finds what trying finds, in any chunking, and no later than it can be known', () => {
  fc.assert(
    fc.property(text, text, fc.array(fc.integer({min: 1, max: 5})), (seen, fresh, sizes) => {
      // Half of the time the replay goes on from the tail.
      const tail = `\n${seen}`;
      const replay = sizes.length % 2 === 0 ? seen.slice(seen.lastIndexOf('\n', seen.length / 2) + 1) + fresh : fresh;
      const overlap = new Overlap(Buffer.from(tail));
      let end = 0;
      for (const size of [...sizes, replay.length]) {
        overlap.push(Buffer.from(replay.slice(end, end + size)));
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
  overlap.push(Buffer.from(`${'x\n'.repeat(250_001)}z`));
  expect(overlap.complete).toBe(true);
  expect(overlap.longest).toBe(500_000);
});

test('with no tail there is no overlap', () => {
  const overlap = new Overlap(new Uint8Array(0));
  expect(overlap.complete).toBe(true);
  expect(overlap.longest).toBe(-1);
});
