import fc from 'fast-check';
import {expect, test} from 'vitest';
import {FrameBatch, FrameRate, SharedFrames} from '../../source/lib/frames.ts';
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

function framesAt(fps: number) {
  const clock = new FakeClock();
  const log: string[] = [];
  const say = (name: string) => () => void log.push(`${name} ${clock.monotonic()}`);
  return {clock, log, say, frames: new SharedFrames({clock, fps})};
}

test('all requests get the same frame, each once, and a quiet time has no wait', async () => {
  const {clock, log, say, frames} = framesAt(10);
  const [a, b] = [say('a'), say('b')];
  frames.request(a);
  await clock.advance(30);
  for (const flush of [a, b, a]) frames.request(flush);
  await clock.advance(500);
  frames.request(b);
  await clock.advance(0);
  expect(log).toEqual(['a 0', 'a 100', 'b 100', 'b 530']);
});

test('those who share a frame get it in one turn: nothing comes between them', async () => {
  const {clock, log, say, frames} = framesAt(10);
  frames.request(() => queueMicrotask(say('between')));
  frames.request(say('last'));
  await clock.advance(0);
  expect(log).toEqual(['last 0', 'between 0']);
});

test('a request while a frame is served comes in the next one', async () => {
  const {clock, log, say, frames} = framesAt(10);
  const again = say('again');
  frames.request(() => frames.request(again));
  await clock.advance(0);
  expect(log).toEqual([]);
  await clock.advance(1000);
  expect(log).toEqual(['again 100']);
});

test('a request that is dropped is not served, the others are, and without any nothing waits', async () => {
  const {clock, log, say, frames} = framesAt(10);
  const [a, b] = [say('a'), say('b')];
  frames.request(a);
  frames.request(b);
  frames.cancel(a);
  await clock.advance(1000);
  expect(log).toEqual(['b 0']);
  frames.request(a);
  frames.cancel(a);
  expect(clock.pending).toBe(0);
});

function draw(rate: FrameRate, frames: number, newLines = 40): number {
  for (let frame = 0; frame < frames; frame++) rate.onDrawn({newLines, rows: 40});
  return rate.now.get();
}

test('a log that is too fast to read has half of the frames, until something of one is left in the next', () => {
  const rate = new FrameRate(12);
  expect(draw(rate, 5)).toBe(12);
  expect(draw(rate, 1)).toBe(6);
  expect(draw(rate, 20)).toBe(6);
  expect(draw(rate, 1, 39)).toBe(12);
});

test('a catch-up is drawn as fast as any log', () => {
  const rate = new FrameRate(12);
  expect(draw(rate, 4)).toBe(12);
  draw(rate, 1, 39);
  expect(draw(rate, 4)).toBe(12);
});

test('in a torrent of lines a quarter of the frames is drawn, from its first one to its last', () => {
  const rate = new FrameRate(12);
  expect(draw(rate, 1, 20_000)).toBe(3);
  expect(draw(rate, 9, 50_000)).toBe(3);
  expect(draw(rate, 1, 100)).toBe(6);
  expect(draw(rate, 1, 1)).toBe(12);
  expect(draw(new FrameRate(2), 1, 50_000)).toBe(1);
});

test('a flood of many screens a frame is a torrent, and a catch-up of as many is not', () => {
  const rate = new FrameRate(12);
  expect(draw(rate, 5, 800)).toBe(12);
  expect(draw(rate, 1, 800)).toBe(3);
  expect(draw(rate, 1, 799)).toBe(6);
  expect(draw(rate, 1, 39)).toBe(12);
});

test('few frames are enough while the user is away, of a flood as of any log', () => {
  const rate = new FrameRate(12);
  rate.setAttended(false);
  expect(rate.now.get()).toBe(2);
  expect(draw(rate, 10)).toBe(2);
  rate.setAttended(true);
  expect(rate.now.get()).toBe(6);
});

test('is never more than the usual rate, nor less than one', () => {
  const rate = new FrameRate(1);
  expect(draw(rate, 10)).toBe(1);
  rate.setAttended(false);
  expect(rate.now.get()).toBe(1);
});

test('while frames are held none is due, and what was requested comes at once afterwards', async () => {
  const clock = new FakeClock();
  const rate = new FrameRate(10);
  const flushes: number[] = [];
  const batch = new FrameBatch({clock, fps: rate.now, flush: () => flushes.push(clock.monotonic())});
  rate.setHeld(true);
  batch.request();
  await clock.advance(1000);
  rate.setAttended(false);
  expect(flushes).toEqual([]);
  rate.setAttended(true);
  rate.setHeld(false);
  await clock.advance(0);
  expect(flushes).toEqual([1000]);
  // Held again within the frame that is requested.
  batch.request();
  await clock.advance(50);
  rate.setHeld(true);
  await clock.advance(1000);
  expect(flushes).toEqual([1000]);
  rate.setHeld(false);
  await clock.advance(0);
  expect(flushes).toEqual([1000, 2050]);
});
