import {expect, it} from 'vitest';
import {createRandom} from '../../source/demo/random.ts';
import {formatMicros, Stamps} from '../../source/demo/stamps.ts';
import {uuidV7} from '../../source/demo/uuid.ts';

it('formats microseconds as the recordings do', () => {
  expect(formatMicros(Date.UTC(2026, 10, 25, 9, 8, 20, 574) * 1000 + 729)).toBe('2026-11-25T09:08:20.574729Z');
  expect(formatMicros(Date.UTC(2026, 0, 1) * 1000 + 7)).toBe('2026-01-01T00:00:00.000007Z');
});

it('rises strictly while the clock stands still or goes back', () => {
  let now = Date.UTC(2026, 0, 1);
  const stamps = new Stamps(() => now--, createRandom(1, 'stamps'));
  const given = Array.from({length: 50}, () => stamps.next());
  expect([...new Set(given)].sort()).toEqual(given);
});

it('makes ids that look like the recorded ones and sort by time', () => {
  const random = createRandom(1, 'ids');
  const first = uuidV7(Date.UTC(2026, 10, 25, 9, 8), random);
  expect(first).toMatch(/^01a211f6-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(uuidV7(Date.UTC(2026, 10, 25, 9, 8, 0, 1), random) > first).toBe(true);
});
