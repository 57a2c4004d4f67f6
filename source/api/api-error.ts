import type {ApiFailure} from './types.ts';

/** The only error that the client throws; `failure` says which of the three paths it is. */
export class ApiError extends Error {
  readonly failure: ApiFailure;

  constructor(failure: ApiFailure, options?: ErrorOptions) {
    super(failure.kind === 'cancelled' ? 'cancelled' : failure.message, options);
    this.name = 'ApiError';
    this.failure = failure;
  }
}
