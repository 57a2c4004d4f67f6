import {expect, test} from 'vitest';
import {Presence} from '../../source/lib/presence.ts';
import {FakeClock} from '../harness/fake-clock.ts';

const minute = 60_000;

function open() {
  const clock = new FakeClock();
  const presence = new Presence({clock, patience: 5 * minute});
  const changes: boolean[] = [];
  presence.here.subscribe(() => changes.push(presence.here.get()));
  return {clock, presence, changes};
}

test('without a key for some minutes nobody is there; a key brings them back at once', async () => {
  const {clock, presence, changes} = open();
  await clock.advance(5 * minute - 1);
  expect(presence.here.get()).toBe(true);
  await clock.advance(1);
  expect(presence.here.get()).toBe(false);
  presence.noteSign();
  expect(presence.here.get()).toBe(true);
  await clock.advance(5 * minute);
  expect(changes).toEqual([false, true, false]);
});

test('keys put it off, and no number of them makes more than one timer', async () => {
  const {clock, presence, changes} = open();
  for (let minutes = 0; minutes < 12; minutes++) {
    for (let keys = 0; keys < 10; keys++) presence.noteSign();
    expect(clock.pending).toBe(1);
    await clock.advance(minute);
  }
  expect(changes).toEqual([]);
  await clock.advance(4 * minute);
  expect(changes).toEqual([false]);
});

test('the lost focus counts at once; a key proves the contrary', async () => {
  const {clock, presence, changes} = open();
  presence.noteBlur();
  expect(presence.here.get()).toBe(false);
  presence.noteSign();
  presence.noteSign();
  expect(changes).toEqual([false, true]);
  await clock.advance(5 * minute);
  expect(changes).toEqual([false, true, false]);
});

test('while nobody is there, and after the end, no timer waits', async () => {
  const {clock, presence} = open();
  presence.noteBlur();
  expect(clock.pending).toBe(0);
  presence.noteSign();
  await clock.advance(5 * minute);
  expect(clock.pending).toBe(0);
  presence.noteSign();
  presence.dispose();
  expect(clock.pending).toBe(0);
});
