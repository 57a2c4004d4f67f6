import {dateTime} from '../../lib/format.ts';
import {createStore} from '../../lib/store.ts';

import {type Credentials, tokenEnd} from './credentials.ts';
import {ApiError} from './errors.ts';
import {tokenHasExpired} from './http-failure.ts';
import type {ServerClock} from './server-clock.ts';
import type {ServerHeaders} from './server-text.ts';
import type {Answers, ApiFailure, HttpProxy} from './types.ts';

export type RequestHeaders = Readonly<Record<string, string>>;

/** Sends a request, and once more if the server refuses its token and there is another one. */
export type AuthHeaders = <T>(signal: AbortSignal, request: (headers: RequestHeaders) => Promise<T>) => Promise<T>;

/** Limits of one request, in milliseconds. */
export type Timeouts = {
  /** To look up the name, and to connect by TCP, the proxy and TLS, together. */
  readonly connect: number;
  /** From the request to its headers; the server itself waits 10 s for a frozen runner before it answers 503. */
  readonly headers: number;
  /** A whole JSON request; logs have no such limit. */
  readonly total: number;
  /** Body of an error, from its headers on; then the part that came is used. */
  readonly errorBody: number;
};

/** The part of undici that is in the bundle (`scripts/undici.mjs`). */
export type Undici = Pick<typeof import('undici')['default'], 'Client' | 'Pool'>;

/** Removes trailing slashes. Throws an `Error`, one line for the user, which repeats no possible password or token. */
export function parseBaseUrl(text: string): string {
  const given = text.trim();
  if (given === '') throw new Error('the base URL is empty: give one such as http://localhost:8080');
  if (/^[^?#]*@/.test(given)) {
    throw new Error('the base URL must not hold a user name, a password or an "@": give credentials separately');
  }
  if (/[?#]/.test(given)) throw new Error('the base URL must not hold a query ("?") or a fragment ("#")');
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(given)?.[1]?.toLowerCase();
  if (scheme === undefined) throw new Error(`the base URL ${given} has no scheme: did you mean ${withScheme(given)}?`);
  if (scheme !== 'http' && scheme !== 'https') {
    throw new Error(`the base URL ${given} must begin with http:// or https://, not ${scheme}://`);
  }
  if (!URL.canParse(given)) throw new Error(`the base URL ${given} is not a valid URL`);
  const url = new URL(given);
  return url.origin + url.pathname.replace(/\/+$/, '');
}

/** Path of one pipeline with all fields, or of what is below it. */
export function pipelinePath(name: string, below = '?selector=all'): string {
  return `/v0/pipelines/${encodeName(name)}${below}`;
}

/** Not through `URL`, which would resolve a name of dots. */
function splitUrl(url: string): {readonly origin: string; readonly path: string} {
  const slash = url.indexOf('/', url.indexOf('://') + '://'.length);
  return {origin: url.slice(0, slash), path: url.slice(slash)};
}

/** A plain request through a proxy names its whole URL (RFC 9112, section 3.2.2); one over TLS uses a tunnel. */
export function requestTarget(
  url: string,
  proxy: HttpProxy | undefined,
): {readonly origin: string; readonly path: string} {
  const target = splitUrl(url);
  return proxy && url.startsWith('http:') ? {...target, path: url} : target;
}

/** A name of dots alone would be a step in the path. */
export function encodeName(name: string): string {
  const encoded = encodeURIComponent(name.toWellFormed());
  return /^\.+$/.test(encoded) ? encoded.replaceAll('.', '%2E') : encoded;
}

/** A server on this machine, at a bare address or with a port seldom speaks TLS; others nearly always do. */
function withScheme(given: string): string {
  const rest = given.replace(/^[a-z]*:?\/+/i, '');
  const plain = /^(localhost|\[|\d+\.\d+\.\d+\.\d+|[^/]*:\d)/i.test(rest);
  return `${plain ? 'http' : 'https'}://${rest}`;
}

/** `common`: the headers of every request, with or without a token. */
export function authHeadersOf(credentials: Credentials, common: RequestHeaders): AuthHeaders {
  const headersWith = (token: string | undefined): RequestHeaders =>
    token === undefined ? common : {...common, authorization: `Bearer ${token}`};
  return async (signal, request) => {
    const token = await credentials.token(signal);
    const send = (each: string | undefined) =>
      request(headersWith(each)).catch((error: unknown) => {
        throw each === undefined ? error : withExpiry(error, each, credentials);
      });
    try {
      return await send(token);
    } catch (error) {
      if (token === undefined || !isUnauthorized(error) || !credentials.refused(token)) throw error;
      const another = await credentials.token(signal);
      // The same token again: it had expired when it was made.
      if (another === token) throw withExpiry(error, token, credentials);
      return await send(another);
    }
  };
}

function isUnauthorized(error: unknown): boolean {
  if (!(error instanceof ApiError) || error.failure.kind !== 'fatal') return false;
  return error.failure.reason === 'unauthorized' || error.failure.reason === 'token-expired';
}

/** Adds to an error `token-expired` when the token expired, and whether that was before it was made. */
function withExpiry(error: unknown, token: string, credentials: Credentials): unknown {
  if (!(error instanceof ApiError) || error.failure.kind !== 'fatal') return error;
  const {failure} = error;
  if (failure.reason !== 'token-expired') return error;
  const at = tokenEnd(token);
  const madeAt = credentials.madeAt(token);
  const when = at === undefined ? '' : `at ${dateTime(at)} UTC`;
  const {renewedBy} = credentials;
  const isStale = madeAt !== 'given' && at !== undefined && at <= madeAt;
  const stale = {
    command: `the token command gave a token that had expired already, ${when}`,
    file: `the token in the file expired ${when}`,
  };
  const head =
    isStale && renewedBy ? stale[renewedBy] : at === undefined ? tokenHasExpired : `the token expired ${when}`;
  // The server's own words, in brackets.
  const [, detail = ''] = / (\(.*)$/s.exec(failure.message) ?? [];
  const message = `${head} ${detail}`.trim();
  return new ApiError({...failure, message, expired: {at}, ...(renewedBy && {renewedBy})});
}

export const defaultTimeouts: Timeouts = {connect: 10_000, headers: 15_000, total: 30_000, errorBody: 5000};

let loading: Promise<Undici> | undefined;

/** Imports undici for the first request: it is 670 KB of the bundle, and must not delay the first frame. */
export function loadUndici(): Promise<Undici> {
  // undici is CommonJS: bundled, a dynamic import gives its default export only.
  loading ??= import('undici').then((module) => module.default);
  return loading;
}

/**
 * Which requests the server has answered, on any connection: a waiting stream sees here that the server is back. Only
 * an answer to a request that started after the failure proves that, so requests have numbers.
 */
export class ServerAnswers implements Answers {
  started = 0;
  readonly lastGood = createStore(0);
  hasAnswered = false;
  readonly #onDate: ServerClock['onDate'] | undefined;

  constructor(onDate?: ServerClock['onDate']) {
    this.#onDate = onDate;
  }

  /** Returns the number of a request that starts. */
  start(): number {
    this.started += 1;
    return this.started;
  }

  /** The head of an answer, whatever it says. */
  began(headers: ServerHeaders): void {
    this.#onDate?.(headers.first('date'));
  }

  succeeded(request: number): void {
    this.hasAnswered = true;
    this.lastGood.set(Math.max(this.lastGood.get(), request));
  }

  /** `unknown-pipeline` counts as a good answer. */
  refused(request: number, failure: ApiFailure): void {
    // A TLS port answers a plain request with 400.
    if (failure.kind === 'cancelled' || (failure.reason === 'wrong-url' && failure.status === 400)) return;
    this.hasAnswered = true;
    if (failure.reason === 'unknown-pipeline') this.succeeded(request);
  }
}
