import {expect, it} from 'vitest';
import {Absence} from '../../source/ui/absence.ts';
import {log, sight} from '../attention/sights.ts';
import {FakeClock} from '../harness/fake-clock.ts';

function open(awayAfter = 10_000) {
  const clock = new FakeClock(0);
  let looks = 0;
  const look = () => {
    looks += 1;
    return sight(clock.wall(), []);
  };
  return {clock, absence: new Absence({clock, awayAfter, look}), looks: () => looks};
}

it('answers what was known at the key before', async () => {
  const {clock, absence} = open();
  await clock.advance(5000);
  expect(absence.noteKey()).toBeUndefined();
  await clock.advance(10_000);
  expect(absence.noteKey()?.at).toBe(5000);
  expect(absence.noteKey()).toBeUndefined();
});

it('a machine that slept was away, though its timers stood still', () => {
  const {clock, absence} = open();
  absence.noteKey();
  clock.jumpWall(20_000);
  expect(absence.noteKey()?.at).toBe(0);
});

it('keys in quick succession look at everything once a second', async () => {
  const {clock, absence, looks} = open();
  const before = looks();
  for (let key = 0; key < 100; key++) {
    await clock.advance(50);
    absence.noteKey();
  }
  expect(looks() - before).toBe(5);
});

it('a log that caught up after the user had left counts from there', async () => {
  const {clock, absence} = open();
  absence.noteCaughtUp(log('a', {lines: 5}));
  absence.noteCaughtUp(log('a', {lines: 9}));
  await clock.advance(10_000);
  expect(absence.noteKey()?.logs).toEqual([log('a', {lines: 9})]);
});

it('0 is never', async () => {
  const {clock, absence} = open(0);
  await clock.advance(1e9);
  expect(absence.noteKey()).toBeUndefined();
});
