import fc from 'fast-check';
import {expect, it} from 'vitest';
import {EntryQueue, frame, raggedEntries, wholeEntries} from '../../demo/follower.ts';
import {createRandom} from '../../demo/random.ts';

it('frames a chunk as recorded, its size in capitals', () => {
  expect(frame(Buffer.from('x'.repeat(29)))).toEqual(Buffer.from(`1D\r\n${'x'.repeat(29)}\r\n`));
});

it('cuts whole entries only past 32,768 bytes', () => {
  expect([wholeEntries(1), wholeEntries(32_768), wholeEntries(100_000)]).toEqual([1, 32_768, 32_768]);
});

it('cuts ragged entries anywhere, the same way for the same seed, and never to nothing', () => {
  const sizes = (seed: number) => {
    const chunker = raggedEntries(createRandom(seed, 'connection 1'));
    return Array.from({length: 400}, () => chunker(100));
  };
  expect(sizes(1)).toEqual(sizes(1));
  expect(sizes(1)).not.toEqual(sizes(2));
  expect(Math.min(...sizes(1))).toBeGreaterThan(0);
  expect(Math.max(...sizes(1))).toBe(100);
  expect(new Set(sizes(1)).size).toBeGreaterThan(30);
});

it('is a queue of at most its limit, through growth and wrapping', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), {maxLength: 600}), fc.integer({min: 1, max: 300}), (pushes, limit) => {
      const queue = new EntryQueue(limit);
      const model: Uint8Array[] = [];
      for (const [index, push] of pushes.entries()) {
        if (push) {
          const entry = Uint8Array.of(index & 255);
          expect(queue.add(entry)).toBe(model.length < limit);
          if (model.length < limit) model.push(entry);
        } else {
          expect(queue.shift()).toBe(model.shift());
        }
        expect(queue.length).toBe(model.length);
      }
    }),
  );
});

it('is empty after clear, and works', () => {
  const queue = new EntryQueue(10);
  queue.add(Uint8Array.of(1));
  queue.clear();
  expect(queue.shift()).toBeUndefined();
  queue.add(Uint8Array.of(2));
  expect(queue.shift()).toEqual(Uint8Array.of(2));
});
