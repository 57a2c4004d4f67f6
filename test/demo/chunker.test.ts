import {expect, it} from 'vitest';
import {frame, raggedEntries, wholeEntries} from '../../source/demo/chunker.ts';
import {createRandom} from '../../source/demo/random.ts';

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
