import {expect, test} from 'vitest';
import {SleepDetector} from '../../source/streams/sleep-detector.ts';
import {FakeClock} from '../harness/fake-clock.ts';

function watch() {
  const clock = new FakeClock();
  const slept: number[] = [];
  const detector = new SleepDetector({clock, onSlept: (milliseconds) => slept.push(milliseconds)});
  return {clock, slept, detector};
}

test('time that passes as it should is no sleep', async () => {
  const {clock, slept, detector} = watch();
  detector.start();
  await clock.advance(3_600_000);
  clock.stall(25_000);
  await clock.advance(60_000);
  expect(slept).toEqual([]);
});

test('a wall clock that ran ahead is a suspended machine, told once', async () => {
  const {clock, slept, detector} = watch();
  detector.start();
  await clock.advance(15_000);
  clock.jumpWall(7_200_000);
  await clock.advance(60_000);
  expect(slept).toEqual([7_200_000]);
});

test('a timer that comes far too late is a process that stood still', async () => {
  const {clock, slept, detector} = watch();
  detector.start();
  clock.stall(100_000);
  await clock.advance(60_000);
  expect(slept).toEqual([90_000]);
});

test('a wall clock that is set back is no sleep, and a stopped detector leaves no timer', async () => {
  const {clock, slept, detector} = watch();
  detector.start();
  detector.start();
  clock.jumpWall(-86_400_000);
  await clock.advance(60_000);
  expect(slept).toEqual([]);
  expect(clock.pending).toBe(1);
  detector.stop();
  expect(clock.pending).toBe(0);
});
