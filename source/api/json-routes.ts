import type {Pool} from 'undici';
import type {Clock} from '../lib/clock.ts';
import {type Answer, isWebPage, type Route} from './answer.ts';
import {ApiError} from './api-error.ts';
import type {Authorized, RequestHeaders} from './authorized.ts';
import {createConnector} from './connector.ts';
import {decodeBody} from './decode-body.ts';
import {failureOf} from './failure.ts';
import {parseJson} from './json.ts';
import {lookUp, type WireAnswer} from './look-up.ts';
import type {ServerAnswers} from './server-answers.ts';
import type {Timeouts} from './timeouts.ts';
import {loadUndici} from './undici.ts';
import type {Way} from './way.ts';

/** Connections for the list and look-ups, all tabs together; log streams have their own. */
const poolSize = 4;

export type JsonRoutesOptions = {
  readonly baseUrl: string;
  readonly authorized: Authorized;
  readonly way: Way;
  readonly clock: Clock;
  readonly timeouts: Timeouts;
  readonly answers: ServerAnswers;
};

export type JsonRequest<T> = {
  readonly route: Route;
  readonly url: string;
  readonly signal: AbortSignal;
  readonly headers?: RequestHeaders;
  readonly parse: (json: unknown) => T | undefined;
  /** Answers what was read from the same bytes before. */
  readonly known?: (wire: WireAnswer) => T | undefined;
};

/** The routes that answer in JSON, over one pool, which is made for the first request. */
export class JsonRoutes {
  readonly #options: JsonRoutesOptions;
  #pool: Pool | undefined;

  constructor(options: JsonRoutesOptions) {
    this.#options = options;
  }

  /** Asks, and reads the answer's JSON through `parse`; whatever does not fit is a typed failure. */
  async get<T>(request: JsonRequest<T>): Promise<{readonly value: T; readonly wire: WireAnswer}> {
    const {route, url, parse} = request;
    return this.#options.authorized(request.signal, async (headers) => {
      const {answers, clock} = this.#options;
      const number = answers.begin();
      const wire = await this.#ask(url, request.signal, {...headers, ...request.headers});
      const known = request.known?.(wire);
      if (known !== undefined) {
        answers.succeeded(number);
        return {value: known, wire};
      }
      const hasToken = 'authorization' in headers;
      const answer: Answer = {...wire, route, url, authorized: hasToken, body: await decodeBody(wire, url)};
      const usable = answer.status === 200 && !isWebPage(answer.headers, answer.body);
      const value = usable ? parse(parseJson(answer.body)) : undefined;
      if (value === undefined) {
        const failure = failureOf(answer, clock.wall());
        answers.refused(number, failure);
        throw new ApiError(failure);
      }
      answers.succeeded(number);
      return {value, wire};
    });
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    const closing = this.#pool;
    this.#pool = undefined;
    await closing?.destroy();
  }

  async #ask(url: string, signal: AbortSignal, headers: RequestHeaders): Promise<WireAnswer> {
    const {baseUrl, way, clock, timeouts, answers} = this.#options;
    const undici = await loadUndici();
    this.#pool ??= new undici.Pool(new URL(baseUrl).origin, {
      connections: poolSize,
      allowH2: false,
      // Both are timed on our own clock.
      bodyTimeout: 0,
      headersTimeout: 0,
      // Below the server's own 5 s, so that a request seldom meets a connection that is being closed.
      keepAliveTimeout: 4000,
      connect: createConnector({clock, way, timeout: timeouts.connect}),
    });
    return lookUp({pool: this.#pool, proxy: way.proxy, url, headers, clock, timeouts, signal, answers});
  }
}
