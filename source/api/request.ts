import {dateTime} from '../lib/format.ts';
import {createStore, type ReadableStore} from '../lib/store.ts';

import {type Credentials, tokenEnd} from './credentials.ts';
import {ApiError} from './errors.ts';
import {tokenHasExpired} from './http-failure.ts';
import type {Answers, ApiFailure, HttpProxy} from './types.ts';

export type RequestHeaders = Readonly<Record<string, string>>;

/** Sends a request with a token, and once more with another one when the first was refused and there is another. */
export type AuthHeaders = <T>(signal: AbortSignal, request: (headers: RequestHeaders) => Promise<T>) => Promise<T>;

/** Limits of one request, in milliseconds. */
export type Timeouts = {
  /** Until TCP (and TLS) are open. */
  readonly connect: number;
  /** From the request to its headers; the server itself waits 10 s for a frozen runner before it answers 503. */
  readonly headers: number;
  /** A whole list or look-up, body included. Logs have no such limit. */
  readonly total: number;
  /** The body of an error, from its headers; what came by then has to do. */
  readonly errorBody: number;
};

/** The HTTP library: what of it is in the bundle (`scripts/undici.mjs`). */
export type Undici = Pick<typeof import('undici')['default'], 'Client' | 'Pool'>;

/**
 * Reads the base URL of a Feldera server: `http` or `https`, a host, and perhaps a path prefix (a reverse proxy's).
 * Returns it normalised, without a trailing slash. Throws a plain `Error` whose message is one line for the user; the
 * message never repeats text that may hold a password or a token.
 */
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

/** `GET`: all pipelines, in the cheap selection. */
export function listUrl(base: string): string {
  return `${base}/v0/pipelines?selector=status`;
}

/** `GET`: one pipeline with every field, or its log stream. */
export function pipelineUrl(base: string, name: string, part?: 'logs'): string {
  const pipeline = `${base}/v0/pipelines/${encodeName(name)}`;
  return part === 'logs' ? `${pipeline}/logs` : `${pipeline}?selector=all`;
}

/** `GET`: the tenant and role of the credentials. */
export function sessionUrl(base: string): string {
  return `${base}/v0/config/session`;
}

/** `GET`: what the server is, its version among it. */
export function configUrl(base: string): string {
  return `${base}/v0/config`;
}

/** Splits what the functions above made into what a connection needs; not through `URL`, which would resolve dots. */
function splitUrl(url: string): {readonly origin: string; readonly path: string} {
  const slash = url.indexOf('/', url.indexOf('://') + '://'.length);
  return {origin: url.slice(0, slash), path: url.slice(slash)};
}

/**
 * What a request line names, and where it goes: through a proxy a plain request carries its whole URL (RFC 9112,
 * section 3.2.2); one over TLS goes through a tunnel and does not know of it.
 */
export function requestTarget(
  url: string,
  proxy: HttpProxy | undefined,
): {readonly origin: string; readonly path: string} {
  const target = splitUrl(url);
  return proxy && url.startsWith('http:') ? {...target, path: url} : target;
}

/** A name of dots alone would otherwise be read as a step in the path. */
function encodeName(name: string): string {
  const encoded = encodeURIComponent(name.toWellFormed());
  return /^\.+$/.test(encoded) ? encoded.replaceAll('.', '%2E') : encoded;
}

/** Servers on this machine, on a bare address or on a port of their own seldom speak TLS; others nearly always do. */
function withScheme(given: string): string {
  const rest = given.replace(/^[a-z]*:?\/+/i, '');
  const plain = /^(localhost|\[|\d+\.\d+\.\d+\.\d+|[^/]*:\d)/i.test(rest);
  return `${plain ? 'http' : 'https'}://${rest}`;
}

/** `common`: the headers that every request has, with a token or without. */
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
      // The same was made again: now it was over when it was made.
      if (another === token) throw withExpiry(error, token, credentials);
      return await send(another);
    }
  };
}

function isUnauthorized(error: unknown): boolean {
  if (!(error instanceof ApiError) || error.failure.kind !== 'fatal') return false;
  return error.failure.reason === 'unauthorized' || error.failure.reason === 'token-expired';
}

/** The error; of a token that has expired also when, and whether it had expired when it was made. */
function withExpiry(error: unknown, token: string, credentials: Credentials): unknown {
  if (!(error instanceof ApiError) || error.failure.kind !== 'fatal') return error;
  const {failure} = error;
  if (failure.reason !== 'token-expired') return error;
  const at = tokenEnd(token);
  const madeAt = credentials.madeAt(token);
  const when = at === undefined ? '' : `at ${dateTime(at)} UTC`;
  const isStale = madeAt !== 'given' && at !== undefined && at <= madeAt;
  const head = isStale
    ? `the token command gave a token that had expired already, ${when}`
    : at === undefined
      ? tokenHasExpired
      : `the token expired ${when}`;
  // The server's own words are in brackets behind the head.
  const [, detail = ''] = / (\(.*)$/s.exec(failure.message) ?? [];
  return new ApiError({...failure, message: `${head} ${detail}`.trim(), expired: {at, isRenewed: madeAt !== 'given'}});
}

export const defaultTimeouts: Timeouts = {connect: 10_000, headers: 15_000, total: 30_000, errorBody: 5000};

let loading: Promise<Undici> | undefined;

/** Imports undici when the first request needs it: it is 670 KB of the bundle, and must not delay the first frame. */
export function loadUndici(): Promise<Undici> {
  // undici is CommonJS: bundled, a dynamic import gives its default export only.
  loading ??= import('undici').then((module) => module.default);
  return loading;
}

/**
 * Which requests one server has answered, over all connections of a client to it: what waits for the server sees here that
 * it is back. Requests have numbers, so that an answer proves nothing about the time after its request.
 */
export class ServerAnswers implements Answers {
  readonly #good = createStore(0);
  #asked = 0;
  #hasAnswered = false;

  get started(): number {
    return this.#asked;
  }

  get lastGood(): ReadableStore<number> {
    return this.#good;
  }

  /** It has answered in the scheme of its URL, http or https. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** A request starts. Returns its number, counted from 1. */
  start(): number {
    this.#asked += 1;
    return this.#asked;
  }

  /** The request got its answer. */
  succeeded(request: number): void {
    this.#hasAnswered = true;
    this.#good.set(Math.max(this.#good.get(), request));
  }

  /** The request got a refusal or an error. `unknown-pipeline` is an answer like any other. */
  refused(request: number, failure: ApiFailure): void {
    // A TLS port answers a plain request with 400.
    if (failure.kind === 'cancelled' || (failure.reason === 'wrong-url' && failure.status === 400)) return;
    this.#hasAnswered = true;
    if (failure.reason === 'unknown-pipeline') this.succeeded(request);
  }
}
