import {expect, test} from 'vitest';
import {restsInFlood} from '../../source/ui/rests-in-flood.ts';

test('rests while a log floods, and no longer', () => {
  const buffer = {totalBytes: 1_000_000};
  const restMs = restsInFlood(buffer);
  const after = (bytes: number) => {
    buffer.totalBytes += bytes;
    return restMs();
  };
  expect(after(0)).toBe(0);
  expect(after(256 * 1024)).toBe(0);
  expect(after(256 * 1024 + 1)).toBe(50);
  expect(after(0)).toBe(0);
});
