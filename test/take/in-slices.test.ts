import {expect, test} from 'vitest';
import {systemClock} from '../../source/lib/clock.ts';
import {inSlices} from '../../source/take/in-slices.ts';

test('the event loop is served whenever a slice is over', async () => {
  let now = 0;
  const clock = {...systemClock, monotonic: () => now};
  let turns = 0;
  let turning: NodeJS.Immediate;
  const turn = () => {
    turns += 1;
    turning = setImmediate(turn);
  };
  turning = setImmediate(turn);
  function* slow() {
    for (let item = 0; item < 6; item++) {
      now += 4;
      yield item;
    }
  }
  const seen: [number, boolean][] = [];
  for await (const item of inSlices(slow(), {clock, signal: new AbortController().signal})) {
    seen.push([item, turns > 0]);
    turns = 0;
  }
  clearImmediate(turning);
  // 8 ms are over with the second item, and again with the fourth.
  expect(seen.map(([item]) => item)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(seen.filter(([, served]) => served).map(([item]) => item)).toEqual([2, 4]);
});

test('stops when aborted', async () => {
  const stop = new AbortController();
  const items = inSlices([1, 2, 3], {clock: systemClock, signal: stop.signal});
  expect(await items.next()).toEqual({done: false, value: 1});
  stop.abort(new Error('called off'));
  await expect(items.next()).rejects.toThrow('called off');
});
