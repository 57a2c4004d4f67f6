import {expect, test} from 'vitest';
import {ApiError} from '../../source/api/api-error.ts';
import type {ApiFailure} from '../../source/api/types.ts';
import {failureOf} from '../../source/streams/failure-of.ts';

test('an error of the client is what it says; anything else is a defect, said and tried again', () => {
  const failure: ApiFailure = {kind: 'fatal', reason: 'wrong-url', message: 'a web page', url: 'http://here'};
  expect(failureOf(new ApiError(failure))).toBe(failure);
  expect(failureOf(new TypeError('x is not a function'))).toEqual({
    kind: 'retryable',
    reason: 'protocol',
    message: 'unexpected: x is not a function',
    url: '',
  });
  expect(failureOf('odd')).toMatchObject({message: 'unexpected: odd'});
});
