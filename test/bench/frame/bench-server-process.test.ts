import {expect, test} from 'vitest';
import {paced} from '../../../bench/frame/bench-server-process.ts';

/** Does `count` things at `rate`, with waits of so many milliseconds; answers when each was done. */
async function timesOf(count: number, rate: number, waits: readonly number[]): Promise<number[]> {
  let now = 1000;
  let turn = 0;
  const times: number[] = [];
  await paced(count, rate, {
    now: () => now,
    wait: async () => {
      now += waits[turn++ % waits.length] ?? 1;
    },
    act: (index) => {
      times[index] = now - 1000;
    },
  });
  return times;
}

test('each thing is done when it is due', async () => {
  expect(await timesOf(5, 1000, [1])).toEqual([1, 2, 3, 4, 5]);
  expect(await timesOf(3, 100, [1])).toEqual([10, 20, 30]);
});

test('after a long wait what fell behind is made up for, and no more', async () => {
  expect(await timesOf(6, 1000, [1, 3, 1])).toEqual([1, 4, 4, 4, 5, 6]);
  expect(await timesOf(2, 1000, [500])).toEqual([500, 500]);
});

test('nothing is done at once', async () => {
  expect(await timesOf(0, 1000, [1])).toEqual([]);
});
