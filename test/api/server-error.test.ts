import {expect, test} from 'vitest';
import {parseServerError} from '../../source/api/server-error.ts';

test.each([
  [
    {message: 'a', error_code: 'B', details: [1]},
    {message: 'a', errorCode: 'B', details: [1]},
  ],
  [{error_code: 'B'}, {message: 'B', errorCode: 'B', details: undefined}],
  [
    {message: 'a', error_code: 7},
    {message: 'a', errorCode: '', details: undefined},
  ],
  [{detail: 'Not Found'}, undefined],
  [{}, undefined],
  [null, undefined],
  [['message'], undefined],
  ['message', undefined],
])('%o', (json, error) => {
  expect(parseServerError(json)).toEqual(error);
});
