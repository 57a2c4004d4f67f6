import type {Clock} from '../../lib/clock.ts';
import {inSlices, runInSlices} from '../../lib/slices.ts';
import {proxyHeaders, secureContext, type Transport, type Trust} from './connect.ts';
import {authHeadersOf, type Credentials, fixedCredentials, type RequestHeaders} from './credentials.ts';
import {createRedactor} from './errors.ts';
import {JsonRoutes} from './json-request.ts';
import {followLog} from './log-request.ts';
import {
  parseEventDetail,
  parseEvents,
  parsePipelineDetail,
  parsePipelines,
  parseRunnerHealth,
  parseSession,
  parseVersion,
} from './parse-pipeline.ts';
import {parseTimeSeries, statsSteps} from './parse-stats.ts';
import {ServerAnswers, type Timeouts} from './request.ts';
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

const defaultTimeouts: Timeouts = {connect: 10_000, headers: 15_000, total: 30_000, errorBody: 5000};

/** Imports and connects nothing before the first request. Throws an `Error`, one line for the user, for a bad URL. */
export function createClient(options: ClientOptions): ApiClient {
  const {clock, proxy, trust = {}, credentials = fixedCredentials(undefined)} = options;
  const baseUrl = parseBaseUrl(options.baseUrl);
  const timeouts = {...defaultTimeouts, ...options.timeouts};
  const redact = createRedactor(() => [...credentials.secrets(), ...(proxy?.login === undefined ? [] : [proxy.login])]);
  const transport: Transport = {proxy, insecure: trust.insecure === true, secureContext: secureContext(trust)};
  const authorized = authHeadersOf(credentials, commonHeaders(options, baseUrl));
  const answers = new ServerAnswers(clock.onDate);
  const routes = new JsonRoutes({baseUrl, authorized, transport, clock, timeouts, redact, answers});

  return {
    baseUrl,
    answers,
    listPipelines: listedPipelines(routes, clock),
    getPipeline: (name, signal) =>
      routes.read({route: 'pipeline', path: pipelinePath(name), signal, parse: ofJson(parsePipelineDetail)}),
    getStats: (name, signal) =>
      routes.read({
        route: 'stats',
        // The parameter is not in the server's OpenAPI document. A server that lacks it sends the counts alone.
        path: pipelinePath(name, '/stats?include_connector_errors=true'),
        signal,
        parse: (body) => runInSlices(statsSteps(ServerJson.read(body)), {clock, signal}),
      }),
    getTimeSeries: (name, signal) =>
      routes.read({
        route: 'time-series',
        path: pipelinePath(name, '/time_series'),
        signal,
        parse: ofJson(parseTimeSeries),
      }),
    listEvents: (name, signal) =>
      routes.read({
        route: 'events',
        path: pipelinePath(name, '/events?selector=status'),
        signal,
        parse: ofJson(parseEvents),
      }),
    getEvent(name, id, signal) {
      const path = pipelinePath(name, `/events/${encodeName(id)}?selector=all`);
      return routes.read({route: 'events', path, signal, parse: ofJson(parseEventDetail)});
    },
    getRunnerHealth: (signal) =>
      routes.read({
        route: 'health',
        path: '/v0/cluster_healthz',
        signal,
        parse: ofJson((json) => parseRunnerHealth(json, clock.wall())),
        // With a service that is not healthy.
        alsoStatus: 503,
      }),
    getSession: (signal) =>
      routes.read({route: 'session', path: '/v0/config/session', signal, parse: ofJson(parseSession)}),
    getVersion: (signal) => routes.read({route: 'config', path: '/v0/config', signal, parse: ofJson(parseVersion)}),
    followLogs(name, handlers) {
      const url = baseUrl + pipelinePath(name, '/logs');
      return authorized(handlers.signal, (sent) => {
        const headers = {...sent, accept: 'text/plain'};
        return followLog({url, headers, transport, handlers, clock, timeouts, redact, answers});
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
function listedPipelines(routes: JsonRoutes, clock: Clock): ApiClient['listPipelines'] {
  let last: {readonly wire: Buffer; readonly pipelines: readonly Pipeline[]} | undefined;
  return async (signal) => {
    const {value: pipelines, wire} = await routes.get({
      route: 'list',
      path: '/v0/pipelines?selector=status',
      signal,
      parse: (body) => parsePipelines(inSlices(ServerJson.parts(body), {clock, signal}), last?.pipelines ?? []),
      // Compared as sent: an unchanged list (most are) is neither decompressed nor parsed.
      cached: ({status, bytes}) => (last && status === 200 && bytes.equals(last.wire) ? last.pipelines : undefined),
    });
    last = {wire: wire.bytes, pipelines};
    return pipelines;
  };
}

/** Removes trailing slashes. Throws an `Error`, one line for the user, which repeats no possible password or token. */
function parseBaseUrl(text: string): string {
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

/** A server on this machine, at a bare address or with a port seldom speaks TLS; others nearly always do. */
function withScheme(given: string): string {
  const rest = given.replace(/^[a-z]*:?\/+/i, '');
  const plain = /^(localhost|\[|\d+\.\d+\.\d+\.\d+|[^/]*:\d)/i.test(rest);
  return `${plain ? 'http' : 'https'}://${rest}`;
}

/** Path of one pipeline with all fields, or of what is below it. */
function pipelinePath(name: string, below = '?selector=all'): string {
  return `/v0/pipelines/${encodeName(name)}${below}`;
}

/** A name of dots alone would be a step in the path. */
function encodeName(name: string): string {
  const encoded = encodeURIComponent(name.toWellFormed());
  return /^\.+$/.test(encoded) ? encoded.replaceAll('.', '%2E') : encoded;
}
