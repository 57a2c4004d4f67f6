import {expect, test} from 'vitest';
import {LongWait} from '../../source/lib/long-wait.ts';
import {FakeClock} from '../harness/fake-clock.ts';

function watched() {
  const clock = new FakeClock();
  const wait = new LongWait(clock);
  const seen: (number | undefined)[] = [];
  wait.since.subscribe(() => seen.push(wait.since.get()));
  return {clock, wait, seen};
}

test('a short wait notifies nobody', async () => {
  const {clock, wait, seen} = watched();
  wait.start();
  await clock.advance(999);
  wait.end();
  await clock.advance(10_000);
  expect(seen).toEqual([]);
  expect(clock.pending).toBe(0);
});

test('a long one is known from its second on by its start, until it ends', async () => {
  const {clock, wait, seen} = watched();
  await clock.advance(500);
  wait.start();
  await clock.advance(1000);
  expect(wait.since.get()).toBe(500);
  wait.end();
  expect(seen).toEqual([500, undefined]);
});

test('a new one replaces one that is in progress', async () => {
  const {clock, wait, seen} = watched();
  wait.start();
  await clock.advance(600);
  wait.start();
  await clock.advance(600);
  expect(seen).toEqual([]);
  await clock.advance(400);
  expect(seen).toEqual([600]);
});
