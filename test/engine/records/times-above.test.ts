import {expect, it} from 'vitest';
import {TimesAbove} from '../../../source/engine/records/times-above.ts';

const head = (second: number) => `[p] 2026-01-01T00:00:${String(second).padStart(2, '0')}Z INFO work: step`;
const timeOf = (second: number) => Date.UTC(2026, 0, 1, 0, 0, second);

it('a line has the time closest above it, not one that is far above, unless the lines between ask, too', () => {
  const lines = [head(1), head(2), ...Array.from({length: 97}, () => 'frame'), head(3), 'frame', 'frame'];
  const timesOf = (ids: readonly number[]) => {
    const times = new TimesAbove({canonicalAt: (id) => (lines[id] === undefined ? undefined : Buffer.from(lines[id]))});
    return ids.map((id) => times.of(id));
  };
  expect(timesOf([2, 50, 98, 100, 101])).toEqual([2, 2, 2, 3, 3].map(timeOf));
  expect(timesOf([98, 101])).toEqual([undefined, timeOf(3)]);
});
