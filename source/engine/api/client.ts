import type {Clock} from '../../lib/clock.ts';
import {inSlices, runInSlices} from '../../lib/slices.ts';
import {proxyHeaders, secureContext, type Transport, type Trust} from './connect.ts';
import {type Credentials, fixedCredentials} from './credentials.ts';
import {ApiError, createRedactor, toApiError} from './errors.ts';
import {type JsonRequest, JsonRoutes} from './json-request.ts';
import {LogRequest} from './log-request.ts';
import {parseEventDetail, parseEvents} from './parse-events.ts';
import {parsePipelineDetail, parsePipelines, parseRunnerHealth, parseSession, parseVersion} from './parse-pipeline.ts';
import {parseTimeSeries, statsSteps} from './parse-stats.ts';
import {
  authHeadersOf,
  configUrl,
  defaultTimeouts,
  eventUrl,
  healthUrl,
  listUrl,
  loadUndici,
  parseBaseUrl,
  pipelineUrl,
  type RequestHeaders,
  ServerAnswers,
  sessionUrl,
  type Timeouts,
} from './request.ts';
import type {ServerClock} from './server-clock.ts';
import {ServerJson} from './server-text.ts';
import type {ApiClient, HttpProxy, Pipeline} from './types.ts';

type ClientOptions = {
  /** See `parseBaseUrl`. */
  readonly baseUrl: string;
  /** Default: none. */
  readonly credentials?: Credentials;
  /** Name or id, sent as `Feldera-Tenant`. */
  readonly tenant?: string;
  readonly proxy?: HttpProxy;
  readonly trust?: Trust;
  readonly clock: Clock & Partial<Pick<ServerClock, 'onDate'>>;
  /** Such as `pipetail/1.0.0`. */
  readonly userAgent: string;
  readonly timeouts?: Partial<Timeouts>;
};

/** Imports and connects nothing before the first request. Throws an `Error`, one line for the user, for a bad URL. */
export function createClient(options: ClientOptions): ApiClient {
  const {clock, proxy, trust = {}, credentials = fixedCredentials(undefined)} = options;
  const baseUrl = parseBaseUrl(options.baseUrl);
  const timeouts = {...defaultTimeouts, ...options.timeouts};
  const redact = createRedactor(() => [...credentials.secrets(), ...(proxy?.login === undefined ? [] : [proxy.login])]);
  const transport: Transport = {proxy, insecure: trust.insecure === true, secureContext: secureContext(trust)};
  const authorized = authHeadersOf(credentials, commonHeaders(options, baseUrl));
  const answers = new ServerAnswers(clock.onDate);
  const routes = new JsonRoutes({baseUrl, authorized, transport, clock, timeouts, answers});
  const listed = new ListedPipelines(routes, baseUrl, clock);
  /** All failures pass here, so no message contains a credential or a control character. */
  const rethrow = (error: unknown): never => {
    throw error instanceof ApiError ? toApiError(error.failure, redact) : error;
  };

  const read = async <T>(request: JsonRequest<T>): Promise<T> => {
    const {value} = await routes.get(request).catch(rethrow);
    return value;
  };
  /** Answers that are repeated, and nine tenths smaller so. */
  const compressed = <T>(request: JsonRequest<T>): Promise<T> =>
    read({...request, headers: {'accept-encoding': 'gzip'}});

  return {
    baseUrl,
    answers,
    listPipelines: (signal) => listed.get(signal).catch(rethrow),
    getPipeline: (name, signal) =>
      read({route: 'pipeline', url: pipelineUrl(baseUrl, name), signal, parse: ofJson(parsePipelineDetail)}),
    getStats: (name, signal) =>
      compressed({
        route: 'stats',
        url: pipelineUrl(baseUrl, name, 'stats'),
        signal,
        parse: (body) => runInSlices(statsSteps(ServerJson.read(body)), {clock, signal}),
      }),
    getTimeSeries: (name, signal) =>
      compressed({
        route: 'time-series',
        url: pipelineUrl(baseUrl, name, 'time-series'),
        signal,
        parse: ofJson(parseTimeSeries),
      }),
    listEvents: (name, signal) =>
      compressed({route: 'events', url: pipelineUrl(baseUrl, name, 'events'), signal, parse: ofJson(parseEvents)}),
    getEvent: (name, id, signal) =>
      compressed({route: 'events', url: eventUrl(baseUrl, name, id), signal, parse: ofJson(parseEventDetail)}),
    getRunnerHealth: (signal) =>
      read({
        route: 'health',
        url: healthUrl(baseUrl),
        signal,
        parse: ofJson((json) => parseRunnerHealth(json, clock.wall())),
        // With a service that is not healthy.
        alsoStatus: 503,
      }),
    getSession: (signal) => read({route: 'session', url: sessionUrl(baseUrl), signal, parse: ofJson(parseSession)}),
    getVersion: (signal) => read({route: 'config', url: configUrl(baseUrl), signal, parse: ofJson(parseVersion)}),
    async followLogs(name, handlers) {
      const undici = await loadUndici();
      if (handlers.signal.aborted) throw new ApiError({kind: 'cancelled'});
      const url = pipelineUrl(baseUrl, name, 'logs');
      return authorized(handlers.signal, (headers) => {
        if (handlers.signal.aborted) throw new ApiError({kind: 'cancelled'});
        const logHeaders = {...headers, accept: 'text/plain'};
        return new LogRequest({
          undici,
          url,
          headers: logHeaders,
          transport,
          handlers,
          clock,
          timeouts,
          redact,
          answers,
        }).end;
      });
    },
    async close() {
      credentials.close();
      await routes.close();
    },
  };
}

function ofJson<T>(parse: (json: ServerJson) => T | undefined): (body: Uint8Array) => T | undefined {
  return (body) => parse(ServerJson.read(body));
}

function commonHeaders({userAgent, tenant, proxy}: ClientOptions, baseUrl: string): RequestHeaders {
  return {
    accept: 'application/json',
    'user-agent': userAgent,
    ...(tenant !== undefined && {'feldera-tenant': tenant}),
    // Over TLS the proxy gets its login with the CONNECT request.
    ...(proxy && baseUrl.startsWith('http:') && proxyHeaders(proxy)),
  };
}

class ListedPipelines {
  readonly #routes: JsonRoutes;
  readonly #url: string;
  readonly #clock: Clock;
  #last: {readonly wire: Buffer; readonly pipelines: readonly Pipeline[]} | undefined;

  constructor(routes: JsonRoutes, baseUrl: string, clock: Clock) {
    this.#clock = clock;
    this.#routes = routes;
    this.#url = listUrl(baseUrl);
  }

  /** Returns the last array itself when nothing has changed. */
  async get(signal: AbortSignal): Promise<readonly Pipeline[]> {
    const {value, wire} = await this.#routes.get({
      route: 'list',
      url: this.#url,
      signal,
      headers: {'accept-encoding': 'gzip'},
      parse: (body) =>
        parsePipelines(inSlices(ServerJson.parts(body), {clock: this.#clock, signal}), this.#last?.pipelines ?? []),
      // Compared as sent: an unchanged list (most are) is neither decompressed nor parsed.
      cached: ({status, bytes}) =>
        this.#last && status === 200 && bytes.equals(this.#last.wire) ? this.#last.pipelines : undefined,
    });
    this.#last = {wire: wire.bytes, pipelines: value};
    return value;
  }
}
