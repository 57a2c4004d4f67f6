import type {Pool} from 'undici';
import type {Clock} from '../lib/clock.ts';
import {type Answer, encodingOf, isWebPage, type Route} from './answer.ts';
import {ApiError} from './api-error.ts';
import {listUrl, parseBaseUrl, pipelineUrl, sessionUrl} from './base-url.ts';
import {createConnector, type Way} from './connector.ts';
import {type Credentials, fixedCredentials} from './credentials.ts';
import {failureOf} from './failure.ts';
import {gunzip} from './gunzip.ts';
import {parseJson} from './json.ts';
import {LogRequest} from './log-request.ts';
import {bodyLimit, lookUp, type WireAnswer} from './look-up.ts';
import {parsePipelineDetail, parsePipelines, parseSession} from './pipeline.ts';
import {createPresent, toApiError} from './present.ts';
import {proxyHeaders} from './proxy-tunnel.ts';
import {defaultTimeouts, type Timeouts} from './timeouts.ts';
import {secureContext, type Trust} from './trust.ts';
import type {ApiClient, HttpProxy, Pipeline} from './types.ts';
import {loadUndici} from './undici.ts';

export type ClientOptions = {
  /** `http` or `https`, host, perhaps a path prefix; see `parseBaseUrl`. */
  readonly baseUrl: string;
  /** What is sent as `Authorization: Bearer …`; default: nothing. */
  readonly credentials?: Credentials;
  /** Name or id of the tenant that is meant (the header `Feldera-Tenant`). */
  readonly tenant?: string;
  readonly proxy?: HttpProxy;
  readonly trust?: Trust;
  readonly clock: Clock;
  /** The `User-Agent` header, such as `pipetail/1.0.0`. */
  readonly userAgent: string;
  readonly timeouts?: Partial<Timeouts>;
};

/** Connections for the list and look-ups, all tabs together; log streams have their own. */
const poolSize = 4;

/**
 * Makes the client. Nothing is imported or connected before the first request. Throws a plain `Error` with one line
 * for the user when the base URL cannot be used; every later failure is an `ApiError`.
 */
export function createClient(options: ClientOptions): ApiClient {
  const {clock, tenant, proxy, trust = {}, credentials = fixedCredentials(undefined)} = options;
  const baseUrl = parseBaseUrl(options.baseUrl);
  const timeouts = {...defaultTimeouts, ...options.timeouts};
  const present = createPresent(() => [...credentials.secrets(), ...(proxy?.login === undefined ? [] : [proxy.login])]);
  const way: Way = {proxy, insecure: trust.insecure === true, secureContext: secureContext(trust)};
  const commonHeaders = {
    accept: 'application/json',
    'user-agent': options.userAgent,
    ...(tenant !== undefined && {'feldera-tenant': tenant}),
    // Over TLS the proxy hears it when it opens the tunnel.
    ...(proxy && baseUrl.startsWith('http:') && proxyHeaders(proxy)),
  };
  let pool: Pool | undefined;
  let listed: {readonly wire: Buffer; readonly pipelines: readonly Pipeline[]} | undefined;

  /** Sends a request with a token, and once more with another one when the first was refused and there is another. */
  async function authorized<T>(
    signal: AbortSignal,
    request: (headers: Readonly<Record<string, string>>) => Promise<T>,
  ): Promise<T> {
    const withToken = (token: string | undefined) =>
      request(token === undefined ? commonHeaders : {...commonHeaders, authorization: `Bearer ${token}`});
    const token = await credentials.token(signal);
    try {
      return await withToken(token);
    } catch (error) {
      if (token === undefined || !isUnauthorized(error) || !credentials.refused(token)) throw error;
      const another = await credentials.token(signal);
      if (another === token) throw error;
      return await withToken(another);
    }
  }

  async function ask(url: string, signal: AbortSignal, headers: Readonly<Record<string, string>>): Promise<WireAnswer> {
    const undici = await loadUndici();
    pool ??= new undici.Pool(new URL(baseUrl).origin, {
      connections: poolSize,
      allowH2: false,
      // Both are timed on our own clock.
      bodyTimeout: 0,
      headersTimeout: 0,
      // Below the server's own 5 s, so that a request seldom meets a connection that is being closed.
      keepAliveTimeout: 4000,
      connect: createConnector({clock, way, timeout: timeouts.connect}),
    });
    return lookUp({pool, proxy, url, headers, clock, timeouts, signal});
  }

  /** Asks, and reads the answer's JSON through `parse`; whatever does not fit is a typed failure. */
  async function get<T>(request: {
    readonly route: Route;
    readonly url: string;
    readonly signal: AbortSignal;
    readonly headers?: Readonly<Record<string, string>>;
    readonly parse: (json: unknown) => T | undefined;
    /** Answers what was read from the same bytes before. */
    readonly known?: (wire: WireAnswer) => T | undefined;
  }): Promise<{readonly value: T; readonly wire: WireAnswer}> {
    const {route, url, signal, parse} = request;
    return authorized(signal, async (headers) => {
      const wire = await ask(url, signal, {...headers, ...request.headers});
      const known = request.known?.(wire);
      if (known !== undefined) return {value: known, wire};
      const hasToken = 'authorization' in headers;
      const answer: Answer = {...wire, route, url, authorized: hasToken, body: await decode(wire, url)};
      const usable = answer.status === 200 && !isWebPage(answer.headers, answer.body);
      const value = usable ? parse(parseJson(answer.body)) : undefined;
      if (value === undefined) throw new ApiError(failureOf(answer, clock.wall()));
      return {value, wire};
    });
  }

  async function listPipelines(signal: AbortSignal): Promise<readonly Pipeline[]> {
    const {value, wire} = await get({
      route: 'list',
      url: listUrl(baseUrl),
      signal,
      headers: {'accept-encoding': 'gzip'},
      parse: (json) => parsePipelines(json, listed?.pipelines ?? []),
      // Compared as sent: an unchanged list, which most are, is neither decompressed nor parsed.
      known: ({status, bytes}) =>
        listed && status === 200 && bytes.equals(listed.wire) ? listed.pipelines : undefined,
    });
    listed = {wire: wire.bytes, pipelines: value};
    return value;
  }

  return {
    baseUrl,
    listPipelines: (signal) => listPipelines(signal).catch(rethrow),
    getPipeline: (name, signal) =>
      get({route: 'pipeline', url: pipelineUrl(baseUrl, name), signal, parse: parsePipelineDetail})
        .then(({value}) => value)
        .catch(rethrow),
    getSession: (signal) =>
      get({route: 'session', url: sessionUrl(baseUrl), signal, parse: parseSession})
        .then(({value}) => value)
        .catch(rethrow),
    async followLogs(name, handlers) {
      const undici = await loadUndici();
      if (handlers.signal.aborted) throw new ApiError({kind: 'cancelled'});
      const url = pipelineUrl(baseUrl, name, 'logs');
      return authorized(handlers.signal, (headers) => {
        if (handlers.signal.aborted) throw new ApiError({kind: 'cancelled'});
        const logHeaders = {...headers, accept: 'text/plain'};
        return new LogRequest({undici, url, headers: logHeaders, way, handlers, clock, timeouts, present}).end;
      });
    },
    async close() {
      credentials.close();
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

function isUnauthorized(error: unknown): boolean {
  return error instanceof ApiError && error.failure.kind === 'fatal' && error.failure.reason === 'unauthorized';
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
