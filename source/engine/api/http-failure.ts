import {masked} from '../../lib/secrets.ts';
import {ProxyError} from './connect.ts';
import {parseServerError} from './parse-pipeline.ts';
import {readText, type ServerHeaders, ServerJson} from './server-text.ts';
import type {ApiFailure, FatalReason, HttpProxy, RetryableReason} from './types.ts';

/** Kind of a request: the same response means something else on each. */
export type ApiRoute =
  | 'list'
  | 'pipeline'
  | 'session'
  | 'config'
  | 'logs'
  | 'stats'
  | 'time-series'
  | 'events'
  | 'health';

/** The body of an error is read up to `errorBodyLimit`. */
type HttpResponse = {
  readonly route: ApiRoute;
  readonly url: string;
  readonly status: number;
  readonly headers: ServerHeaders;
  /** Decompressed. */
  readonly body: Uint8Array;
  /** The request had credentials. */
  readonly authorized: boolean;
  /** The request went through it. */
  readonly proxy: HttpProxy | undefined;
};

/** Error codes that mean the same with any status. */
const fatalCodes: Readonly<Record<string, {readonly reason: FatalReason; readonly sentence: string}>> = {
  UnknownPipelineName: {reason: 'unknown-pipeline', sentence: 'the server has no such pipeline'},
  UnknownTenantName: {reason: 'unknown-tenant', sentence: 'the server does not know the tenant'},
  AmbiguousTenantMembership: {reason: 'unknown-tenant', sentence: 'the server needs to be told which tenant is meant'},
  NotATenantMember: {reason: 'forbidden', sentence: 'these credentials do not belong to the tenant'},
  NoTenantMemberships: {reason: 'forbidden', sentence: 'these credentials belong to no tenant'},
  InsufficientPermissions: {reason: 'forbidden', sentence: 'these credentials may not do this'},
};

/** The meaning of an error, also a proxy's, and of a 200 that does not belong to the route. */
export function failureOf(response: HttpResponse): ApiFailure {
  const {status} = response;
  const error = parseServerError(ServerJson.read(response.body));
  const reply = {
    response,
    code: error?.errorCode ?? '',
    detail: `${status} ${masked(error?.message ?? plainText(response))}`.trim(),
  };
  const named = Object.hasOwn(fatalCodes, reply.code) ? fatalCodes[reply.code] : undefined;
  if (named) return fatal(reply, named.reason, `${named.sentence} (${reply.detail})`);
  if (reply.code === 'PipelineInteractionNotDeployed') {
    return retryable(reply, 'not-deployed', `the pipeline is not deployed (${reply.detail})`);
  }
  if (reply.code.startsWith('PipelineInteraction')) {
    return retryable(reply, 'pipeline-unreachable', `the pipeline's process does not answer (${reply.detail})`);
  }
  if (reply.code.startsWith('RunnerInteraction')) {
    return retryable(reply, 'runner-unreachable', `the pipeline's runner does not answer (${reply.detail})`);
  }
  if (status >= 200 && status < 300) return unexpectedSuccess(reply, error !== undefined);
  // To a request without a condition a 304 says nothing.
  if (status === 304) return unexpectedStatus(reply);
  if (status >= 300 && status < 400) return redirected(reply);
  switch (status) {
    case 401:
      return unauthorized(reply);
    case 403:
      return fatal(reply, 'forbidden', `the server does not allow this (${reply.detail})`);
    case 404:
      return notFound(reply, error !== undefined);
    case 407:
      return fatal(reply, 'bad-request', proxyLoginWords(response.proxy));
    case 408:
      return retryable(reply, 'timeout', `the server waited too long for the request (${reply.detail})`);
    case 429:
      return retryable(reply, 'server-error', `the server asks for fewer requests (${reply.detail})`);
    case 431:
      return fatal(
        reply,
        'headers-too-large',
        `the request's headers are too large, perhaps the token (${reply.detail})`,
      );
    default:
      if (status >= 500) return retryable(reply, 'server-error', `the server failed (${reply.detail})`);
      return refused(reply);
  }
}

function proxyLoginWords(proxy: HttpProxy | undefined): string {
  return proxy
    ? ProxyError.ofLogin(proxy).message
    : 'a proxy on the way asks for a login, but no variable names a proxy';
}

/** Answers of nginx, Go and Apache to plain HTTP on a TLS port. */
const plainHttpToTls =
  /plain HTTP request was sent to HTTPS port|HTTP request to an HTTPS server|speaking plain HTTP to/i;

type Reply = {readonly response: HttpResponse; readonly code: string; readonly detail: string};

function unauthorized(reply: Reply): ApiFailure {
  const challenge = reply.response.headers.first('www-authenticate');
  const description = /error_description="([^"]*)"/.exec(challenge)?.[1] ?? '';
  const detail = `${reply.detail} ${masked(description)}`.trim();
  // Feldera's library writes `ExpiredSignature`, and `The access token expired` is the example of RFC 6750. `authHeadersOf`
  // adds when.
  if (reply.response.authorized && /expired/i.test(description)) {
    return fatal(reply, 'token-expired', `the token has expired (${detail})`);
  }
  const does = reply.response.authorized ? 'refused the credentials' : 'asks for credentials';
  return fatal(reply, 'unauthorized', `the server ${does} (${detail})`);
}

/** Routes that an old server lacks, or the process of this pipeline alone, which answers the first two: what is missing. */
const newRoutes: Readonly<Partial<Record<ApiRoute, string>>> = {
  stats: 'this pipeline has no statistics',
  'time-series': 'this pipeline has no time series',
  events: 'this version of Feldera has no past events',
  health: 'this version of Feldera does not report the health of its services',
};

/**
 * An empty 404 on the logs route: the pipeline's runner is not ready yet. On a route that came later: the server is old. On
 * another route: not the API.
 */
function notFound(reply: Reply, isApiError: boolean): ApiFailure {
  const {route, url, body} = reply.response;
  if (isApiError) return fatal(reply, 'bad-request', `the server did not find what was asked for (${reply.detail})`);
  if (route === 'logs' && body.length === 0) {
    return retryable(reply, 'not-ready', "the pipeline's runner is not ready yet (404)");
  }
  const missing = newRoutes[route];
  if (missing !== undefined && body.length === 0) {
    return fatal(reply, 'unsupported', `${missing} (404)`);
  }
  return fatal(reply, 'wrong-url', `there is no Feldera API at ${url} (404)`);
}

function refused(reply: Reply): ApiFailure {
  if (plainHttpToTls.test(readText(reply.response.body))) {
    const {host} = new URL(reply.response.url);
    return fatal(reply, 'wrong-url', `${host} serves https: use --host https://${host}`);
  }
  return fatal(reply, 'bad-request', `the server refused the request (${reply.detail})`);
}

/** Redirects are not followed: the credentials would go where the user did not send them. */
function redirected(reply: Reply): ApiFailure {
  const {url, headers, status} = reply.response;
  const location = headers.first('location');
  const target = location !== '' && URL.canParse(location, url) ? new URL(location, url) : undefined;
  // Without the query, which may contain a login's state.
  const where = target === undefined ? 'elsewhere' : `to ${target.origin}${target.pathname}`;
  return fatal(reply, 'wrong-url', `${url} redirects ${where} (${status})`);
}

function unexpectedStatus(reply: Reply): ApiFailure {
  const {url, status} = reply.response;
  return retryable(reply, 'protocol', `${url} answered with an unexpected status (${status})`);
}

function unexpectedSuccess(reply: Reply, isApiError: boolean): ApiFailure {
  const {route, url, headers, body, status} = reply.response;
  if (isApiError) return retryable(reply, 'server-error', `the server failed (${reply.detail})`);
  if (isWebPage(headers, body)) {
    // The address as the user gave it: all routes are under `/v0`.
    const base = url.replace(/\/v0\/.*$/s, '');
    return fatal(reply, 'wrong-url', `${base} serves a web page, not the Feldera API`);
  }
  if (status !== 200) return unexpectedStatus(reply);
  const {encoding} = headers;
  if (route === 'logs' && encoding !== 'identity') {
    return retryable(reply, 'protocol', `${url} answered in a content encoding that was not asked for (${encoding})`);
  }
  if (route === 'logs') {
    const type = headers.mediaType;
    const sent = type === '' ? 'without a content type' : `with ${type}`;
    return fatal(reply, 'wrong-url', `${url} answered ${sent}, not with text/plain logs`);
  }
  return retryable(reply, 'protocol', `${url} answered with something other than Feldera's JSON`);
}

function fatal(reply: Reply, reason: FatalReason, message: string): ApiFailure {
  return {kind: 'fatal', reason, message, status: reply.response.status};
}

function retryable(reply: Reply, reason: RetryableReason, message: string): ApiFailure {
  const retryAfter = parseRetryAfter(reply.response.headers.first('retry-after'));
  return {
    kind: 'retryable',
    reason,
    message,
    ...(reason === 'server-error' && {brief: `HTTP ${reply.response.status}`}),
    ...(retryAfter !== undefined && {retryAfter}),
  };
}

/** The body of an error in plain text (the API sends some); empty for HTML and JSON. */
function plainText({headers, body}: HttpResponse): string {
  return isWebPage(headers, body) || !headers.mediaType.startsWith('text/') ? '' : readText(body);
}

/** Bytes of an error's body that are read; the API's own are below 2 KiB. */
export const errorBodyLimit = 64 * 1024;

/** Recognises a web page by the header or, when that is missing or wrong, by the beginning of the body. */
export function isWebPage(headers: ServerHeaders, body: Uint8Array): boolean {
  const type = headers.mediaType;
  if (type === 'text/html' || type === 'application/xhtml+xml') return true;
  return /^\s*<(!doctype\s+html|html|head|body)\b/i.test(readText(body.subarray(0, 256)));
}

/** Milliseconds of a `Retry-After` in seconds, as Feldera and what is in front of it send it. */
function parseRetryAfter(value: string): number | undefined {
  return /^\d{1,12}$/.test(value.trim()) ? Number(value) * 1000 : undefined;
}
