import fc from 'fast-check';
import {expect, test} from 'vitest';
import {bytesToGive, neverGiven, type Share} from '../../source/streams/memory-budget.ts';

const runs = Number(process.env.PIPETAIL_RUNS ?? 300);
const mebibyte = 1024 * 1024;

const shares: fc.Arbitrary<readonly Share[]> = fc
  .array(fc.record({bytes: fc.nat(64 * mebibyte), lookedAt: fc.nat(20)}), {maxLength: 12})
  .map((each) => each.map((share, index) => ({name: `log ${index}`, ...share})));

function leftOf({name, bytes}: Share, given: ReadonlyMap<string, number>): number {
  return bytes - (given.get(name) ?? 0);
}

test('the log that was not looked at for longest gives first, and only what is too much', () => {
  const all = [
    {name: 'shown', bytes: 32 * mebibyte, lookedAt: 9},
    {name: 'forgotten', bytes: 32 * mebibyte, lookedAt: 0},
    {name: 'earlier', bytes: 32 * mebibyte, lookedAt: 5},
  ];
  expect(bytesToGive(all, 96 * mebibyte)).toEqual(new Map());
  expect(bytesToGive(all, 90 * mebibyte)).toEqual(new Map([['forgotten', 6 * mebibyte]]));
  const given = bytesToGive(all, 60 * mebibyte);
  expect([...given.keys()]).toEqual(['forgotten', 'earlier']);
  expect(given.get('forgotten')).toBe(27.75 * mebibyte);
});

test('no log gives of its newest 4 MiB; all together fit where they can, and no more is given than it takes', () => {
  fc.assert(
    fc.property(shares, fc.nat(256 * mebibyte), (all, budget) => {
      const given = bytesToGive(all, budget);
      const left = all.map((share) => leftOf(share, given));
      const total = left.reduce((sum, bytes) => sum + bytes, 0);
      for (const [index, share] of all.entries()) {
        expect(left[index]).toBeGreaterThanOrEqual(Math.min(share.bytes, neverGiven));
      }
      if (given.size > 0) expect(total).toBeGreaterThanOrEqual(budget);
      const least = all.reduce((sum, {bytes}) => sum + Math.min(bytes, neverGiven + 256 * 1024), 0);
      expect(total).toBeLessThanOrEqual(Math.max(budget, least));
    }),
    {numRuns: runs},
  );
});

test('a log gives nothing before one that was looked at less lately has given all that it may', () => {
  fc.assert(
    fc.property(shares, fc.nat(256 * mebibyte), (all, budget) => {
      const given = bytesToGive(all, budget);
      for (const later of all.filter(({name}) => given.has(name))) {
        for (const earlier of all.filter(({lookedAt}) => lookedAt < later.lookedAt)) {
          expect(leftOf(earlier, given)).toBeLessThanOrEqual(neverGiven + 256 * 1024);
        }
      }
    }),
    {numRuns: runs},
  );
});
