import {expect, test} from 'vitest';
import {type Clock, systemClock} from '../../source/lib/clock.ts';
import {floodPause, inSlices, SliceRunner} from '../../source/lib/slices.ts';

/** A clock whose time advances by `tick` each time it is read, and whose callbacks run when `turn` is called. */
function manualClock(tick: number): Clock & {turn: () => boolean; readonly pending: number} {
  let now = 0;
  const queue = new Set<() => void>();
  return {
    monotonic: () => {
      now += tick;
      return now;
    },
    wall: () => now,
    machine: () => now,
    sleep: () => Promise.reject(new Error('not used')),
    after(_, callback) {
      queue.add(callback);
      return () => queue.delete(callback);
    },
    turn() {
      const [callback] = queue;
      if (callback) queue.delete(callback);
      callback?.();
      return callback !== undefined;
    },
    get pending() {
      return queue.size;
    },
  };
}

/** A runner over work that comes in steps, of which a slice does one. */
function setUp() {
  const work = {steps: 4, done: 0};
  const reports: boolean[] = [];
  const clock = manualClock(5);
  const runner = new SliceRunner({
    clock,
    step: () => {
      work.done = Math.min(work.steps, work.done + 1);
      return work.done === work.steps;
    },
    onSlice: (isCaughtUp) => reports.push(isCaughtUp),
  });
  return {work, reports, clock, runner};
}

test('works in slices and reports each, until it has caught up', () => {
  const {work, reports, clock, runner} = setUp();
  expect(clock.pending).toBe(0);
  runner.wake();
  runner.wake();
  expect(clock.pending).toBe(1);
  clock.turn();
  expect([work.done, runner.caughtUp]).toEqual([1, false]);
  while (clock.turn());
  expect(reports).toEqual([false, false, false, true]);
  expect([work.done, runner.caughtUp]).toEqual([4, true]);
});

test('continues when woken', () => {
  const {work, reports, clock, runner} = setUp();
  runner.wake();
  while (clock.turn());
  work.steps = 5;
  runner.wake();
  while (clock.turn());
  expect([work.done, reports.length]).toEqual([5, 5]);
});

test('runs a slice at once on demand, in place of the one that waits', () => {
  const {work, reports, clock, runner} = setUp();
  runner.wake();
  runner.run();
  expect([work.done, reports, clock.pending]).toEqual([1, [false], 1]);
  while (clock.turn());
  expect(work.done).toBe(4);
});

test('rests between slices for `restMs`', () => {
  const waits: number[] = [];
  const clock = manualClock(5);
  const after: Clock['after'] = (milliseconds, callback) => {
    waits.push(milliseconds);
    return clock.after(milliseconds, callback);
  };
  let restMs = 0;
  const runner = new SliceRunner({
    clock: {...clock, after},
    step: () => false,
    onSlice: () => {},
    restMs: () => restMs,
  });
  runner.run();
  restMs = 50;
  runner.run();
  expect(waits).toEqual([0, 50]);
  // Not even on demand.
  runner.run();
  expect(waits).toEqual([0, 50]);
  clock.turn();
  expect(waits).toEqual([0, 50, 50]);
});

test('does not rest while somebody waits, until it has caught up', () => {
  const waits: number[] = [];
  const clock = manualClock(5);
  const after: Clock['after'] = (milliseconds, callback) => {
    waits.push(milliseconds);
    return clock.after(milliseconds, callback);
  };
  let isDone = false;
  const runner = new SliceRunner({clock: {...clock, after}, step: () => isDone, onSlice: () => {}, restMs: () => 50});
  runner.wake();
  expect(waits).toEqual([50]);
  runner.hurry();
  expect(waits).toEqual([50, 1]);
  clock.turn();
  expect(waits).toEqual([50, 1, 0]);
  isDone = true;
  clock.turn();
  runner.wake();
  expect(waits).toEqual([50, 1, 0, 50]);
});

test('reads its rest once a slice, however often it is woken', () => {
  let read = 0;
  const clock = manualClock(5);
  const restMs = () => (read += 1);
  const runner = new SliceRunner({clock, step: () => false, onSlice: () => {}, restMs});
  runner.wake();
  runner.wake();
  runner.wake();
  expect(read).toBe(1);
  clock.turn();
  expect(read).toBe(2);
});

test('a disposed runner does nothing more', () => {
  const {reports, clock, runner} = setUp();
  runner.wake();
  runner.dispose();
  runner.wake();
  runner.run();
  expect(clock.turn()).toBe(false);
  expect(reports).toEqual([]);
});

test('makes steps longer while they are short, and shorter while they are long', () => {
  const read: number[] = [];
  let took = 0;
  let now = 0;
  const runner = new SliceRunner({
    clock: {...manualClock(0), monotonic: () => now},
    step: (maxBytes) => {
      read.push(maxBytes / 1024);
      now += took;
      return false;
    },
    onSlice: () => {},
  });
  const runWith = (milliseconds: number, slices: number) => {
    took = milliseconds;
    read.length = 0;
    for (let slice = 0; slice < slices; slice++) {
      now = 10_000 * (slice + 1);
      runner.run();
    }
    return [...read];
  };
  took = 0.25;
  runner.run();
  expect(read.slice(0, 6)).toEqual([16, 32, 64, 128, 256, 256]);
  expect(runWith(2, 2)).toEqual([256, 256, 256, 256]);
  expect(runWith(40, 6)).toEqual([256, 128, 64, 32, 16, 16]);
});

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

test('rests while a log floods, longer in a fast flood, and not for the first 2 MiB', () => {
  const clock = {now: 0, monotonic: () => clock.now};
  const buffer = {totalBytes: 1_000_000};
  const restMs = floodPause(clock, () => buffer.totalBytes);
  const after = (ms: number, bytes: number) => {
    clock.now += ms;
    buffer.totalBytes += bytes;
    return restMs();
  };
  expect(after(0, 0)).toBe(0);
  const MiB = 1024 * 1024;
  expect([after(40, MiB), after(40, MiB), after(40, MiB)]).toEqual([0, 0, 200]);
  expect([after(150, MiB), after(300, MiB)]).toEqual([50, 0]);
  // The pause has ended the flood.
  expect([after(40, 2 * MiB), after(40, MiB)]).toEqual([0, 200]);
  expect(after(0, 0)).toBe(0);
});
