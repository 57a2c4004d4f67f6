import type {Pool} from 'undici';
import type {Clock} from '../lib/clock.ts';
import {type Answer, encodingOf, isWebPage, type Route} from './answer.ts';
import {ApiError} from './api-error.ts';
import {listUrl, parseBaseUrl, pipelineUrl, sessionUrl} from './base-url.ts';
import {createConnector} from './connector.ts';
import {failureOf} from './failure.ts';
import {gunzip} from './gunzip.ts';
import {parseJson} from './json.ts';
import {LogRequest} from './log-request.ts';
import {bodyLimit, lookUp, type WireAnswer} from './look-up.ts';
import {parsePipelineDetail, parsePipelines, parseSession} from './pipeline.ts';
import {createPresent, toApiError} from './present.ts';
import {defaultTimeouts, type Timeouts} from './timeouts.ts';
import type {ApiClient, Pipeline} from './types.ts';
import {loadUndici} from './undici.ts';

export type ClientOptions = {
  /** `http` or `https`, host, perhaps a path prefix; see `parseBaseUrl`. */
  readonly baseUrl: string;
  /** An API key (`apikey:…`) or a JWT, sent as `Authorization: Bearer …`. */
  readonly token?: string;
  readonly clock: Clock;
  /** The `User-Agent` header, such as `pipetail/1.0.0`. */
  readonly userAgent: string;
  readonly timeouts?: Partial<Timeouts>;
};

/** Connections for the list and look-ups, all tabs together; log streams have their own. */
const poolSize = 4;

/**
 * Makes the client. Nothing is imported or connected before the first request. Throws a plain `Error` with one line
 * for the user when the base URL or the token cannot be used; every later failure is an `ApiError`.
 */
export function createClient(options: ClientOptions): ApiClient {
  const {clock, token} = options;
  const baseUrl = parseBaseUrl(options.baseUrl);
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw new Error('the API key is empty or holds characters that a header cannot carry (a space, a line break)');
  }
  const timeouts = {...defaultTimeouts, ...options.timeouts};
  const present = createPresent(token);
  const authorized = token !== undefined;
  const headers = {
    accept: 'application/json',
    'user-agent': options.userAgent,
    ...(authorized ? {authorization: `Bearer ${token}`} : {}),
  };
  let pool: Pool | undefined;
  let listed: {readonly wire: Buffer; readonly pipelines: readonly Pipeline[]} | undefined;

  async function ask(url: string, signal: AbortSignal, more: Readonly<Record<string, string>>): Promise<WireAnswer> {
    const undici = await loadUndici();
    pool ??= new undici.Pool(new URL(baseUrl).origin, {
      connections: poolSize,
      allowH2: false,
      // Both are timed on our own clock.
      bodyTimeout: 0,
      headersTimeout: 0,
      // Below the server's own 5 s, so that a request seldom meets a connection that is being closed.
      keepAliveTimeout: 4000,
      connect: createConnector({clock, timeout: timeouts.connect}),
    });
    return lookUp({pool, url, headers: {...headers, ...more}, clock, timeouts, signal});
  }

  /** The answer's JSON through `parse`; whatever does not fit is a typed failure. */
  async function read<T>(route: Route, url: string, wire: WireAnswer, parse: (json: unknown) => T | undefined) {
    const answer: Answer = {...wire, route, url, authorized, body: await decode(wire, url)};
    const usable = answer.status === 200 && !isWebPage(answer.headers, answer.body);
    const value = usable ? parse(parseJson(answer.body)) : undefined;
    if (value === undefined) throw new ApiError(failureOf(answer, clock.wall()));
    return value;
  }

  async function get<T>(route: Route, url: string, signal: AbortSignal, parse: (json: unknown) => T | undefined) {
    return read(route, url, await ask(url, signal, {}), parse);
  }

  async function listPipelines(signal: AbortSignal): Promise<readonly Pipeline[]> {
    const url = listUrl(baseUrl);
    const wire = await ask(url, signal, {'accept-encoding': 'gzip'});
    // Compared as sent: an unchanged list, which most are, is neither decompressed nor parsed.
    if (listed !== undefined && wire.status === 200 && wire.bytes.equals(listed.wire)) return listed.pipelines;
    const previous = listed?.pipelines ?? [];
    const pipelines = await read('list', url, wire, (json) => parsePipelines(json, previous));
    listed = {wire: wire.bytes, pipelines};
    return pipelines;
  }

  return {
    baseUrl,
    listPipelines: (signal) => listPipelines(signal).catch(rethrow),
    getPipeline: (name, signal) =>
      get('pipeline', pipelineUrl(baseUrl, name), signal, parsePipelineDetail).catch(rethrow),
    getSession: (signal) => get('session', sessionUrl(baseUrl), signal, parseSession).catch(rethrow),
    async followLogs(name, handlers) {
      const undici = await loadUndici();
      if (handlers.signal.aborted) throw new ApiError({kind: 'cancelled'});
      const url = pipelineUrl(baseUrl, name, 'logs');
      const logHeaders = {...headers, accept: 'text/plain'};
      return new LogRequest({undici, url, headers: logHeaders, handlers, clock, timeouts, present}).end;
    },
    async close() {
      const closing = pool;
      pool = undefined;
      await closing?.destroy();
    },
  };

  /** The one way out of a failed look-up: no message leaves with a credential or a control character in it. */
  function rethrow(error: unknown): never {
    throw error instanceof ApiError ? toApiError(error.failure, present) : error;
  }
}

/**
 * The body without its compression; a server may compress an error though only the list asked for it. Of an error the
 * status counts: a body that cannot be read, perhaps because only its beginning was, is none.
 */
async function decode({status, headers, bytes}: WireAnswer, url: string): Promise<Uint8Array> {
  const encoding = encodingOf(headers);
  if (encoding === 'identity' || bytes.length === 0) return bytes;
  try {
    if (encoding !== 'gzip' && encoding !== 'x-gzip') throw new Error('an unknown encoding');
    return await gunzip(bytes, bodyLimit);
  } catch {
    if (status !== 200) return Buffer.alloc(0);
    const message = `${url} answered in an encoding that cannot be read (${encoding})`;
    throw new ApiError({kind: 'retryable', reason: 'protocol', message, url});
  }
}
