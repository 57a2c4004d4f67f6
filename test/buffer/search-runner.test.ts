import {expect, test} from 'vitest';
import {LogBuffer} from '../../source/buffer/log-buffer.ts';
import {compilePattern} from '../../source/buffer/pattern.ts';
import {SearchRunner} from '../../source/buffer/search-runner.ts';
import type {Clock} from '../../source/lib/clock.ts';

/** A clock whose time goes on by `tick` each time it is read, and whose callbacks run when `turn` is called. */
function manualClock(tick: number): Clock & {turn: () => boolean; readonly pending: number} {
  let now = 0;
  const queue = new Set<() => void>();
  return {
    monotonic: () => {
      now += tick;
      return now;
    },
    wall: () => now,
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

/** A runner over 4 MiB, of which a slice of one step does 1 MiB. */
function setUp() {
  const buffer = new LogBuffer({maxBytes: 16 << 20});
  buffer.append(Buffer.alloc(4 << 20, `${'x'.repeat(62)}a\n`));
  const told: boolean[] = [];
  const clock = manualClock(5);
  const onProgress = (isCaughtUp: boolean) => told.push(isCaughtUp);
  const runner = new SearchRunner({buffer, pattern: compilePattern('a'), clock, onProgress, sliceMs: 4});
  return {buffer, told, clock, runner};
}

test('works in slices and tells of each, until it has caught up', () => {
  const {told, clock, runner} = setUp();
  expect(clock.pending).toBe(0);
  runner.wake();
  runner.wake();
  expect(clock.pending).toBe(1);
  clock.turn();
  expect(runner.caughtUp).toBe(false);
  expect(runner.search.count).toBeGreaterThan(16_000);
  expect(runner.search.count).toBeLessThan(20_000);
  while (clock.turn());
  expect(told).toEqual([false, false, false, true]);
  expect([runner.caughtUp, runner.search.count]).toEqual([true, 65_536]);
});

test('goes on when woken, and tells only if the hits have changed', () => {
  const {buffer, told, clock, runner} = setUp();
  runner.wake();
  while (clock.turn());
  const before = told.length;
  buffer.append(Buffer.from('a\n'));
  runner.wake();
  while (clock.turn());
  expect(told.length - before).toBe(1);
  buffer.append(Buffer.from('b\n'));
  runner.wake();
  while (clock.turn());
  expect(told.length - before).toBe(1);
});

test('a disposed runner does nothing more', () => {
  const {told, clock, runner} = setUp();
  runner.wake();
  runner.dispose();
  runner.wake();
  expect(clock.turn()).toBe(false);
  expect(told).toEqual([]);
});
