import {errorText} from '../lib/format.ts';
import type {ApiFailure} from './types.ts';

/** Makes text from the server or the network fit to be shown: no credential, one line, no control characters. */
export type Redactor = (text: string) => string;

/** The only error that the client throws; `failure` is one of three paths. */
export class ApiError extends Error {
  readonly failure: ApiFailure;

  constructor(failure: ApiFailure, options?: ErrorOptions) {
    super(failure.kind === 'cancelled' ? 'cancelled' : failure.message, options);
    this.name = 'ApiError';
    this.failure = failure;
  }
}

/** Characters of a message that are kept; a server may answer with kilobytes. */
const messageLimit = 400;

/** A secret is replaced by `…` wherever a server or a proxy echoes it, also without its `apikey:` prefix. */
export function createRedactor(secrets: () => readonly string[]): Redactor {
  return (text) => {
    let shown = text;
    for (const secret of secrets().flatMap((each) => [each, each.replace(/^apikey:/, '')])) {
      if (secret !== '') shown = shown.replaceAll(secret, '…');
    }
    shown = shown.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim();
    return shown.length > messageLimit ? `${shown.slice(0, messageLimit).toWellFormed()}…` : shown;
  };
}

/** The error to throw for a failure. It has no cause: the errors below it may hold what the server echoed. */
export function toApiError(failure: ApiFailure, redact: Redactor): ApiError {
  if (failure.kind === 'cancelled') return new ApiError(failure);
  return new ApiError({
    ...failure,
    message: redact(failure.message),
    ...(failure.errorCode === undefined ? {} : {errorCode: redact(failure.errorCode)}),
  });
}

/** Every failure of the client is an `ApiError`; anything else is a defect of ours, shown rather than swallowed. */
export function asFailure(error: unknown): ApiFailure {
  if (error instanceof ApiError) return error.failure;
  return {kind: 'retryable', reason: 'protocol', message: `unexpected: ${errorText(error)}`, url: ''};
}
