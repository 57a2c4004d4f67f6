import {expect, test} from 'vitest';
import {ApiError} from '../../source/api/api-error.ts';
import type {ApiFailure} from '../../source/api/types.ts';
import {asFailure} from '../../source/streams/as-failure.ts';

test('an error of the client is what it says; anything else is a defect, said and tried again', () => {
  const failure: ApiFailure = {kind: 'fatal', reason: 'wrong-url', message: 'a web page', url: 'http://here'};
  expect(asFailure(new ApiError(failure))).toBe(failure);
  expect(asFailure(new TypeError('x is not a function'))).toEqual({
    kind: 'retryable',
    reason: 'protocol',
    message: 'unexpected: x is not a function',
    url: '',
  });
  expect(asFailure('odd')).toMatchObject({message: 'unexpected: odd'});
});
