import {expect, test} from 'vitest';
import {parseRetryAfter} from '../../source/api/retry-after.ts';

const now = Date.parse('2026-11-25T09:12:38Z');

test.each([
  ['5', 5000],
  [' 0 ', 0],
  // A year, as sent: the caller caps it.
  ['31536000', 31_536_000_000],
  ['Wed, 25 Nov 2026 09:13:08 GMT', 30_000],
  ['Wed, 25 Nov 2020 09:13:08 GMT', 0],
  [undefined, undefined],
  ['', undefined],
  ['-5', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['5 apples', undefined],
  ['2027', 2_027_000],
  ['2027-01-01', undefined],
  ['9'.repeat(400), undefined],
  ['Abc, 99 Xyz 2026 99:99:99 GMT', undefined],
])('%s is %s ms', (value, milliseconds) => {
  expect(parseRetryAfter(value, now)).toBe(milliseconds);
});
