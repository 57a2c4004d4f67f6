import {describe, expect, test} from 'vitest';
import {type ApiRoute, failureOf, isWebPage} from '../../../source/engine/api/http-failure.ts';
import {type SentHeaders, ServerHeaders} from '../../../source/engine/api/server-text.ts';
import type {ApiFailure} from '../../../source/engine/api/types.ts';

describe('isWebPage', () => {
  test.each([
    [{'content-type': 'text/html'}, '', true],
    [{'content-type': 'application/json'}, '\n <!DOCTYPE html>', true],
    [{}, '<html lang="en">', true],
    [{}, '<?xml version="1.0"?>', false],
    [{'content-type': 'application/json'}, '{"a":"<html>"}', false],
    [{}, '<htmlish>', false],
    [{}, '', false],
  ])('%o %s: %s', (headers, body, expected) => {
    expect(isWebPage(new ServerHeaders(headers), Buffer.from(body))).toBe(expected);
  });
});

describe('failure', () => {
  const json = (code: string, message = `about ${code}`) => JSON.stringify({message, error_code: code, details: {}});

  function failure(
    status: number,
    body = '',
    headers: SentHeaders = {},
    route: ApiRoute = 'logs',
    authorized = true,
  ): Exclude<ApiFailure, {kind: 'cancelled'}> {
    const url = 'http://localhost:8080/v0/pipelines/x/logs';
    const sent = {route, url, status, headers: new ServerHeaders(headers), body: Buffer.from(body), authorized};
    const found = failureOf({...sent, proxy: undefined});
    if (found.kind === 'cancelled') throw new Error('an answer cannot be a cancellation');
    expect(found.message).not.toMatch(/\.$/);
    return found;
  }

  describe('every row of the error table', () => {
    const typeJson = {'content-type': 'application/json'};
    test.each([
      [404, json('UnknownPipelineName', "Unknown pipeline name 'x'"), typeJson, 'fatal unknown-pipeline'],
      [404, '', {}, 'retryable not-ready'],
      [503, json('RunnerInteractionUnreachable'), {...typeJson, 'retry-after': '5'}, 'retryable runner-unreachable'],
      [503, json('RunnerInteractionLogFollowRequestChannelFull'), typeJson, 'retryable runner-unreachable'],
      [500, json('RunnerInteractionLogFollowRequestChannelClosed'), typeJson, 'retryable runner-unreachable'],
      [401, '', {'www-authenticate': 'Bearer'}, 'fatal unauthorized'],
      [401, json('AuthenticationFailed', 'Unauthorized API key'), {'content-type': 'text/plain'}, 'fatal unauthorized'],
      [403, json('InsufficientPermissions'), typeJson, 'fatal forbidden'],
      [403, json('NotATenantMember'), typeJson, 'fatal forbidden'],
      [403, json('NoTenantMemberships'), typeJson, 'fatal forbidden'],
      [400, json('AmbiguousTenantMembership'), typeJson, 'fatal unknown-tenant'],
      [404, json('UnknownTenantName'), typeJson, 'fatal unknown-tenant'],
      [400, 'Query deserialize error', {'content-type': 'text/plain'}, 'fatal bad-request'],
      [200, '<!doctype html><title>Feldera</title>', {'content-type': 'text/html'}, 'fatal wrong-url'],
      [431, '', {}, 'fatal headers-too-large'],
      [408, '', {}, 'retryable timeout'],
    ])('%i %s', (status, body, headers, expected) => {
      const found = failure(status, body, headers);
      expect(`${found.kind} ${found.reason}`).toBe(expected);
    });
  });

  describe('answers of proxies and of wrong servers', () => {
    test.each([
      [429, '', {'retry-after': '7'}, 'logs', 'retryable server-error'],
      [500, 'oops', {'content-type': 'text/plain'}, 'logs', 'retryable server-error'],
      [502, '<html>Bad Gateway</html>', {'content-type': 'text/html'}, 'logs', 'retryable server-error'],
      [504, '', {}, 'list', 'retryable server-error'],
      [403, '<html>', {'content-type': 'text/html'}, 'list', 'fatal forbidden'],
      [404, '<html>nginx</html>', {'content-type': 'text/html'}, 'logs', 'fatal wrong-url'],
      [404, '', {}, 'list', 'fatal wrong-url'],
      [404, '', {}, 'pipeline', 'fatal wrong-url'],
      [404, json('UnknownThing'), {}, 'list', 'fatal bad-request'],
      [405, '', {}, 'logs', 'fatal bad-request'],
      [200, '', {}, 'logs', 'fatal wrong-url'],
      [200, '[]', {'content-type': 'application/json'}, 'logs', 'fatal wrong-url'],
      [200, 'x', {'content-type': 'text/plain', 'content-encoding': 'gzip'}, 'logs', 'retryable protocol'],
      [200, '  <HTML lang="en">', {'content-type': 'text/plain'}, 'list', 'fatal wrong-url'],
      [200, '{"a":', {'content-type': 'application/json'}, 'list', 'retryable protocol'],
      [204, '', {}, 'logs', 'retryable protocol'],
      [200, json('UnknownPipelineName'), {'content-type': 'application/json'}, 'logs', 'fatal unknown-pipeline'],
      [200, json('DatabaseError'), {'content-type': 'application/json'}, 'logs', 'retryable server-error'],
      [404, json('constructor'), {}, 'list', 'fatal bad-request'],
    ] as const)('%i %s %o on %s', (status, body, headers, route, expected) => {
      const found = failure(status, body, headers, route);
      expect(`${found.kind} ${found.reason}`).toBe(expected);
    });
  });

  describe('the sentence', () => {
    test("holds the server's words", () => {
      const body = json('AuthenticationFailed', 'Unauthorized API key');
      const found = failure(401, body, {'content-type': 'text/plain'});
      expect(found.message).toBe('the server refused the credentials (401 Unauthorized API key)');
    });

    test('parts missing credentials from refused ones', () => {
      expect(failure(401, '', {}, 'list', false).message).toBe('the server asks for credentials (401)');
    });

    test('holds the description of a refused JWT', () => {
      const challenge = {'www-authenticate': 'Bearer error="invalid_token", error_description="InvalidAudience"'};
      expect(failure(401, '', challenge)).toMatchObject({
        reason: 'unauthorized',
        message: 'the server refused the credentials (401 InvalidAudience)',
      });
    });

    test.each(['ExpiredSignature', 'The access token expired'])('calls a token that is over so: %s', (description) => {
      const challenge = {'www-authenticate': `Bearer error="invalid_token", error_description="${description}"`};
      expect(failure(401, '', challenge)).toMatchObject({
        reason: 'token-expired',
        message: `the token has expired (401 ${description})`,
      });
      expect(failure(401, '', challenge, 'list', false).reason).toBe('unauthorized');
    });

    test('names the URL when that is what is wrong', () => {
      const page = failure(200, '<html>', {'content-type': 'text/html; charset=utf-8'});
      expect(page.message).toBe('http://localhost:8080 serves a web page, not the Feldera API');
    });

    test('names where a redirect leads, without its query', () => {
      const found = failure(302, '', {location: '/login?state=abc'});
      expect(found.reason).toBe('wrong-url');
      expect(found.message).toContain('redirects to http://localhost:8080/login (302)');
      expect(found.message).not.toContain('abc');
      expect(failure(302, '', {location: 'http://['}).message).toContain('redirects elsewhere (302)');
      expect(failure(307, '').message).toContain('redirects elsewhere (307)');
    });

    test('tells a 304, which nobody asked for, from a redirect', () => {
      expect(failure(304, '')).toMatchObject({kind: 'retryable', message: expect.stringContaining('status (304)')});
    });

    test.each([
      ['nginx', '<title>400 The plain HTTP request was sent to HTTPS port</title>'],
      ['Go', 'Client sent an HTTP request to an HTTPS server.'],
      ['Apache', "Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />"],
    ])('names TLS when %s does', (_, body) => {
      const found = failure(400, body, {'content-type': 'text/html'});
      expect(found.reason).toBe('wrong-url');
      expect(found.message).toBe('localhost:8080 serves https: use --host https://localhost:8080');
    });

    test('a login that a proxy on the way asks for, without one of ours', () => {
      expect(failure(407, '')).toMatchObject({
        kind: 'fatal',
        message: 'a proxy on the way asks for a login, but no variable names a proxy',
      });
    });

    test('never holds a page', () => {
      expect(failure(502, '<html>Bad Gateway</html>', {'content-type': 'text/html'}).message).toBe(
        'the server failed (502)',
      );
    });
  });

  test('Retry-After comes with every retryable failure', () => {
    const runner = failure(503, json('RunnerInteractionUnreachable'), {'retry-after': '5'});
    expect(runner).toMatchObject({kind: 'retryable', retryAfter: 5000});
    expect(failure(429, '', {'retry-after': '5'})).toMatchObject({kind: 'retryable', retryAfter: 5000});
  });

  test.each([
    ['5', 5000],
    [['5', '9'], 5000],
    [' 0 ', 0],
    // A year, as sent: the caller caps it.
    ['31536000', 31_536_000_000],
    [undefined, undefined],
    ['', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['5 apples', undefined],
    ['2027', 2_027_000],
    ['2027-01-01', undefined],
    ['9'.repeat(400), undefined],
    ['Wed, 25 Nov 2026 09:13:08 GMT', undefined],
  ])('Retry-After %s is %s ms', (value, milliseconds) => {
    const {retryAfter} = {retryAfter: undefined, ...failure(503, '', {'retry-after': value})};
    expect(retryAfter).toBe(milliseconds);
  });
});
