import {expect, it} from 'vitest';
import {isProtected, parseRoute} from '../../demo/answers.ts';

it.each([
  ['/v0/pipelines?selector=status', {kind: 'list', selector: 'status'}],
  ['/v0/pipelines', {kind: 'list', selector: 'all'}],
  ['/v0/pipelines/a', {kind: 'pipeline', name: 'a', selector: 'all'}],
  ['/v0/pipelines/a%20b/logs', {kind: 'logs', name: 'a b'}],
  ['/v0/pipelines/%zz/logs', {kind: 'logs', name: '%zz'}],
  ['/v0/pipelines/a/logs/', {kind: 'unknown'}],
  ['/v0/pipelines/', {kind: 'unknown'}],
  ['/v0/pipelines/a/b', {kind: 'unknown'}],
  ['/v0/pipelines?selector=none', {kind: 'bad-query', why: expect.stringContaining('unknown variant `none`')}],
  ['/v0/pipelines/a/stats', {kind: 'stats', name: 'a', withErrors: 'false'}],
  ['/v0/pipelines/a/stats?include_connector_errors=true', {kind: 'stats', name: 'a', withErrors: 'true'}],
  ['/v0/pipelines/a%20b/time_series', {kind: 'time-series', name: 'a b'}],
  ['/v0/pipelines/a/events', {kind: 'events', name: 'a', id: undefined, selector: 'status'}],
  ['/v0/pipelines/a/events?selector=all', {kind: 'events', name: 'a', id: undefined, selector: 'all'}],
  ['/v0/pipelines/a/events/latest', {kind: 'events', name: 'a', id: 'latest', selector: 'status'}],
  ['/v0/pipelines/a/events?selector=none', {kind: 'bad-query', why: expect.any(String)}],
  ['/v0/pipelines/a/events/', {kind: 'unknown'}],
  ['/v0/pipelines/a/events/x/y', {kind: 'unknown'}],
  ['/v0/config/session', {kind: 'session'}],
  ['/v0/config', {kind: 'config'}],
  ['/config/authentication', {kind: 'authentication'}],
  ['/healthz', {kind: 'health'}],
  ['/', {kind: 'console'}],
  ['/v0', {kind: 'unknown'}],
  ['/v0/', {kind: 'unknown'}],
  ['/v0x', {kind: 'console'}],
  ['/config/nothing', {kind: 'not-public'}],
  ['/healthz/x', {kind: 'console'}],
])('GET %s', (target, route) => {
  expect(parseRoute('GET', target)).toEqual(route);
});

it('has no other method below /v0', () => {
  expect(parseRoute('DELETE', '/v0/pipelines/a')).toEqual({kind: 'unclassified'});
  expect(parseRoute('HEAD', '/v0/pipelines/a/logs')).toEqual({kind: 'unclassified'});
  expect(parseRoute('DELETE', '/v0/nothing')).toEqual({kind: 'unknown'});
  expect(parseRoute('POST', '/config/authentication')).toEqual({kind: 'not-public'});
  expect(parseRoute('POST', '/healthz')).toEqual({kind: 'not-allowed'});
  expect(parseRoute('HEAD', '/')).toEqual({kind: 'console'});
});

it('protects everything but what is public', () => {
  expect(isProtected({kind: 'unknown'})).toBe(true);
  expect(isProtected({kind: 'authentication'})).toBe(false);
});
