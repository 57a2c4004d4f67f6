import {ApiError} from '../api/api-error.ts';
import type {ApiFailure} from '../api/types.ts';

/** Every failure of the client is an `ApiError`; anything else is a defect of ours, shown rather than swallowed. */
export function failureOf(error: unknown): ApiFailure {
  if (error instanceof ApiError) return error.failure;
  const message = error instanceof Error ? error.message : String(error);
  return {kind: 'retryable', reason: 'protocol', message: `unexpected: ${message}`, url: ''};
}
