import {describe, expect, test} from 'vitest';
import {encodingOf, headerOf, isLog, isWebPage, mediaTypeOf} from '../../source/api/answer.ts';

test('a header that is repeated, or missing', () => {
  expect(headerOf({'retry-after': ['5', '9']}, 'retry-after')).toBe('5');
  expect(headerOf({}, 'retry-after')).toBeUndefined();
  expect(encodingOf({'content-encoding': ['gzip', 'br']})).toBe('gzip,br');
  expect(encodingOf({'content-encoding': ' '})).toBe('identity');
  expect(mediaTypeOf({'content-type': ' Text/Plain ; charset=utf-8'})).toBe('text/plain');
  expect(mediaTypeOf({})).toBe('');
});

describe('isLog', () => {
  const plain = {'content-type': 'text/plain; charset=utf-8'};
  test.each([
    [200, plain, true],
    [200, {...plain, 'content-encoding': 'identity'}, true],
    [200, {...plain, 'content-encoding': 'gzip'}, false],
    [206, plain, false],
    [404, plain, false],
    [200, {'content-type': 'text/html'}, false],
    [200, {}, false],
  ])('%i %o: %s', (status, headers, expected) => {
    expect(isLog(status, headers)).toBe(expected);
  });
});

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
    expect(isWebPage(headers, Buffer.from(body))).toBe(expected);
  });
});
