import {expect, test} from 'vitest';
import {FrameRate} from '../../source/ui/frame-rate.ts';

function draw(rate: FrameRate, frames: number, isAllNew = true): number {
  for (let frame = 0; frame < frames; frame++) rate.drew({isAllNew});
  return rate.now.get();
}

test('a log that nobody can read has half of the frames, until something of one is left in the next', () => {
  const rate = new FrameRate(12);
  expect(draw(rate, 5)).toBe(12);
  expect(draw(rate, 1)).toBe(6);
  expect(draw(rate, 20)).toBe(6);
  expect(draw(rate, 1, false)).toBe(12);
});

test('a catch-up is drawn as fast as any log', () => {
  const rate = new FrameRate(12);
  expect(draw(rate, 4)).toBe(12);
  draw(rate, 1, false);
  expect(draw(rate, 4)).toBe(12);
});

test('nobody who looks needs few frames, of a flood as of any log', () => {
  const rate = new FrameRate(12);
  rate.setWatched(false);
  expect(rate.now.get()).toBe(2);
  expect(draw(rate, 10)).toBe(2);
  rate.setWatched(true);
  expect(rate.now.get()).toBe(6);
});

test('never asks for more frames than it was told, nor for less than one', () => {
  const rate = new FrameRate(1);
  expect(draw(rate, 10)).toBe(1);
  rate.setWatched(false);
  expect(rate.now.get()).toBe(1);
});
