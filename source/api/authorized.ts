import {ApiError} from './api-error.ts';
import type {Credentials} from './credentials.ts';

export type RequestHeaders = Readonly<Record<string, string>>;

/** Sends a request with a token, and once more with another one when the first was refused and there is another. */
export type Authorized = <T>(signal: AbortSignal, request: (headers: RequestHeaders) => Promise<T>) => Promise<T>;

/** `common`: the headers that every request has, with a token or without. */
export function authorizedBy(credentials: Credentials, common: RequestHeaders): Authorized {
  const headersWith = (token: string | undefined): RequestHeaders =>
    token === undefined ? common : {...common, authorization: `Bearer ${token}`};
  return async (signal, request) => {
    const token = await credentials.token(signal);
    try {
      return await request(headersWith(token));
    } catch (error) {
      if (token === undefined || !isUnauthorized(error) || !credentials.refused(token)) throw error;
      const another = await credentials.token(signal);
      if (another === token) throw error;
      return await request(headersWith(another));
    }
  };
}

function isUnauthorized(error: unknown): boolean {
  return error instanceof ApiError && error.failure.kind === 'fatal' && error.failure.reason === 'unauthorized';
}
