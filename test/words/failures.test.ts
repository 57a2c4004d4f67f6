import {expect, test} from 'vitest';
import {ApiError} from '../../source/api/errors.ts';
import type {ApiFailure, FatalReason, RetryableReason} from '../../source/api/types.ts';
import {UsageError} from '../../source/settings/parse-values.ts';
import {errorWithAdvice, withAdvice} from '../../source/words/failures.ts';

const fatal = (reason: FatalReason, message: string) => ({kind: 'fatal', reason, message}) as const;
const retryable = (reason: RetryableReason, message: string) => ({kind: 'retryable', reason, message}) as const;

test.each([
  [retryable('unreachable', 'nobody'), 'nobody · --host, FELDERA_HOST or a context names the server'],
  [retryable('timeout', 'slow'), 'slow · --host, FELDERA_HOST or a context names the server'],
  [fatal('wrong-url', 'a page'), 'a page · --host, FELDERA_HOST or a context names the server'],
  [fatal('unauthorized', 'no'), 'no · --auth, FELDERA_API_KEY or a context says what to log in with'],
  [fatal('token-expired', 'old'), 'old · --auth, FELDERA_API_KEY or a context says what to log in with'],
  [{...fatal('token-expired', 'old'), expired: {at: 0}, renewedBy: 'command'} as const, 'old'],
  [fatal('unknown-tenant', 'which?'), 'which? · --tenant, FELDERA_TENANT or a context names it'],
  [fatal('forbidden', 'no'), 'no · of several tenants --tenant, FELDERA_TENANT or a context chooses one'],
  [retryable('server-error', 'it failed'), 'it failed'],
  [fatal('unknown-pipeline', 'gone'), 'gone'],
])('%j', (failure, said) => {
  expect(withAdvice(failure)).toBe(said);
});

test('nothing more where the message names the flag, or speaks of a proxy', () => {
  for (const message of ['if it speaks TLS, use --host https://x', 'the proxy http://p does not lead to x (403)']) {
    expect(withAdvice(retryable('unreachable', message))).toBe(message);
  }
});

test('errors other than failures of the API are as they were', () => {
  const failure: ApiFailure = fatal('unauthorized', 'no');
  expect(errorWithAdvice(new ApiError(failure)).message).toMatch(/^no · --auth/);
  const own = new UsageError('wrong');
  expect(errorWithAdvice(own)).toBe(own);
  expect(errorWithAdvice('odd').message).toBe('odd');
});
