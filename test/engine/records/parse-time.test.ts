import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {parseSince, parseTime, type TimeContext} from '../../../source/engine/records/parse-time.ts';

const now = Date.UTC(2026, 10, 25, 12, 30, 15, 250);
const utc: TimeContext = {now};
/** Two hours ahead of UTC, one from 1 December 2026 on. */
const ahead: TimeContext = {now, offsetOf: (at) => (at < Date.UTC(2026, 11, 1) ? 2 : 1) * 60};

function answer(text: string, context = utc): string {
  const read = parseTime(text, context);
  return read.kind === 'error' ? 'error' : new Date(read.at).toISOString();
}

test.each([
  ['12:03', '2026-11-25T12:03:00.000Z'],
  [' 9:03 ', '2026-11-25T09:03:00.000Z'],
  ['12:03:44', '2026-11-25T12:03:44.000Z'],
  ['12:03:44.123', '2026-11-25T12:03:44.123Z'],
  ['12:03:44,5', '2026-11-25T12:03:44.500Z'],
  ['12:03z', '2026-11-25T12:03:00.000Z'],
  ['00:00', '2026-11-25T00:00:00.000Z'],
  ['12:31:15', '2026-11-25T12:31:15.000Z'],
  ['12:31:16', '2026-11-24T12:31:16.000Z'],
  ['23:59', '2026-11-24T23:59:00.000Z'],
  ['-5m', '2026-11-25T12:25:15.250Z'],
  ['-5', '2026-11-25T12:25:15.250Z'],
  ['-1h30m', '2026-11-25T11:00:15.250Z'],
  ['- 1h 30m', '2026-11-25T11:00:15.250Z'],
  ['-90s', '2026-11-25T12:28:45.250Z'],
  ['-90S', '2026-11-25T12:28:45.250Z'],
  ['-2d', '2026-11-23T12:30:15.250Z'],
  ['+5m', '2026-11-25T12:35:15.250Z'],
  ['+999999999d', '9999-12-31T23:59:59.999Z'],
  ['-1d1h1m1s', '2026-11-24T11:29:14.250Z'],
  ['-999999999d', '1970-01-01T00:00:00.000Z'],
  ['now', '2026-11-25T12:30:15.250Z'],
  ['Now', '2026-11-25T12:30:15.250Z'],
  ['2026-11-25T12:03:44Z', '2026-11-25T12:03:44.000Z'],
  ['2026-11-25T12:03:44.372844Z', '2026-11-25T12:03:44.372Z'],
  ['2026-11-25T12:03:44+01:00', '2026-11-25T11:03:44.000Z'],
  ['2026-11-25 12:03 -0530', '2026-11-25T17:33:00.000Z'],
  ['2026-11-25 12:03 UTC', '2026-11-25T12:03:00.000Z'],
  ['2026-11-25', '2026-11-25T00:00:00.000Z'],
  ['2026-11-25 12:03', '2026-11-25T12:03:00.000Z'],
  ['2026-11-25T12:03:44', '2026-11-25T12:03:44.000Z'],
  ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  // A date may be in the future.
  ['2027-01-01 00:00', '2027-01-01T00:00:00.000Z'],
])('the time %j is %s', (text, expected) => {
  expect(answer(text)).toBe(expected);
});

test.each([
  ['-5m', '2026-11-20T07:55:00.000Z'],
  ['+5m', '2026-11-20T08:05:00.000Z'],
  ['+ 1h 30m', '2026-11-20T09:30:00.000Z'],
  // The others do not count from it.
  ['now', '2026-11-25T12:30:15.250Z'],
  ['12:03', '2026-11-25T12:03:00.000Z'],
  ['23:59', '2026-11-24T23:59:00.000Z'],
])('with a line of 8 o’clock, the time %j is %s', (text, expected) => {
  expect(answer(text, {now, from: Date.UTC(2026, 10, 20, 8)})).toBe(expected);
});

test.each([
  ['14:30', '2026-11-25T12:30:00.000Z'],
  ['14:32', '2026-11-24T12:32:00.000Z'],
  // Today there, yesterday in UTC.
  ['00:30', '2026-11-24T22:30:00.000Z'],
  ['2026-11-25', '2026-11-24T22:00:00.000Z'],
  ['2026-12-25 12:03', '2026-12-25T11:03:00.000Z'],
  ['2026-11-25T12:03:44Z', '2026-11-25T12:03:44.000Z'],
  ['12:03 UTC', '2026-11-25T12:03:00.000Z'],
  ['-5m', '2026-11-25T12:25:15.250Z'],
])('shown in local time, the time %j is %s', (text, expected) => {
  expect(answer(text, ahead)).toBe(expected);
});

const noTimes =
  '|5|-|--5m|-5x|+5x|+|-1m1h|+-5m|12|12:3|24:00|12:60|12:03:60|12:03:44.|2026-02-30|2026-13-01|2026-11|2026-11-25Z';

test.each([...noTimes.split('|'), '2026-11-25 noon', '2026-11-25 12:03 +99:00', 'yesterday', 'Z', '12:03ZZ'])(
  '%j is no time',
  (text) => {
    expect(parseTime(text, utc)).toEqual({
      kind: 'error',
      text: 'not a time; try 12:03, 12:03:44.5, -5m, +1h30m, 2026-11-25 12:03 or now',
    });
  },
);

test('the examples in the errors work', () => {
  for (const text of ['12:03', '12:03:44.5', '-5m', '+1h30m', '2026-11-25 12:03', 'now']) {
    expect(parseTime(text, utc).kind).toBe('time');
  }
});

test.each([
  ['10m', '2026-11-25T12:20:15.250Z'],
  ['-10m', '2026-11-25T12:20:15.250Z'],
  ['1h30m', '2026-11-25T11:00:15.250Z'],
  ['2d', '2026-11-23T12:30:15.250Z'],
  ['12:03', '2026-11-25T12:03:00.000Z'],
  ['2026-11-25T12:03:44Z', '2026-11-25T12:03:44.000Z'],
])('since %s is since %s', (text, expected) => {
  const read = parseSince(text, utc);
  expect(read.kind === 'time' && new Date(read.at).toISOString()).toBe(expected);
});

test.each(['', '10', 'm', '10x', '+5m', 'yesterday'])('%j is no time to begin with', (text) => {
  expect(parseSince(text, utc)).toEqual({
    kind: 'error',
    text: 'not a time; try 10m, 1h30m, 12:03, 2026-11-25 12:03 or now',
  });
});

describe('properties', () => {
  test('a time as the log writes it is that time, in any abbreviation', () => {
    fc.assert(
      fc.property(fc.integer({min: 0, max: now}), (at) => {
        const iso = new Date(at).toISOString();
        expect(answer(iso)).toBe(iso);
        expect(answer(iso.slice(0, -1))).toBe(iso);
        expect(answer(iso.slice(0, -1).replace('T', ' '))).toBe(iso);
        expect(parseTime(iso, ahead)).toMatchObject({at});
      }),
    );
  });

  test('a time of day is never more than a minute ahead, nor more than a day ago', () => {
    fc.assert(
      fc.property(fc.nat(86_399), fc.integer({min: 86_400_000, max: now}), (seconds, moment) => {
        const text = new Date(seconds * 1000).toISOString().slice(11, 19);
        const read = parseTime(text, {...ahead, now: moment});
        const distance = read.kind === 'time' ? read.at - moment : Number.NaN;
        expect(distance).toBeLessThanOrEqual(60_000);
        expect(distance).toBeGreaterThan(60_000 - 86_400_000);
      }),
    );
  });

  test('nothing that is typed throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[-+0-9:.,dhmstz% ]{0,24}$/)), (text) => {
        parseTime(text, ahead);
        parseSince(text, ahead);
      }),
    );
  });
});
