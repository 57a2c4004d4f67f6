import {clean} from '../../lib/clean.ts';
import {errorText} from '../../lib/format.ts';
import type {ApiFailure} from './types.ts';

/** Makes text from the network safe to show: one line, without credentials and control characters. */
export type Redactor = (text: string) => string;

/** The only error that the client throws. */
export class ApiError extends Error {
  readonly failure: ApiFailure;

  constructor(failure: ApiFailure) {
    super(failure.kind === 'cancelled' ? 'cancelled' : failure.message);
    this.name = 'ApiError';
    this.failure = failure;
  }
}

/** Characters; a server may send kilobytes. */
const messageLimit = 400;

/** Replaces secrets that a server or a proxy echoes by `…`, also without their `apikey:` prefix. */
export function createRedactor(secrets: () => readonly string[]): Redactor {
  return (text) => {
    // First: a sequence in the middle of a secret would hide it, and would then be left out.
    let shown = clean(text.replace(/\s+/g, ' ').trim());
    for (const secret of secrets().flatMap((each) => [each, each.replace(/^apikey:/, '')])) {
      if (secret !== '') shown = shown.replaceAll(secret, '…');
    }
    return shown.length > messageLimit ? `${shown.slice(0, messageLimit).toWellFormed()}…` : shown;
  };
}

/** The error to throw for a failure. It has no `cause`, which may contain secrets that the server echoed. */
export function toApiError(failure: ApiFailure, redact: Redactor): ApiError {
  if (failure.kind === 'cancelled') return new ApiError(failure);
  return new ApiError({...failure, message: redact(failure.message)});
}

/** The failure of an `ApiError`. Any other error is a defect of ours, and is shown. */
export function asFailure(error: unknown): ApiFailure {
  if (error instanceof ApiError) return error.failure;
  return {kind: 'retryable', reason: 'protocol', message: `unexpected: ${errorText(error)}`};
}

/** Nothing came: the server may be away. */
export function isWithoutAnswer(failure: ApiFailure): boolean {
  return failure.kind === 'retryable' && (failure.reason === 'unreachable' || failure.reason === 'timeout');
}
