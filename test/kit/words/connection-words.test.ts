import {describe, expect, it, test} from 'vitest';
import type {ApiFailure, FatalReason, RetryableReason} from '../../../source/engine/api/types.ts';
import type {ConnectionState} from '../../../source/engine/connection/state.ts';
import {connectionWords} from '../../../source/kit/words/connection-words.ts';

const fatal = (reason: FatalReason): ApiFailure => ({kind: 'fatal', reason, message: ''});
const retryable = (reason: RetryableReason): ApiFailure => ({kind: 'retryable', reason, message: ''});
const refused = (failure: ApiFailure): ConnectionState => ({
  kind: 'gone',
  reason: {kind: 'refused', failure},
  until: 0,
});
const waiting = (until: number, failure?: ApiFailure): ConnectionState => ({
  kind: 'waiting',
  until,
  tries: 1,
  cause: 'server-lost',
  failure,
});

test.each<[string, ConnectionState | undefined, string]>([
  ['no tab', undefined, ''],
  ['a stream that has not begun', {kind: 'idle'}, ''],
  ['connecting', {kind: 'connecting'}, 'connecting'],
  ['catching up', {kind: 'catching-up', since: 0}, 'catching up'],
  ['live', {kind: 'live'}, 'LIVE'],
  ['ended', {kind: 'ended'}, 'ended'],
  ['deleted', {kind: 'gone', reason: {kind: 'deleted'}, until: 0}, 'deleted'],
  ['401', refused(fatal('unauthorized')), 'credentials refused'],
  ['401, expired', refused(fatal('token-expired')), 'token expired'],
  [
    '401, expired at a known time',
    refused({...fatal('token-expired'), expired: {at: Date.UTC(2026, 10, 27, 7, 52)}} as ApiFailure),
    'token expired 11-27 07:52 UTC',
  ],
  ['403', refused(fatal('forbidden')), 'not permitted'],
  ['an unknown tenant', refused(fatal('unknown-tenant')), 'unknown tenant'],
  ['the web console', refused(fatal('wrong-url')), 'wrong URL'],
  ['a certificate', refused(fatal('certificate')), 'certificate refused'],
  ['404', refused(fatal('unknown-pipeline')), 'deleted'],
  ['400', refused(fatal('bad-request')), 'refused'],
  ['431', refused(fatal('headers-too-large')), 'refused'],
  ['anything else', refused(retryable('protocol')), 'refused'],
])('%s', (_, state, text) => {
  expect(connectionWords(state, 0, true)).toMatchObject({text, countdown: false});
});

describe('waiting', () => {
  it('counts whole seconds down, and only then asks for a tick', () => {
    expect(connectionWords(waiting(30_000, retryable('unreachable')), 0, true)).toMatchObject({
      text: 'reconnecting in 30 s',
      countdown: true,
    });
    expect(connectionWords(waiting(30_000), 28_001, true).text).toBe('reconnecting in 2 s');
    expect(connectionWords(waiting(30_000), 29_999, true).text).toBe('reconnecting in 1 s');
  });

  it('has no number that no user sees change', () => {
    const words = connectionWords(waiting(30_000, retryable('unreachable')), undefined, true);
    expect(words).toMatchObject({text: 'reconnecting', countdown: false});
  });

  it('never counts below zero', () => {
    expect(connectionWords(waiting(30_000), 45_000, true).text).toBe('reconnecting in 0 s');
  });
});

test('live is not the colour of trouble', () => {
  const live = connectionWords({kind: 'live'}, 0, true).style.fg;
  expect(live).not.toBe(connectionWords(refused(fatal('unauthorized')), 0, true).style.fg);
});
