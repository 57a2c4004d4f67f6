import type {Clock} from '../../lib/clock.ts';
import {inSlices, runInSlices} from '../../lib/slices.ts';
import {proxyHeaders, secureContext, type Transport, type Trust} from './connect.ts';
import {type Credentials, fixedCredentials} from './credentials.ts';
import {ApiError, createRedactor, toApiError} from './errors.ts';
import {type JsonRequest, type JsonRoutes, jsonRoutes} from './json-request.ts';
import {LogRequest} from './log-request.ts';
import {parseEventDetail, parseEvents} from './parse-events.ts';
import {parsePipelineDetail, parsePipelines, parseRunnerHealth, parseSession, parseVersion} from './parse-pipeline.ts';
import {parseTimeSeries, statsSteps} from './parse-stats.ts';
import {
  authHeadersOf,
  defaultTimeouts,
  encodeName,
  loadUndici,
  parseBaseUrl,
  pipelinePath,
  type RequestHeaders,
  ServerAnswers,
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
  const routes = jsonRoutes({baseUrl, authorized, transport, clock, timeouts, answers});
  /** All failures pass here, so no message contains a credential or a control character. */
  const rethrow = (error: unknown): never => {
    throw error instanceof ApiError ? toApiError(error.failure, redact) : error;
  };

  const read = async <T>(request: JsonRequest<T>): Promise<T> => {
    const {value} = await routes.get(request).catch(rethrow);
    return value;
  };

  return {
    baseUrl,
    answers,
    listPipelines: listedPipelines(routes, clock, rethrow),
    getPipeline: (name, signal) =>
      read({route: 'pipeline', path: pipelinePath(name), signal, parse: ofJson(parsePipelineDetail)}),
    getStats: (name, signal) =>
      read({
        route: 'stats',
        // The parameter is not in the server's OpenAPI document. A server that lacks it sends the counts alone.
        path: pipelinePath(name, '/stats?include_connector_errors=true'),
        signal,
        parse: (body) => runInSlices(statsSteps(ServerJson.read(body)), {clock, signal}),
      }),
    getTimeSeries: (name, signal) =>
      read({route: 'time-series', path: pipelinePath(name, '/time_series'), signal, parse: ofJson(parseTimeSeries)}),
    listEvents: (name, signal) =>
      read({route: 'events', path: pipelinePath(name, '/events?selector=status'), signal, parse: ofJson(parseEvents)}),
    getEvent(name, id, signal) {
      const path = pipelinePath(name, `/events/${encodeName(id)}?selector=all`);
      return read({route: 'events', path, signal, parse: ofJson(parseEventDetail)});
    },
    getRunnerHealth: (signal) =>
      read({
        route: 'health',
        path: '/v0/cluster_healthz',
        signal,
        parse: ofJson((json) => parseRunnerHealth(json, clock.wall())),
        // With a service that is not healthy.
        alsoStatus: 503,
      }),
    getSession: (signal) => read({route: 'session', path: '/v0/config/session', signal, parse: ofJson(parseSession)}),
    getVersion: (signal) => read({route: 'config', path: '/v0/config', signal, parse: ofJson(parseVersion)}),
    async followLogs(name, handlers) {
      const undici = await loadUndici();
      const url = baseUrl + pipelinePath(name, '/logs');
      return authorized(handlers.signal, (sent) => {
        if (handlers.signal.aborted) throw new ApiError({kind: 'cancelled'});
        const headers = {...sent, accept: 'text/plain'};
        return new LogRequest({undici, url, headers, transport, handlers, clock, timeouts, redact, answers}).end;
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

/** Lists pipelines, with the fields that cost the server least: the last array itself when nothing has changed. */
function listedPipelines(
  routes: JsonRoutes,
  clock: Clock,
  rethrow: (error: unknown) => never,
): ApiClient['listPipelines'] {
  let last: {readonly wire: Buffer; readonly pipelines: readonly Pipeline[]} | undefined;
  return async (signal) => {
    const {value: pipelines, wire} = await routes
      .get({
        route: 'list',
        path: '/v0/pipelines?selector=status',
        signal,
        parse: (body) => parsePipelines(inSlices(ServerJson.parts(body), {clock, signal}), last?.pipelines ?? []),
        // Compared as sent: an unchanged list (most are) is neither decompressed nor parsed.
        cached: ({status, bytes}) => (last && status === 200 && bytes.equals(last.wire) ? last.pipelines : undefined),
      })
      .catch(rethrow);
    last = {wire: wire.bytes, pipelines};
    return pipelines;
  };
}
