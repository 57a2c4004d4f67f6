import type {Clock} from '../lib/clock.ts';
import {ApiError} from './api-error.ts';
import {authorizedBy, type RequestHeaders} from './authorized.ts';
import {configUrl, parseBaseUrl, pipelineUrl, sessionUrl} from './base-url.ts';
import {type Credentials, fixedCredentials} from './credentials.ts';
import {JsonRoutes} from './json-routes.ts';
import {ListedPipelines} from './listed-pipelines.ts';
import {LogRequest} from './log-request.ts';
import {parsePipelineDetail, parseSession, parseVersion} from './pipeline.ts';
import {createPresent, toApiError} from './present.ts';
import {proxyHeaders} from './proxy-tunnel.ts';
import {ServerAnswers} from './server-answers.ts';
import {defaultTimeouts, type Timeouts} from './timeouts.ts';
import {secureContext, type Trust} from './trust.ts';
import type {ApiClient, HttpProxy} from './types.ts';
import {loadUndici} from './undici.ts';
import type {Way} from './way.ts';

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

/**
 * Makes the client. Nothing is imported or connected before the first request. Throws a plain `Error` with one line
 * for the user when the base URL cannot be used; every later failure is an `ApiError`.
 */
export function createClient(options: ClientOptions): ApiClient {
  const {clock, proxy, trust = {}, credentials = fixedCredentials(undefined)} = options;
  const baseUrl = parseBaseUrl(options.baseUrl);
  const timeouts = {...defaultTimeouts, ...options.timeouts};
  const present = createPresent(() => [...credentials.secrets(), ...(proxy?.login === undefined ? [] : [proxy.login])]);
  const way: Way = {proxy, insecure: trust.insecure === true, secureContext: secureContext(trust)};
  const authorized = authorizedBy(credentials, commonHeaders(options, baseUrl));
  const answers = new ServerAnswers();
  const routes = new JsonRoutes({baseUrl, authorized, way, clock, timeouts, answers});
  const listed = new ListedPipelines(routes, baseUrl);
  /** The one way out of a failed look-up: no message leaves with a credential or a control character in it. */
  const rethrow = (error: unknown): never => {
    throw error instanceof ApiError ? toApiError(error.failure, present) : error;
  };

  return {
    baseUrl,
    answers,
    listPipelines: (signal) => listed.get(signal).catch(rethrow),
    getPipeline: (name, signal) =>
      routes
        .get({route: 'pipeline', url: pipelineUrl(baseUrl, name), signal, parse: parsePipelineDetail})
        .then(({value}) => value)
        .catch(rethrow),
    getSession: (signal) =>
      routes
        .get({route: 'session', url: sessionUrl(baseUrl), signal, parse: parseSession})
        .then(({value}) => value)
        .catch(rethrow),
    getVersion: (signal) =>
      routes
        .get({route: 'config', url: configUrl(baseUrl), signal, parse: parseVersion})
        .then(({value}) => value)
        .catch(rethrow),
    async followLogs(name, handlers) {
      const undici = await loadUndici();
      if (handlers.signal.aborted) throw new ApiError({kind: 'cancelled'});
      const url = pipelineUrl(baseUrl, name, 'logs');
      return authorized(handlers.signal, (headers) => {
        if (handlers.signal.aborted) throw new ApiError({kind: 'cancelled'});
        const logHeaders = {...headers, accept: 'text/plain'};
        return new LogRequest({undici, url, headers: logHeaders, way, handlers, clock, timeouts, present, answers}).end;
      });
    },
    async close() {
      credentials.close();
      await routes.close();
    },
  };
}

/** What every request has, whatever its token. */
function commonHeaders({userAgent, tenant, proxy}: ClientOptions, baseUrl: string): RequestHeaders {
  return {
    accept: 'application/json',
    'user-agent': userAgent,
    ...(tenant !== undefined && {'feldera-tenant': tenant}),
    // Over TLS the proxy hears it when it opens the tunnel.
    ...(proxy && baseUrl.startsWith('http:') && proxyHeaders(proxy)),
  };
}
