import type {Clock} from '../lib/clock.ts';
import {errorText, isTime} from '../lib/format.ts';
import {fieldOf, parseJson} from '../lib/json.ts';
import {ApiError} from './errors.ts';

/** Where the bearer token of each request comes from. */
export type Credentials = {
  /** The token to send now; undefined: none. Rejects with an `ApiError`: `no-token`, or cancelled by `signal`. */
  readonly token: (signal: AbortSignal) => Promise<string | undefined>;
  /** The server answered 401 to this token. True: another one may be had, so the request is worth repeating. */
  readonly refused: (token: string) => boolean;
  /** When this token was made (Unix time in ms), where tokens are made; `given`: the user gave it. */
  readonly madeAt: (token: string) => number | 'given';
  /** What must not be shown, wherever it is echoed: the tokens in use, and those before them. */
  readonly secrets: () => readonly string[];
  /** Ends a making in progress. */
  readonly close: () => void;
};

/** A header can carry it in one piece. */
function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

/** An API key (`apikey:…`) or a JWT that stays what it is, or no credential. Throws when no header can carry it. */
export function fixedCredentials(token: string | undefined): Credentials {
  if (token !== undefined && !isToken(token)) {
    throw new Error('the API key is empty or holds characters that a header cannot carry (a space, a line break)');
  }
  const secrets = token === undefined ? [] : [token];
  return {
    token: () => Promise.resolve(token),
    refused: () => false,
    madeAt: () => 'given',
    secrets: () => secrets,
    close: () => {},
  };
}

type RenewedCredentialsOptions = {
  /** Makes a token, or throws an `Error` whose message is one line for the user, without anything secret. */
  readonly make: (signal: AbortSignal) => Promise<string>;
  readonly clock: Clock;
  /** The server that the tokens are for. */
  readonly url: string;
};

/** Milliseconds from the end of one making to the next, twice as many each time that it brought nothing of use. */
const leastPause = 10_000;
const longestPause = 60_000;
/** A message that echoes an earlier token may still come. */
const secretsKept = 4;

/**
 * Tokens that end: made when the first is needed, when one is refused, and shortly before one ends. All requests wait
 * for one making. While none can be made, a token that is not over is still sent.
 */
export class RenewedCredentials implements Credentials {
  readonly #options: RenewedCredentialsOptions;
  readonly #stop = new AbortController();
  readonly #secrets: string[] = [];
  #current: {readonly token: string; readonly renewAt: number; readonly madeAt: number} | undefined;
  #refused: string | undefined;
  #making: Promise<void> | undefined;
  /** Why the last making failed. */
  #failure: ApiError | undefined;
  /** Monotonic milliseconds. */
  #nextAt = Number.NEGATIVE_INFINITY;
  #pause = leastPause;

  constructor(options: RenewedCredentialsOptions) {
    this.#options = options;
  }

  async token(signal: AbortSignal): Promise<string> {
    if (this.#isDue) await unlessAborted(this.#makeOnce(), signal);
    if (this.#current) return this.#current.token;
    throw this.#failure ?? new ApiError({kind: 'cancelled'});
  }

  refused(token: string): boolean {
    if (token !== this.#current?.token) return true;
    if (this.#refused !== token) this.#lengthenPause();
    this.#refused = token;
    return this.#isDue;
  }

  madeAt(token: string): number {
    return token === this.#current?.token ? this.#current.madeAt : Number.NEGATIVE_INFINITY;
  }

  secrets(): readonly string[] {
    return this.#secrets;
  }

  close(): void {
    this.#stop.abort();
  }

  get #isDue(): boolean {
    if (this.#making) return true;
    const {monotonic, wall} = this.#options.clock;
    if (monotonic() < this.#nextAt || this.#stop.signal.aborted) return false;
    return !this.#current || this.#current.token === this.#refused || wall() >= this.#current.renewAt;
  }

  #makeOnce(): Promise<void> {
    this.#making ??= this.#make().finally(() => {
      this.#making = undefined;
      this.#nextAt = this.#options.clock.monotonic() + this.#pause;
    });
    return this.#making;
  }

  /** Never rejects: the failure is kept for requests that find no token. */
  async #make(): Promise<void> {
    const {make, clock, url} = this.#options;
    if (clock.monotonic() - this.#nextAt > longestPause) this.#pause = leastPause;
    try {
      const token = await make(this.#stop.signal);
      if (!isToken(token)) throw new Error('what should be a token holds characters that a header cannot carry');
      this.#remember(token);
      const madeAt = clock.wall();
      this.#current = {token, renewAt: renewalTime(token, madeAt) ?? Number.POSITIVE_INFINITY, madeAt};
      this.#failure = undefined;
      this.#refused = undefined;
    } catch (error) {
      this.#lengthenPause();
      const message = errorText(error);
      this.#failure = new ApiError({kind: 'fatal', reason: 'no-token', message, url});
      // A refused one would hide why there is no other; one that is about to end may still do.
      if (this.#current?.token === this.#refused) this.#current = undefined;
    }
  }

  #lengthenPause(): void {
    this.#pause = Math.min(longestPause, 2 * this.#pause);
  }

  #remember(token: string): void {
    if (this.#secrets.includes(token)) return;
    this.#secrets.push(token);
    if (this.#secrets.length > secretsKept) this.#secrets.shift();
  }
}

/** Waits for `work`, which continues for the others when this one's `signal` aborts. */
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

/** Milliseconds before its end when a token is renewed: a request may take 30 s. */
const margin = 60_000;

/**
 * When a token should be replaced (Unix time in ms): a minute before the `exp` of a JWT (RFC 7519, section 4.1.4),
 * but not before half of what is left at `now`. Undefined for what is no JWT or names no end, and for one that is over
 * already: this machine's clock is wrong then, and only the server knows.
 */
function renewalTime(token: string, now: number): number | undefined {
  const end = tokenEnd(token);
  if (end === undefined) return undefined;
  const left = end - now;
  return left <= 0 ? undefined : now + left - Math.min(margin, left / 2);
}

/** The `exp` of a JWT as Unix time in ms; undefined for what is no JWT or names no end that a calendar has. */
export function tokenEnd(token: string): number | undefined {
  const payload = token.split('.')[1];
  if (payload === undefined) return undefined;
  const seconds = fieldOf(parseJson(Buffer.from(payload, 'base64url')), 'exp');
  if (typeof seconds !== 'number' || !isTime(seconds * 1000)) return undefined;
  return seconds * 1000;
}
