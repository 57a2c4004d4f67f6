import {expect, test} from 'vitest';
import {nearestSame, sameFailure} from '../../../source/engine/records/same-failure.ts';

const minute = Date.parse('2026-11-27T13:30:00Z');

test.each([
  ['29 ms apart', minute + 359, minute + 388],
  ['29 ms apart, from one second to the next', minute + 985, minute + 1014],
  ['29 ms apart, from one minute to the next', minute - 15, minute + 14],
  ['as far apart as two clocks may be', minute, minute + 10_000],
  ['of which one has no time', minute, undefined],
  ['of which one has a time that cannot be read', minute, Number.NaN],
])('two that are %s tell of one failure, whichever comes first', (_, a, b) => {
  expect(sameFailure({at: a}, {at: b})).toBe(true);
  expect(sameFailure({at: b}, {at: a})).toBe(true);
});

test('two that are farther apart do not, unless both tell it now in the same words', () => {
  const told = (at: number, heardAt: number, words: string) => ({at, heard: {at: heardAt, words}});
  expect(sameFailure({at: minute}, {at: minute + 10_001})).toBe(false);
  const log = told(minute, 5000, 'exit status: 5');
  expect(sameFailure(log, told(minute - 60_000, 7000, 'Failed · exit status: 5'))).toBe(true);
  expect(sameFailure(told(minute + 60_000, 7000, 'Failed · exit status: 5'), log)).toBe(true);
  expect(sameFailure(log, told(minute + 60_000, 7000, 'Failed · exit status: 6'))).toBe(false);
  expect(sameFailure(log, told(minute + 60_000, 15_001, 'Failed · exit status: 5'))).toBe(false);
  expect(sameFailure(log, {at: minute + 60_000})).toBe(false);
});

test('one that lasted is told at any time until it was over', () => {
  const crash = {at: minute, until: minute + 60_000};
  expect(sameFailure(crash, {at: minute + 30_000})).toBe(true);
  expect(sameFailure({at: minute + 70_000}, crash)).toBe(true);
  expect(sameFailure({at: minute + 70_001}, crash)).toBe(false);
  expect(sameFailure(crash, {at: minute - 10_001})).toBe(false);
});

test('of several the nearest is the same', () => {
  const times = [minute - 4000, minute + 1000, minute + 3000, minute + 90_000];
  const nearest = (at: number) => nearestSame({at}, times, (each) => [{at: each}]);
  expect([minute, minute + 2500, minute + 90_001].map(nearest)).toEqual([
    minute + 1000,
    minute + 3000,
    minute + 90_000,
  ]);
  expect(nearest(minute + 40_000)).toBeUndefined();
});

test('two times of one database are exact, and of several that may have been at one time the last is the same', () => {
  const database = (at: number, until = at) => ({at, until, from: 'API'}) as const;
  expect(sameFailure(database(minute), database(minute + 50))).toBe(true);
  expect(sameFailure(database(minute), database(minute + 500))).toBe(false);
  expect(sameFailure(database(minute), {at: minute + 500})).toBe(true);
  const stopped = database(minute, minute + 60_000);
  const times = [minute + 5000, minute + 50_000, minute + 61_000];
  expect(nearestSame(stopped, times, (at) => [database(at)])).toBe(minute + 50_000);
});
