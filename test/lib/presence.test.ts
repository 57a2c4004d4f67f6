import {expect, test} from 'vitest';
import {Presence, SleepDetector} from '../../source/lib/presence.ts';
import {FakeClock} from '../harness/fake-clock.ts';

const minute = 60_000;

function open() {
  const clock = new FakeClock();
  const presence = new Presence(clock);
  const changes: boolean[] = [];
  presence.here.subscribe(() => changes.push(presence.here.get()));
  return {clock, presence, changes};
}

test('without a key for some minutes the user is away; a key ends that at once', async () => {
  const {clock, presence, changes} = open();
  await clock.advance(5 * minute - 1);
  expect(presence.here.get()).toBe(true);
  await clock.advance(1);
  expect(presence.here.get()).toBe(false);
  presence.onSign();
  expect(presence.here.get()).toBe(true);
  await clock.advance(5 * minute);
  expect(changes).toEqual([false, true, false]);
});

test('keys put it off, and no number of them makes more than one timer', async () => {
  const {clock, presence, changes} = open();
  for (let minutes = 0; minutes < 12; minutes++) {
    for (let keys = 0; keys < 10; keys++) presence.onSign();
    expect(clock.pending).toBe(1);
    await clock.advance(minute);
  }
  expect(changes).toEqual([]);
  await clock.advance(4 * minute);
  expect(changes).toEqual([false]);
});

test('the lost focus counts at once; a key proves the contrary', async () => {
  const {clock, presence, changes} = open();
  presence.onBlur();
  expect(presence.here.get()).toBe(false);
  presence.onSign();
  presence.onSign();
  expect(changes).toEqual([false, true]);
  await clock.advance(5 * minute);
  expect(changes).toEqual([false, true, false]);
});

test('while the user is away, and after the end, no timer waits', async () => {
  const {clock, presence} = open();
  presence.onBlur();
  expect(clock.pending).toBe(0);
  presence.onSign();
  await clock.advance(5 * minute);
  expect(clock.pending).toBe(0);
  presence.onSign();
  presence.dispose();
  expect(clock.pending).toBe(0);
});

function watch() {
  const clock = new FakeClock();
  const slept: (readonly [number, string])[] = [];
  const detector = new SleepDetector(clock, (milliseconds, of) => slept.push([milliseconds, of]));
  return {clock, slept, detector};
}

test('time that passes as it should is no sleep', async () => {
  const {clock, slept, detector} = watch();
  detector.start();
  await clock.advance(3_600_000);
  clock.stall(14_000);
  await clock.advance(60_000);
  expect(slept).toEqual([]);
});

test('a wall clock that ran ahead is a suspended machine, reported once', async () => {
  const {clock, slept, detector} = watch();
  detector.start();
  await clock.advance(15_000);
  clock.jumpWall(7_200_000);
  await clock.advance(60_000);
  expect(slept).toEqual([[7_200_000, 'sleep']]);
});

test('a timer that comes far too late is a process that stood still', async () => {
  const {clock, slept, detector} = watch();
  detector.start();
  clock.stall(100_000);
  await clock.advance(60_000);
  clock.stall(26_000);
  await clock.advance(60_000);
  expect(slept).toEqual([
    [90_000, 'stop'],
    [16_000, 'stop'],
  ]);
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
