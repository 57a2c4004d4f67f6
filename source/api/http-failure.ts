import {readTime} from '../lib/format.ts';
import {parseJson} from '../lib/json.ts';
import {parseServerError} from './parse-pipeline.ts';
import type {ApiFailure, FatalReason, RetryableReason} from './types.ts';

/** Which of the API's routes was asked; the same answer means different things on different routes. */
export type Route = 'list' | 'pipeline' | 'session' | 'config' | 'logs';

/** Response headers by lower-case name, as undici gives them. */
export type ResponseHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A response with as much of its body as was read; error bodies are read up to `errorBodyLimit`. */
export type HttpResponse = {
  readonly route: Route;
  readonly url: string;
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** Decompressed. */
  readonly body: Uint8Array;
  /** Whether the request carried credentials. */
  readonly authorized: boolean;
};

/** Error codes that mean the same whatever status they come with. */
const fatalCodes: Readonly<Record<string, {readonly reason: FatalReason; readonly sentence: string}>> = {
  UnknownPipelineName: {reason: 'unknown-pipeline', sentence: 'the server has no such pipeline'},
  UnknownTenantName: {reason: 'unknown-tenant', sentence: 'the server does not know the tenant'},
  AmbiguousTenantMembership: {reason: 'unknown-tenant', sentence: 'the server needs to be told which tenant is meant'},
  NotATenantMember: {reason: 'forbidden', sentence: 'these credentials do not belong to the tenant'},
  NoTenantMemberships: {reason: 'forbidden', sentence: 'these credentials belong to no tenant'},
  InsufficientPermissions: {reason: 'forbidden', sentence: 'these credentials may not do this'},
};

/**
 * Says what an answer that cannot be used means: every error of the API, the same errors from proxies in between, and
 * a 200 that is not what the route answers. `now` is in milliseconds since the epoch, for a `Retry-After` date.
 */
export function failureOf(answer: HttpResponse, now: number): ApiFailure {
  const {status} = answer;
  const error = parseServerError(parseJson(answer.body));
  const told = {
    answer,
    now,
    code: error?.errorCode ?? '',
    detail: `${status} ${error?.message ?? plainText(answer)}`.trim(),
  };
  const known = Object.hasOwn(fatalCodes, told.code) ? fatalCodes[told.code] : undefined;
  if (known) return fatal(told, known.reason, `${known.sentence} (${told.detail})`);
  // Before Feldera 0.97, which is not supported.
  if (told.code === 'RunnerInteractionShutdown') {
    return retryable(told, 'runner-unreachable', `a pipeline that is not deployed has no log here (${told.detail})`);
  }
  if (told.code.startsWith('RunnerInteraction')) {
    return retryable(told, 'runner-unreachable', `the pipeline's runner does not answer (${told.detail})`);
  }
  if (status >= 200 && status < 300) return unexpectedSuccess(told, error !== undefined);
  if (status >= 300 && status < 400) return redirected(told);
  switch (status) {
    case 401:
      return unauthorized(told);
    case 403:
      return fatal(told, 'forbidden', `the server does not allow this (${told.detail})`);
    case 404:
      return notFound(told, error !== undefined);
    case 407:
      return fatal(told, 'bad-request', `the proxy wants a login: put http://user:password@… into HTTP_PROXY`);
    case 408:
      return retryable(told, 'timeout', `the server waited too long for the request (${told.detail})`);
    case 429:
      return retryable(told, 'server-error', `the server asks for fewer requests (${told.detail})`);
    case 431:
      return fatal(
        told,
        'headers-too-large',
        `the request's headers are too large, perhaps the token (${told.detail})`,
      );
    default:
      if (status >= 500) return retryable(told, 'server-error', `the server failed (${told.detail})`);
      return refused(told);
  }
}

/** What nginx, Go and Apache answer when they are spoken to in plain HTTP on a TLS port. */
const plainHttpToTls =
  /plain HTTP request was sent to HTTPS port|HTTP request to an HTTPS server|speaking plain HTTP to/i;

type Told = {readonly answer: HttpResponse; readonly now: number; readonly code: string; readonly detail: string};

/** How the sentence of `token-expired` begins, until the token is looked at. */
export const tokenHasExpired = 'the token has expired';

function unauthorized(told: Told): ApiFailure {
  const challenge = headerOf(told.answer.headers, 'www-authenticate') ?? '';
  const description = /error_description="([^"]*)"/.exec(challenge)?.[1] ?? '';
  const detail = `${told.detail} ${description}`.trim();
  // `ExpiredSignature` is what the library of Feldera says, `The access token expired` the example of RFC 6750.
  if (told.answer.authorized && /expired/i.test(description)) {
    return fatal(told, 'token-expired', `${tokenHasExpired} (${detail})`);
  }
  const does = told.answer.authorized ? 'refused the credentials' : 'asks for credentials';
  return fatal(told, 'unauthorized', `the server ${does} (${detail})`);
}

/** An empty 404 on the logs route: the pipeline exists, its runner is not ready yet. Elsewhere: not an API route. */
function notFound(told: Told, isApiError: boolean): ApiFailure {
  const {route, url, body} = told.answer;
  if (isApiError) return fatal(told, 'bad-request', `the server did not find what was asked for (${told.detail})`);
  if (route === 'logs' && body.length === 0) {
    return retryable(told, 'not-ready', "the pipeline's runner is not ready yet (404)");
  }
  return fatal(told, 'wrong-url', `there is no Feldera API at ${url} (404): is the base URL right?`);
}

function refused(told: Told): ApiFailure {
  if (plainHttpToTls.test(textOf(told.answer.body))) {
    const {host} = new URL(told.answer.url);
    return fatal(told, 'wrong-url', `${host} speaks TLS: use --host https://${host}`);
  }
  return fatal(told, 'bad-request', `the server refused the request (${told.detail})`);
}

/** Redirects are not followed: the credentials would go where the user did not send them. */
function redirected(told: Told): ApiFailure {
  const {url, headers, status} = told.answer;
  const location = headerOf(headers, 'location') ?? '';
  const target = URL.canParse(location, url) ? new URL(location, url) : undefined;
  // Without its query, which may carry a login's state.
  const where = target === undefined ? 'elsewhere' : `to ${target.origin}${target.pathname}`;
  return fatal(told, 'wrong-url', `${url} redirects ${where} (${status}): is the base URL right?`);
}

function unexpectedSuccess(told: Told, isApiError: boolean): ApiFailure {
  const {route, url, headers, body, status} = told.answer;
  if (isApiError) return retryable(told, 'server-error', `the server failed (${told.detail})`);
  if (isWebPage(headers, body)) {
    return fatal(told, 'wrong-url', `${url} answered with a web page, not with the API: is the base URL right?`);
  }
  if (status !== 200) return retryable(told, 'protocol', `${url} answered with an unexpected status (${status})`);
  const encoding = encodingOf(headers);
  if (route === 'logs' && encoding !== 'identity') {
    return retryable(told, 'protocol', `${url} answered in a content encoding that was not asked for (${encoding})`);
  }
  if (route === 'logs') {
    const type = mediaTypeOf(headers);
    const sent = type === '' ? 'without a content type' : `with ${type}`;
    return fatal(told, 'wrong-url', `${url} answered ${sent}, not with text/plain logs: is the base URL right?`);
  }
  return retryable(told, 'protocol', `${url} answered with something else than the JSON that Feldera sends`);
}

function fatal(told: Told, reason: FatalReason, message: string): ApiFailure {
  return {kind: 'fatal', reason, message, ...origin(told)};
}

function retryable(told: Told, reason: RetryableReason, message: string): ApiFailure {
  const retryAfter = parseRetryAfter(headerOf(told.answer.headers, 'retry-after'), told.now);
  return {kind: 'retryable', reason, message, ...origin(told), ...(retryAfter === undefined ? {} : {retryAfter})};
}

function origin({answer, code}: Told): {url: string; status: number; errorCode?: string} {
  return {url: answer.url, status: answer.status, ...(code === '' ? {} : {errorCode: code})};
}

/** A body that is plain text for people (the API sends some), never a page's markup. */
function plainText({headers, body}: HttpResponse): string {
  return isWebPage(headers, body) || !mediaTypeOf(headers).startsWith('text/') ? '' : textOf(body);
}

function textOf(body: Uint8Array): string {
  return new TextDecoder().decode(body);
}

/** Bytes of an error's body that are read; the API's own are below 2 KiB. */
export const errorBodyLimit = 64 * 1024;

/** One header's value; of a repeated header, the first. */
export function headerOf(headers: ResponseHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** `text/plain` of `Text/Plain; charset=utf-8`; empty when the header is missing. */
export function mediaTypeOf(headers: ResponseHeaders): string {
  const type = headerOf(headers, 'content-type') ?? '';
  return (type.split(';', 1)[0] ?? '').trim().toLowerCase();
}

/** The content coding, lower case; `identity` when the header is missing or empty. */
export function encodingOf(headers: ResponseHeaders): string {
  const value = headers['content-encoding'];
  const encoding = (typeof value === 'string' ? value : (value?.join(',') ?? '')).trim().toLowerCase();
  return encoding === '' ? 'identity' : encoding;
}

/** Whether a response on the logs route is a log: 200, `text/plain`, not compressed (never asked for, never sent). */
export function isLog(status: number, headers: ResponseHeaders): boolean {
  return status === 200 && mediaTypeOf(headers) === 'text/plain' && encodingOf(headers) === 'identity';
}

/** Whether a body is a web page, by its header or, where that is missing or wrong, by how it begins. */
export function isWebPage(headers: ResponseHeaders, body: Uint8Array): boolean {
  const type = mediaTypeOf(headers);
  if (type === 'text/html' || type === 'application/xhtml+xml') return true;
  return /^\s*<(!doctype\s+html|html|head|body)\b/i.test(new TextDecoder().decode(body.subarray(0, 256)));
}

/** `Wed, 25 Nov 2026 09:12:38 GMT`, the one date form of HTTP in use; `readTime` alone accepts nonsense. */
const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * Reads a `Retry-After` header: seconds or an HTTP date. Answers milliseconds from `now` (milliseconds since the
 * epoch), 0 for a date that has passed, undefined for anything else.
 */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d{1,12}$/.test(text)) return Number(text) * 1000;
  if (!httpDate.test(text)) return undefined;
  const date = readTime(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
