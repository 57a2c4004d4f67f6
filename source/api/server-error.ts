import {fieldOf, stringOf} from './json.ts';
import type {ServerError} from './types.ts';

/**
 * Reads `{message, error_code, details}`, the shape of the API's errors and of `deployment_error`. Undefined when
 * neither a message nor a code is there.
 */
export function parseServerError(json: unknown): ServerError | undefined {
  const message = stringOf(json, 'message');
  const errorCode = stringOf(json, 'error_code');
  if (message === '' && errorCode === '') return undefined;
  return {message: message === '' ? errorCode : message, errorCode, details: fieldOf(json, 'details')};
}
