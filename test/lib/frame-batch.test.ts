import fc from 'fast-check';
import {expect, test} from 'vitest';
import {FrameBatch} from '../../source/lib/frame-batch.ts';
import {createStore} from '../../source/lib/store.ts';
import {FakeClock} from '../harness/fake-clock.ts';

function batchAt(fps: number) {
  const clock = new FakeClock();
  const flushes: number[] = [];
  const batch = new FrameBatch({clock, fps, flush: () => flushes.push(clock.monotonic())});
  return {clock, flushes, batch};
}

test('the first request of a quiet time is served without a wait, but never within the call', async () => {
  const {clock, flushes, batch} = batchAt(10);
  batch.request();
  expect(flushes).toEqual([]);
  await clock.advance(0);
  expect(flushes).toEqual([0]);
});

test('requests within a frame become one flush at its end', async () => {
  const {clock, flushes, batch} = batchAt(10);
  batch.request();
  await clock.advance(30);
  for (let times = 0; times < 5; times++) batch.request();
  await clock.advance(500);
  expect(flushes).toEqual([0, 100]);
});

test('after a quiet time there is no wait again', async () => {
  const {clock, flushes, batch} = batchAt(10);
  batch.request();
  await clock.advance(1000);
  batch.request();
  await clock.advance(0);
  expect(flushes).toEqual([0, 1000]);
});

test('nothing runs while nothing is requested', async () => {
  const {clock, batch} = batchAt(10);
  expect(clock.pending).toBe(0);
  batch.request();
  await clock.advance(5000);
  expect(clock.pending).toBe(0);
});

test('disposed, it drops the request that waits and leaves no timer', async () => {
  const {clock, flushes, batch} = batchAt(10);
  batch.request();
  batch.dispose();
  expect(clock.pending).toBe(0);
  await clock.advance(1000);
  expect(flushes).toEqual([]);
});

test('a request made while flushing is served in the next frame', async () => {
  const clock = new FakeClock();
  const flushes: number[] = [];
  const batch: FrameBatch = new FrameBatch({
    clock,
    fps: 20,
    flush() {
      flushes.push(clock.monotonic());
      if (flushes.length < 3) batch.request();
    },
  });
  batch.request();
  await clock.advance(1000);
  expect(flushes).toEqual([0, 50, 100]);
});

test('whatever is requested when, flushes are a frame apart and every request is followed by one', async () => {
  const gaps = fc.array(fc.integer({min: 0, max: 300}), {maxLength: 30});
  await fc.assert(
    fc.asyncProperty(gaps, fc.integer({min: 1, max: 60}), async (waits, fps) => {
      const {clock, flushes, batch} = batchAt(fps);
      let lastRequest = 0;
      for (const wait of waits) {
        await clock.advance(wait);
        batch.request();
        lastRequest = clock.monotonic();
      }
      await clock.advance(1000);
      for (const [index, flush] of flushes.entries()) {
        expect(flush - (flushes[index - 1] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(1000 / fps - 1e-9);
      }
      if (waits.length > 0) expect(flushes.at(-1)).toBeGreaterThanOrEqual(lastRequest);
      expect(flushes.length).toBeLessThanOrEqual(waits.length);
    }),
    {numRuns: 30},
  );
});

test('another rate holds from the next frame on, and for the request that waits', async () => {
  const clock = new FakeClock();
  const flushes: number[] = [];
  const fps = createStore(2);
  const batch = new FrameBatch({clock, fps, flush: () => flushes.push(clock.monotonic())});
  batch.request();
  await clock.advance(0);
  batch.request();
  await clock.advance(150);
  expect(flushes).toEqual([0]);
  fps.set(10);
  await clock.advance(0);
  expect(flushes).toEqual([0, 150]);
  batch.request();
  fps.set(2);
  await clock.advance(500);
  expect(flushes).toEqual([0, 150, 650]);
  fps.set(10);
  expect(clock.pending).toBe(0);
  batch.request();
  batch.dispose();
  fps.set(20);
  expect(clock.pending).toBe(0);
});
