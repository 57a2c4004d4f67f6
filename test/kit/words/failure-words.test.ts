import {expect, test} from 'vitest';
import {ApiError} from '../../../source/engine/api/errors.ts';
import type {ApiFailure, FatalReason, RetryableReason} from '../../../source/engine/api/types.ts';
import {UsageError} from '../../../source/kit/settings/parse-values.ts';
import {errorWithAdvice, withAdvice} from '../../../source/kit/words/failure-words.ts';

const fatal = (reason: FatalReason, message: string) => ({kind: 'fatal', reason, message}) as const;
const retryable = (reason: RetryableReason, message: string) => ({kind: 'retryable', reason, message}) as const;

test.each([
  [retryable('unreachable', 'nobody'), 'nobody · set the server with --host, FELDERA_HOST or a context'],
  [retryable('timeout', 'slow'), 'slow · set the server with --host, FELDERA_HOST or a context'],
  [fatal('wrong-url', 'a page'), 'a page · check --host, FELDERA_HOST or the context'],
  [fatal('unauthorized', 'no'), 'no · set a key with --auth, FELDERA_API_KEY or a context'],
  [fatal('token-expired', 'old'), 'old · set a key with --auth, FELDERA_API_KEY or a context'],
  [{...fatal('token-expired', 'old'), expired: {at: 0}, renewedBy: 'command'} as const, 'old'],
  [fatal('unknown-tenant', 'which?'), 'which? · set it with --tenant, FELDERA_TENANT or a context'],
  [fatal('forbidden', 'no'), 'no · choose a tenant with --tenant, FELDERA_TENANT or a context'],
  [retryable('server-error', 'it failed'), 'it failed'],
  [fatal('unknown-pipeline', 'gone'), 'gone'],
])('%j', (failure, said) => {
  expect(withAdvice(failure)).toBe(said);
});

test('nothing more where the message names the flag, or speaks of a proxy', () => {
  for (const message of ['if it serves https, use --host https://x', 'the proxy http://p does not lead to x (403)']) {
    expect(withAdvice(retryable('unreachable', message))).toBe(message);
  }
});

test('errors other than failures of the API are as they were', () => {
  const failure: ApiFailure = fatal('unauthorized', 'no');
  expect(errorWithAdvice(new ApiError(failure)).message).toMatch(/^no · set a key with --auth/);
  const own = new UsageError('wrong');
  expect(errorWithAdvice(own)).toBe(own);
  expect(errorWithAdvice('odd').message).toBe('odd');
});
