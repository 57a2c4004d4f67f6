import {describe, expect, test} from 'vitest';
import {describeCut, transportFailure} from '../../../source/engine/api/transport-failure.ts';

const url = 'https://feldera.example:8443/v0/pipelines';
const error = (code: string, more: object = {}): Error => Object.assign(new Error(`${code} happened`), {code, ...more});
/** As undici throws it: without a code. */
const breach = (reason: string, data = ''): Error =>
  Object.assign(new Error(`Response does not match the HTTP/1.1 protocol (${reason})`), {
    name: 'HTTPParserError',
    data,
  });

function summary(reason: unknown): string {
  const failure = transportFailure(reason, url);
  if (failure.kind === 'cancelled') return 'cancelled';
  expect(failure.message).toMatch(/^[^\n]+[^.\n]$/);
  return `${failure.kind} ${failure.reason}`;
}

describe('transportFailure', () => {
  test.each([
    ['ECONNREFUSED', 'retryable unreachable'],
    ['ENOTFOUND', 'retryable unreachable'],
    ['EAI_AGAIN', 'retryable unreachable'],
    ['EHOSTUNREACH', 'retryable unreachable'],
    ['ENETUNREACH', 'retryable unreachable'],
    ['ENETDOWN', 'retryable unreachable'],
    ['ECONNRESET', 'retryable unreachable'],
    ['EPIPE', 'retryable unreachable'],
    ['UND_ERR_SOCKET', 'retryable unreachable'],
    ['EADDRNOTAVAIL', 'retryable unreachable'],
    ['ETIMEDOUT', 'retryable timeout'],
    ['UND_ERR_HEADERS_OVERFLOW', 'retryable protocol'],
    ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'retryable protocol'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'retryable protocol'],
    ['UND_ERR_ABORTED', 'cancelled'],
    ['UND_ERR_DESTROYED', 'cancelled'],
    ['UND_ERR_CLOSED', 'cancelled'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'fatal certificate'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'fatal certificate'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'fatal certificate'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'fatal certificate'],
    ['CERT_HAS_EXPIRED', 'fatal certificate'],
    ['CERT_NOT_YET_VALID', 'fatal certificate'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'fatal certificate'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'fatal wrong-url'],
    ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'fatal wrong-url'],
  ])('%s is %s', (code, expected) => {
    expect(summary(error(code))).toBe(expected);
  });

  test('the code may be that of the cause, or of the first of several addresses', () => {
    expect(summary(new TypeError('failed', {cause: error('ECONNREFUSED')}))).toBe('retryable unreachable');
    expect(summary(new AggregateError([error('ETIMEDOUT'), error('ECONNREFUSED')]))).toBe('retryable timeout');
  });

  test('what has no code is a connection that failed, never a crash', () => {
    expect(summary(new Error('odd'))).toBe('retryable unreachable');
    expect(summary('odd')).toBe('retryable unreachable');
    expect(summary(undefined)).toBe('retryable unreachable');
  });

  test('a TLS alert in place of HTTP shows which scheme to use', () => {
    const alert = breach('Expected HTTP/, RTSP/ or ICE/', '\u0015\u0003\u0003\0\u0002\u0002P');
    expect(transportFailure(alert, 'http://feldera.example/')).toMatchObject({
      reason: 'wrong-url',
      message: 'feldera.example serves https: use --host https://feldera.example',
    });
  });

  test('a connection that is closed unanswered may have been meant for TLS, unless it was TLS', () => {
    const message = (code: string, to: string) => transportFailure(error(code), to);
    for (const code of ['UND_ERR_SOCKET', 'EPIPE', 'ECONNRESET']) {
      expect(message(code, 'http://feldera.example/')).toMatchObject({
        message: expect.stringMatching(
          /^feldera\.example \w+ the connection before it answered · if it serves https, use --host https:\/\/feldera\.example$/,
        ),
      });
      expect(message(code, url)).toMatchObject({message: expect.stringMatching(/before it answered$/)});
    }
  });

  test('where the server has answered before, no other scheme is advised', () => {
    for (const code of ['UND_ERR_SOCKET', 'EPIPE', 'ECONNRESET', 'CUT_IN_TLS_HANDSHAKE']) {
      for (const to of ['http://feldera.example/', url]) {
        expect(transportFailure(error(code), to, true)).toMatchObject({
          reason: 'unreachable',
          message: expect.stringMatching(
            /^feldera\.example\S* \w+ the connection before it answered$|^the TLS handshake with feldera\.example\S* failed$/,
          ),
        });
      }
    }
    expect(transportFailure(error('CUT_IN_TLS_HANDSHAKE'), url)).toMatchObject({
      message: expect.stringMatching(/ · if it serves plain http, use --host http:/),
    });
  });

  test('what is not HTTP is named', () => {
    expect(transportFailure(breach('Expected HTTP/, RTSP/ or ICE/', 'SSH-2.0'), url)).toMatchObject({
      kind: 'retryable',
      reason: 'protocol',
      message: 'feldera.example:8443 does not answer in HTTP (Expected HTTP/, RTSP/ or ICE/)',
    });
  });

  test("undici's code for a closed socket also means a response that was not requested", () => {
    const hundred = Object.assign(new Error('bad response'), {code: 'UND_ERR_SOCKET'});
    expect(summary(hundred)).toBe('retryable protocol');
  });
});

test.each([
  ['ECONNRESET', 'the connection was reset'],
  ['ETIMEDOUT', 'the network went silent'],
  ['UND_ERR_SOCKET', 'the connection closed before the body was complete'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'the connection closed before the body was complete'],
  ['EIO', 'the connection broke (EIO)'],
  ['', 'the connection broke'],
])('a body cut by %s', (code, words) => {
  expect(describeCut(error(code))).toBe(words);
});

test('a body cut by the HTTP parser', () => {
  expect(describeCut(breach('Invalid EOF state'))).toBe('the connection closed before the body was complete');
  expect(describeCut(breach('Invalid character in chunk size'))).toBe(
    'the body broke the HTTP protocol (Invalid character in chunk size)',
  );
});
