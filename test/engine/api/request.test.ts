import {describe, expect, test} from 'vitest';
import {parseBaseUrl, pipelinePath, requestTarget} from '../../../source/engine/api/request.ts';

describe('parseBaseUrl', () => {
  test.each([
    ['http://localhost:8080', 'http://localhost:8080'],
    [' https://Prod.Example.COM/ ', 'https://prod.example.com'],
    ['https://example.com:443', 'https://example.com'],
    ['https://example.com/feldera/eu//', 'https://example.com/feldera/eu'],
    ['http://[::1]:8080/', 'http://[::1]:8080'],
  ])('%s is %s', (text, url) => {
    expect(parseBaseUrl(text)).toBe(url);
    expect(parseBaseUrl(url)).toBe(url);
  });

  test.each([
    ['', /empty/],
    ['localhost:8080', /no scheme: did you mean http:\/\/localhost:8080\?/],
    ['prod.example.com', /did you mean https:\/\/prod\.example\.com\?/],
    ['10.0.0.7/x', /did you mean http:\/\/10\.0\.0\.7\/x\?/],
    ['http:/localhost', /did you mean http:\/\/localhost\?/],
    ['ftp://example.com', /must begin with http:\/\/ or https:\/\//],
    ['https://example.com/?tenant=a', /query/],
    ['https://example.com/#top', /fragment/],
    ['https://user:secret@example.com', /user name/],
    ['user:secret@example.com', /user name/],
    ['http:/user:secret@example.com', /user name/],
    ['https://exa mple.com', /not a valid URL/],
    ['http://localhost:99999', /not a valid URL/],
  ])('%s is refused in one line', (text, message) => {
    expect(() => parseBaseUrl(text)).toThrow(message);
    expect(() => parseBaseUrl(text)).not.toThrow(/secret|\n/);
  });
});

describe('routes', () => {
  const base = 'https://example.com/feldera';

  test('a prefix path stays in front', () => {
    expect(base + pipelinePath('orders', '/logs')).toBe('https://example.com/feldera/v0/pipelines/orders/logs');
    expect(base + pipelinePath('orders')).toBe('https://example.com/feldera/v0/pipelines/orders?selector=all');
  });

  test.each([
    ['a/b c', 'a%2Fb%20c'],
    ['..', '%2E%2E'],
    ['ä?#', '%C3%A4%3F%23'],
    ['\ud800', '%EF%BF%BD'],
  ])('the name %s cannot leave its place in the path', (name, encoded) => {
    const {origin, path} = requestTarget(base + pipelinePath(name, '/logs'), undefined);
    expect(origin).toBe('https://example.com');
    expect(path).toBe(`/feldera/v0/pipelines/${encoded}/logs`);
  });
});
