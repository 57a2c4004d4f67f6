import type {Clock} from '../../lib/clock.ts';
import {dateTime, errorText, isTime} from '../../lib/format.ts';
import {fieldOf, parseJson} from '../../lib/json.ts';
import {ApiError} from './errors.ts';
import type {TokenMaker} from './types.ts';

export type Credentials = {
  /** The token to send now; undefined: send none. Rejects with an `ApiError`: `no-token`, or cancelled by `signal`. */
  readonly token: (signal: AbortSignal) => Promise<string | undefined>;
  /** The server answered 401 to this token. Returns whether to repeat the request with another one. */
  readonly refused: (token: string) => boolean;
  /** Source of new tokens; undefined: the user gave the token itself. */
  readonly renewedBy: TokenMaker | undefined;
  /** When the token was made or read, as Unix time in ms; `given`: the user set it. */
  readonly madeAt: (token: string) => number | 'given';
  /** Texts that must never be shown: the current token and earlier ones. */
  readonly secrets: () => readonly string[];
  /** Cancels the making of a token. */
  readonly close: () => void;
};

/** A header can carry it: printable ASCII without spaces. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

/** Names the characters that no token has, with the usual ones. */
export const notCarried = 'characters that a header cannot carry (a space, a line break)';

/** An API key (`apikey:…`), a JWT, or no credential. Throws when a header cannot carry it; `from`: its option. */
export function fixedCredentials(token: string | undefined, from = 'the API key'): Credentials {
  if (token !== undefined && !isToken(token)) throw new Error(`${from} is empty or holds ${notCarried}`);
  const secrets = token === undefined ? [] : [token];
  return {
    token: () => Promise.resolve(token),
    refused: () => false,
    renewedBy: undefined,
    madeAt: () => 'given',
    secrets: () => secrets,
    close: () => {},
  };
}

/** Milliseconds between two runs of `make`, doubled when one fails or the server refuses its token. */
const leastPause = 10_000;
const longestPause = 60_000;
/** Tokens: a message may still echo an earlier one. */
const secretsKept = 4;

/**
 * Tokens that expire. The first request, a refusal and a near expiry make a new one; all requests wait for one run of `make`.
 * When that fails, the old token is sent until the server refuses it. `make`: returns what `isToken`. Throws an `Error` whose
 * message is one line for the user, without secrets.
 */
export function renewedCredentials(make: (signal: AbortSignal) => Promise<string>, clock: Clock): Credentials {
  const stop = new AbortController();
  let secrets: readonly string[] = [];
  let current: {readonly token: string; readonly renewAt: number; readonly madeAt: number} | undefined;
  let refused: string | undefined;
  let making: Promise<void> | undefined;
  let failure: ApiError | undefined;
  /** Monotonic milliseconds before which `make` does not run. */
  let nextAt = Number.NEGATIVE_INFINITY;
  let pause = leastPause;

  function isDue(): boolean {
    if (making) return true;
    if (clock.monotonic() < nextAt || stop.signal.aborted) return false;
    return !current || current.token === refused || clock.wall() >= current.renewAt;
  }

  function makeOnce(): Promise<void> {
    making ??= makeToken().finally(() => {
      making = undefined;
      nextAt = clock.monotonic() + pause;
    });
    return making;
  }

  /** Never rejects: the failure is kept for requests that find no token. */
  async function makeToken(): Promise<void> {
    if (clock.monotonic() - nextAt > longestPause) pause = leastPause;
    try {
      const token = await make(stop.signal);
      secrets = withSecret(secrets, token);
      const madeAt = clock.wall();
      current = {token, renewAt: renewalTime(token, madeAt) ?? Number.POSITIVE_INFINITY, madeAt};
      failure = undefined;
      refused = undefined;
    } catch (error) {
      lengthenPause();
      failure = withoutToken(error, 'command');
      // A refused token would hide this failure; one that expires soon still works.
      if (current?.token === refused) current = undefined;
    }
  }

  function lengthenPause(): void {
    pause = Math.min(longestPause, 2 * pause);
  }

  return {
    renewedBy: 'command',
    async token(signal) {
      if (isDue()) await unlessAborted(makeOnce(), signal);
      if (current) return current.token;
      throw failure ?? new ApiError({kind: 'cancelled'});
    },
    refused(token) {
      if (token !== current?.token) return true;
      if (refused !== token) lengthenPause();
      refused = token;
      return isDue();
    },
    madeAt: (token) => (token === current?.token ? current.madeAt : Number.NEGATIVE_INFINITY),
    secrets: () => secrets,
    close: () => stop.abort(),
  };
}

/**
 * A token in a file, which whoever keeps the file replaces before it expires: it is read again for each request. While it
 * cannot be read, such as for a moment between two tokens, the last one is sent until the server refuses it. `read`: the
 * token in the file, which `isToken`. It throws an `Error` whose message is one line for the user.
 */
export function fileCredentials(
  read: (signal: AbortSignal) => Promise<string>,
  clock: Pick<Clock, 'wall'>,
): Credentials {
  let secrets: readonly string[] = [];
  let current: {readonly token: string; readonly readAt: number} | undefined;
  let refused: string | undefined;
  return {
    renewedBy: 'file',
    async token(signal) {
      try {
        const token = await read(signal);
        secrets = withSecret(secrets, token);
        current = {token, readAt: clock.wall()};
        return token;
      } catch (error) {
        if (signal.aborted) throw new ApiError({kind: 'cancelled'});
        if (current && current.token !== refused) return current.token;
        throw withoutToken(error, 'file');
      }
    },
    /** The file may have another one by now: of several requests with one token, each reads it again. */
    refused(token) {
      refused = token;
      return true;
    },
    madeAt: (token) => (token === current?.token ? current.readAt : Number.NEGATIVE_INFINITY),
    secrets: () => secrets,
    close() {},
  };
}

function withoutToken(error: unknown, renewedBy: TokenMaker): ApiError {
  return new ApiError({kind: 'fatal', reason: 'no-token', message: errorText(error), renewedBy});
}

/** The newest tokens. */
function withSecret(known: readonly string[], token: string): readonly string[] {
  return known.includes(token) ? known : [...known, token].slice(-secretsKept);
}

/** Waits for `work` until `signal` aborts; `work` itself continues for other requests. */
async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const {promise, reject} = Promise.withResolvers<never>();
  const onAbort = () => reject(new ApiError({kind: 'cancelled'}));
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, {once: true});
  try {
    await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Milliseconds before the expiry when a token is renewed: a request may take 30 s. */
const renewalMargin = 60_000;

/**
 * When to renew a token (Unix time in ms): a minute before its `exp` (RFC 7519, section 4.1.4), or after half of a
 * shorter life. Undefined without `exp`, and when it has passed already: then this machine's clock is wrong.
 */
function renewalTime(token: string, now: number): number | undefined {
  const end = tokenEnd(token);
  if (end === undefined) return undefined;
  const left = end - now;
  return left <= 0 ? undefined : now + left - Math.min(renewalMargin, left / 2);
}

/** The `exp` of a JWT as Unix time in ms; undefined for any other token, and for an impossible time. */
function tokenEnd(token: string): number | undefined {
  const payload = token.split('.')[1];
  if (payload === undefined) return undefined;
  const seconds = fieldOf(parseJson(Buffer.from(payload, 'base64url')), 'exp');
  if (typeof seconds !== 'number' || !isTime(seconds * 1000)) return undefined;
  return seconds * 1000;
}

export type RequestHeaders = Readonly<Record<string, string>>;

/**
 * Makes what sends a request, and once more if the server refuses its token and there is another one. `common`: the headers
 * of every request, with or without a token.
 */
export function authHeadersOf(credentials: Credentials, common: RequestHeaders) {
  const headersWith = (token: string | undefined): RequestHeaders =>
    token === undefined ? common : {...common, authorization: `Bearer ${token}`};
  return async <T>(signal: AbortSignal, request: (headers: RequestHeaders) => Promise<T>): Promise<T> => {
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
  const {renewedBy} = credentials;
  const told = {expired: {at}, ...(renewedBy && {renewedBy})};
  if (at === undefined) return new ApiError({...failure, ...told});
  const when = `at ${dateTime(at)} UTC`;
  const stale = {
    command: `the token command gave a token that had expired already, ${when}`,
    file: `the token in the file expired ${when}`,
  };
  const isStale = madeAt !== 'given' && at <= madeAt;
  const head = isStale && renewedBy ? stale[renewedBy] : `the token expired ${when}`;
  // The server's own words, in brackets.
  const [, detail = ''] = / (\(.*)$/s.exec(failure.message) ?? [];
  return new ApiError({...failure, message: `${head} ${detail}`.trim(), ...told});
}
