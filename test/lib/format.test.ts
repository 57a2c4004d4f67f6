import fc from 'fast-check';
import {expect, it, test} from 'vitest';
import {
  byteSize,
  clockTime,
  count,
  counted,
  dateTime,
  duration,
  elapsed,
  elapsedShort,
  errorText,
  exactSpan,
  fineDuration,
  httpTime,
  isoTime,
  isTime,
  moment,
  preciseTime,
  readDuration,
  readTime,
  systemZoneOffset,
  timeOfText,
} from '../../source/lib/format.ts';

test.each([
  [new TypeError('no such folder'), 'no such folder'],
  ['odd', 'odd'],
  [
    Object.assign(new Error('ENOENT: …, uv_cwd'), {code: 'ENOENT', syscall: 'uv_cwd'}),
    'the working folder was deleted · cd to another one, or give whole paths',
  ],
  [undefined, 'undefined'],
  [{code: 1}, '[object Object]'],
])('what was thrown, in words', (thrown, text) => {
  expect(errorText(thrown)).toBe(text);
});

test.each([
  ['0s', 0],
  ['90s', 90_000],
  ['10m', 600_000],
  ['10 m', 600_000],
  ['2H', 7_200_000],
  ['1h30m', 5_400_000],
  [' 1h 30m ', 5_400_000],
  ['1d1h1m1s', 90_061_000],
  ['999999999d', 86_399_999_913_600_000],
])('%j is %d ms', (text, milliseconds) => {
  expect(readDuration(text)).toBe(milliseconds);
});

test.each(['', '90', 'm', '-5m', '1m1h', '1m2m', '1.5h', '5w', '1000000000d', '5 min'])('%j is none', (text) => {
  expect(readDuration(text)).toBeUndefined();
});

const at = Date.UTC(2026, 10, 25, 9, 7, 5, 999);

it('times are UTC, whatever the machine is set to', () => {
  expect(clockTime(at)).toBe('09:07:05');
  expect(dateTime(at)).toBe('2026-11-25 09:07:05');
  expect(preciseTime(at)).toBe('2026-11-25 09:07:05.999');
  expect(isoTime(at)).toBe('2026-11-25T09:07:05.999Z');
  expect(httpTime(at)).toBe('Wed, 25 Nov 2026 09:07:05 GMT');
});

it('times are read as they are written', () => {
  expect(readTime(isoTime(at))).toBe(at);
  expect(readTime(httpTime(at))).toBe(at - 999);
  expect(readTime('soon')).toBeNaN();
  expect(timeOfText('2026-99-99T99:99:99Z')).toBeUndefined();
  expect(timeOfText(isoTime(at))).toBe(at);
  expect([at, 8.64e15, 8.64e15 + 1, Number.NaN].map(isTime)).toEqual([true, true, false, false]);
});

it('the zone of the system is ahead of UTC by what its local times show', () => {
  expect(systemZoneOffset(at)).toBe(-new Date(at).getTimezoneOffset());
});

const [second, hour, day] = [1000, 3_600_000, 86_400_000];

test.each([
  // milliseconds, the nearest, to a tenth, what has passed, the same narrow
  [-5, 'less than 1 s', '-0.0 s', '-1 s', '-1s'],
  [40, 'less than 1 s', '0.0 s', '0 s', '0s'],
  [499, 'less than 1 s', '0.5 s', '0 s', '0s'],
  [500, '1 s', '0.5 s', '0 s', '0s'],
  [4200, '4 s', '4.2 s', '4 s', '4s'],
  [9949, '10 s', '9.9 s', '9 s', '9s'],
  [9960, '10 s', '10 s', '9 s', '9s'],
  [119.4 * second, '119 s', '119 s', '119 s', '119s'],
  [119.6 * second, '2 min', '2 min', '119 s', '119s'],
  [7140 * second, '119 min', '119 min', '119 min', '119m'],
  [2 * hour - 1, '2 h', '2 h', '119 min', '119m'],
  [2 * hour, '2 h', '2 h', '2 h', '2h'],
  [47 * hour, '47 h', '47 h', '47 h', '47h'],
  [2 * day - 1, '2 d', '2 d', '47 h', '47h'],
  [2 * day, '2 d', '2 d', '2 d', '2d'],
  [365 * day, '365 d', '365 d', '365 d', '365d'],
  [99_999 * day, '99999 d', '99999 d', '9999 d', '9999d'],
])('%d ms', (milliseconds, ...words) => {
  expect([duration, fineDuration, elapsed, elapsedShort].map((format) => format(milliseconds))).toEqual(words);
});

test.each([
  [second, '1 s'],
  [90 * second, '90 s'],
  [hour / 2, '30 min'],
  [hour, '1 h'],
  [1.5 * hour, '90 min'],
  [day, '1 d'],
  [7 * day, '7 d'],
])('a span of %d ms is %s', (milliseconds, words) => {
  expect(exactSpan(milliseconds)).toBe(words);
});

test.each([
  [0, '0'],
  [999, '999'],
  [52_118, '52,118'],
  [1000, '1,000'],
  [1_234_567, '1,234,567'],
  [12_000_000_000, '12,000,000,000'],
])('%i is counted as %s', (value, text) => {
  expect(count(value)).toBe(text);
});

it('one is not many', () => {
  expect(counted(1, 'entry', 'entries')).toBe('1 entry');
  expect(counted(0, 'entry', 'entries')).toBe('0 entries');
  expect(counted(48_237, 'entry', 'entries')).toBe('48,237 entries');
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [1440, '1.4 kB'],
  [9940, '9.9 kB'],
  [9960, '10 kB'],
  [12_345, '12 kB'],
  [999_400, '999 kB'],
  [999_600, '1.0 MB'],
  [12_345_678, '12 MB'],
  [2 * 1024 * 1024, '2.1 MB'],
  [999_600_000, '1.0 GB'],
  [5_000_000_000_000, '5000 GB'],
])('%i bytes are %s', (bytes, text) => {
  expect(byteSize(bytes)).toBe(text);
});

it('a size is never more than 5 % off', () => {
  const units = {B: 1, kB: 1e3, MB: 1e6, GB: 1e9};
  fc.assert(
    fc.property(fc.integer({min: 1, max: 900_000_000_000}), (bytes) => {
      const [value = '', unit = ''] = byteSize(bytes).split(' ');
      const said = Number(value) * (units[unit as keyof typeof units] ?? Number.NaN);
      expect(Math.abs(said - bytes) / bytes).toBeLessThanOrEqual(0.055);
    }),
  );
});

test('a moment has its date when it is more than a day away', () => {
  const now = Date.UTC(2026, 10, 25, 7, 0);
  expect(moment(Date.UTC(2026, 10, 25, 3, 12), now)).toBe('03:12');
  expect(moment(Date.UTC(2026, 10, 24, 23, 10), now)).toBe('23:10');
  expect(moment(Date.UTC(2026, 10, 24, 6, 59), now)).toBe('11-24 06:59');
  expect(moment(Date.UTC(2026, 10, 26, 7, 1), now)).toBe('11-26 07:01');
});
