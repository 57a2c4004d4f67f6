import {ApiError} from '../api/api-error.ts';
import type {ApiFailure} from '../api/types.ts';
import {errorText} from '../lib/error-text.ts';

/** Every failure of the client is an `ApiError`; anything else is a defect of ours, shown rather than swallowed. */
export function asFailure(error: unknown): ApiFailure {
  if (error instanceof ApiError) return error.failure;
  return {kind: 'retryable', reason: 'protocol', message: `unexpected: ${errorText(error)}`, url: ''};
}
