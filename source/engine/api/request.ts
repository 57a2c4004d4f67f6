import {createStore} from '../../lib/store.ts';
import type {ServerClock} from './server-clock.ts';
import type {ServerHeaders} from './server-text.ts';
import type {Answers, ApiFailure, HttpProxy} from './types.ts';

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
type Undici = Pick<typeof import('undici')['default'], 'Client' | 'Pool'>;

/** A plain request through a proxy names its whole URL (RFC 9112, section 3.2.2); one over TLS uses a tunnel. */
export function requestTarget(
  url: string,
  proxy: HttpProxy | undefined,
): {readonly origin: string; readonly path: string} {
  // Not through `URL`, which would resolve a name of dots.
  const slash = url.indexOf('/', url.indexOf('://') + '://'.length);
  const path = proxy && url.startsWith('http:') ? url : url.slice(slash);
  return {origin: url.slice(0, slash), path};
}

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
