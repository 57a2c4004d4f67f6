import {ApiError} from './api-error.ts';
import type {Credentials} from './credentials.ts';
import {tokenHasExpired} from './failure.ts';
import {tokenEnd} from './token-expiry.ts';

export type RequestHeaders = Readonly<Record<string, string>>;

/** Sends a request with a token, and once more with another one when the first was refused and there is another. */
export type Authorized = <T>(signal: AbortSignal, request: (headers: RequestHeaders) => Promise<T>) => Promise<T>;

/** `common`: the headers that every request has, with a token or without. */
export function authorizedBy(credentials: Credentials, common: RequestHeaders): Authorized {
  const headersWith = (token: string | undefined): RequestHeaders =>
    token === undefined ? common : {...common, authorization: `Bearer ${token}`};
  return async (signal, request) => {
    const token = await credentials.token(signal);
    const send = (each: string | undefined) =>
      request(headersWith(each)).catch((error: unknown) => {
        throw each === undefined ? error : told(error, each, credentials);
      });
    try {
      return await send(token);
    } catch (error) {
      if (token === undefined || !isUnauthorized(error) || !credentials.refused(token)) throw error;
      const another = await credentials.token(signal);
      // The same was made again: now it was over when it was made.
      if (another === token) throw told(error, token, credentials);
      return await send(another);
    }
  };
}

function isUnauthorized(error: unknown): boolean {
  if (!(error instanceof ApiError) || error.failure.kind !== 'fatal') return false;
  return error.failure.reason === 'unauthorized' || error.failure.reason === 'token-expired';
}

/** The error, which of a token that has expired says when, and whether it was over when it was made. */
function told(error: unknown, token: string, credentials: Credentials): unknown {
  if (!(error instanceof ApiError) || error.failure.kind !== 'fatal') return error;
  const {failure} = error;
  if (failure.reason !== 'token-expired') return error;
  const at = tokenEnd(token);
  const madeAt = credentials.madeAt(token);
  const when = at === undefined ? '' : `at ${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  const isStale = madeAt !== 'given' && at !== undefined && at <= madeAt;
  const head = isStale
    ? `the token command gave a token that had expired already, ${when}`
    : at === undefined
      ? tokenHasExpired
      : `the token expired ${when}`;
  // What the server said stands in brackets behind the head.
  const [, said = ''] = / (\(.*)$/s.exec(failure.message) ?? [];
  return new ApiError({...failure, message: `${head} ${said}`.trim(), expired: {at, isRenewed: madeAt !== 'given'}});
}
