import fc from 'fast-check';
import {expect, test} from 'vitest';
import {createRandom} from '../../../demo/random.ts';
import {type PackedBlock, PackedStore} from '../../../source/engine/buffer/packed-store.ts';
import {zstdPacker} from '../../../source/kit/system/zstd-packer.ts';

/** Bytes that do not become smaller: they fill pieces of memory soon. */
function noise(length: number, seed: number): Buffer {
  const random = createRandom(seed, 'noise');
  return Buffer.from(Array.from({length}, () => random.integer(256)));
}

test('every block reads as it came, whatever was freed before it and whatever comes after it', () => {
  const size = fc.oneof(fc.integer({min: 1, max: 3000}), fc.integer({min: 1, max: 70_000}));
  const operation = fc.oneof(size, fc.constant('free' as const));
  fc.assert(
    fc.property(fc.array(operation, {maxLength: 40}), (operations) => {
      const store = new PackedStore(zstdPacker);
      const held: {readonly bytes: Buffer; readonly block: PackedBlock}[] = [];
      for (const [seed, one] of operations.entries()) {
        if (one === 'free') held.shift()?.block.free();
        else {
          const bytes = noise(one, seed);
          held.push({bytes, block: store.add(bytes)});
        }
      }
      for (const {bytes, block} of held) expect(block.read()?.equals(bytes)).toBe(true);
    }),
    {numRuns: Number(process.env.PIPETAIL_RUNS ?? 50)},
  );
});

test('memory is freed with the last block that is in it, at once', () => {
  const store = new PackedStore(zstdPacker);
  const blocks = Array.from({length: 6}, (_, seed) => store.add(noise(14_000, seed)));
  // Two are in the first piece, four in the second, which is twice as large.
  blocks[0]?.free();
  expect(blocks.map((block) => block.read() !== undefined)).toEqual([true, true, true, true, true, true]);
  blocks[1]?.free();
  expect(blocks.map((block) => block.read() !== undefined)).toEqual([false, false, true, true, true, true]);
  for (const block of blocks.slice(2)) block.free();
  expect(blocks.map((block) => block.read() !== undefined)).toEqual(blocks.map(() => false));
  expect(store.unusedBytes).toBe(0);
});
