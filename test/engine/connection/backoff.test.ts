import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {ApiFailure, RetryableReason} from '../../../source/engine/api/types.ts';
import {askedDelay, retryDelay, slowDelay} from '../../../source/engine/connection/backoff.ts';

const rolls = fc.double({min: 0, max: 1, maxExcluded: true, noNaN: true});

function retryable(reason: RetryableReason, retryAfter?: number): ApiFailure {
  const failure = {kind: 'retryable', reason, message: 'no'} as const;
  return retryAfter === undefined ? failure : {...failure, retryAfter};
}

test('the backoff lies between 1 s and 30 s and never shrinks for the same roll', () => {
  fc.assert(
    fc.property(fc.nat(2000), rolls, (tries, roll) => {
      const delay = retryDelay(undefined, tries, roll);
      expect(delay).toBeGreaterThanOrEqual(1000);
      expect(delay).toBeLessThanOrEqual(30_000);
      expect(retryDelay(undefined, tries + 1, roll)).toBeGreaterThanOrEqual(delay);
    }),
  );
  expect([1, 2, 3, 4, 5, 6].map((tries) => retryDelay(undefined, tries, 0))).toEqual([
    1000, 2000, 4000, 8000, 15_000, 15_000,
  ]);
  expect(retryDelay(undefined, 1, 0.5)).toBe(1500);
});

test('Retry-After wins over the backoff, bounded to 1 s … 5 min', () => {
  const after = (milliseconds: number) => retryDelay(retryable('runner-unreachable', milliseconds), 9, 0.5);
  expect([5000, 0, 365 * 86_400_000, -1, Number.POSITIVE_INFINITY].map(after)).toEqual([
    5000, 1000, 300_000, 1000, 300_000,
  ]);
  expect(askedDelay(retryable('server-error', Number.NaN))).toBeUndefined();
  expect(askedDelay(undefined)).toBeUndefined();
});

test('the empty 404 is retried soon, then every 2 s', () => {
  const delays = [1, 4, 5, 6, 7, 100].map((tries) => retryDelay(retryable('not-ready'), tries, 0.9));
  expect(delays).toEqual([500, 500, 1000, 2000, 2000, 2000]);
});

test('what needs the user is tried again after 30 to 60 s', () => {
  fc.assert(fc.property(rolls, (roll) => slowDelay(roll) >= 30_000 && slowDelay(roll) <= 60_000));
});
