import type {IncomingMessage, ServerResponse} from 'node:http';
import {brotliCompress, constants, gzip} from 'node:zlib';
import {httpTime} from '../source/lib/format.ts';
import type {EventSelector} from './events.ts';
import type {PipelineState, Selector} from './pipeline-json.ts';

/** Header names and values are those of the recordings. */
export type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Without a content-length, like the runner's replies behind the proxy. */
  readonly chunked?: boolean;
};

/** How Feldera 0.337 refuses requests, and a reset connection. */
export type RefusalKind =
  | 'not-ready'
  | 'unreachable'
  | 'runner-frozen'
  | 'pipeline-unreachable'
  | 'channel-full'
  | 'channel-closed'
  | 'unauthorized'
  | 'token-expired'
  | 'forbidden'
  | 'web-console'
  | 'reset';

export type Refusal = {
  readonly kind: RefusalKind;
  /** Number of requests; default 1. */
  readonly times?: number;
  /** Default `logs`. */
  readonly of?: 'logs' | 'list' | 'pipeline' | 'session' | 'stats' | 'time-series' | 'events' | 'all';
  /** Only requests that name this pipeline. */
  readonly name?: string;
  /** The header `retry-after` of `unreachable`; default `5`. */
  readonly retryAfter?: string;
};

export type Route =
  | {readonly kind: 'list'; readonly selector: Selector}
  | {readonly kind: 'pipeline'; readonly name: string; readonly selector: Selector}
  | {readonly kind: 'logs'; readonly name: string}
  /** `withErrors`: the parameter `include_connector_errors` as sent, which the process checks, not the API. */
  | {readonly kind: 'stats'; readonly name: string; readonly withErrors: string}
  | {readonly kind: 'time-series'; readonly name: string}
  /** `id`: of one event, or `latest`; undefined: all. */
  | {
      readonly kind: 'events';
      readonly name: string;
      readonly id: string | undefined;
      readonly selector: EventSelector;
    }
  | {readonly kind: 'session'}
  | {readonly kind: 'config'}
  | {readonly kind: 'authentication'}
  | {readonly kind: 'health'}
  | {readonly kind: 'services'}
  /** A parameter of the query has no value that it may have. */
  | {readonly kind: 'bad-query'; readonly why: string}
  /** Below `/v0`, but not in the API; a trailing slash is enough. */
  | {readonly kind: 'unknown'}
  /** As `unknown` below `/config`, which needs no credential. */
  | {readonly kind: 'not-public'}
  /** Another method than GET for a route of the API. */
  | {readonly kind: 'unclassified'}
  /** Another method than GET and HEAD outside the API. */
  | {readonly kind: 'not-allowed'}
  /** Every other path. */
  | {readonly kind: 'console'};

const json = {'content-type': 'application/json'};
const text = {'content-type': 'text/plain; charset=utf-8'};

export function errorReply(
  status: number,
  code: string,
  message: string,
  details: Readonly<Record<string, string>> | null,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return {status, headers: {...json, ...headers}, body: JSON.stringify({message, error_code: code, details})};
}

export function jsonReply(value: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return {status: 200, headers: {...json, ...headers}, body: JSON.stringify(value)};
}

/** Recording 08a. */
export function unknownPipeline(name: string): Reply {
  return errorReply(404, 'UnknownPipelineName', `Unknown pipeline name '${name}'`, {pipeline_name: name});
}

/** Recording 22. */
export function notDeployed({name, resourcesStatus, resourcesDesiredStatus}: PipelineState): Reply {
  const reason = `the deployment status (${resourcesStatus.toLowerCase()}) indicates it is not (yet) fully provisioned`;
  return errorReply(
    503,
    'PipelineInteractionNotDeployed',
    `Unable to interact with pipeline because ${reason} pipeline-id=N/A pipeline-name="${name}"`,
    {pipeline_name: name, status: resourcesStatus, desired_status: resourcesDesiredStatus},
    {'retry-after': '5'},
  );
}

/** Of a process that has ended, until the runner finds that out. */
function processUnreachable(name: string): Reply {
  const request = 'HTTP/1.1 GET http://127.0.0.1:33013/stats?';
  const suffix = `Failed request: ${request} pipeline-id=N/A pipeline-name="${name}"`;
  return errorReply(
    503,
    'PipelineInteractionUnreachable',
    `Error sending HTTP request to pipeline: ${connectionRefused} ${suffix}`,
    {pipeline_name: name, request, error: connectionRefused},
    {'retry-after': '5'},
  );
}

/** Recording 18c. */
export function unknownEvent(id: string): Reply {
  const reason = 'it might have been deleted as only a limited number of events are retained';
  const message = `Pipeline monitor event with identifier '${id}' does not exist -- ${reason}`;
  return errorReply(404, 'UnknownPipelineMonitorEvent', message, {event_id: id});
}

/** Recording 11a, and 11b for a frozen runner. */
export function runnerUnreachable(error: string, retryAfter = '5'): Reply {
  const message = `Unable to reach pipeline runner to interact due to: ${error}`;
  return errorReply(503, 'RunnerInteractionUnreachable', message, {error}, {'retry-after': retryAfter});
}

export const connectionRefused = 'Failed to connect to host: Connection refused (os error 111)';
/** As Feldera 0.337 answers with a runner that it reaches, and with one that it does not. */
export function servicesReply(runnerDownSince: string | undefined, now: string): Reply {
  const service = (name: string, since: string | undefined) => ({
    healthy: since === undefined,
    message:
      since === undefined
        ? `Healthy: The ${name} service responded successfully to the last health check.`
        : `Unreachable: Unable to connect to the ${name} at http://127.0.0.1:8089/healthz. This likely means the service is not running, has crashed, or is not listening on the expected port. Underlying connection error: Connection refused (os error 111). Please ensure that the ${name} is running and check its logs for details.`,
    unchanged_since: since ?? now,
    checked_at: now,
  });
  const [api, compiler, runner] = [
    service('api', undefined),
    service('compiler', undefined),
    service('runner', runnerDownSince),
  ];
  const reply = jsonReply({all_healthy: runner.healthy, api, compiler, runner});
  return {...reply, status: runner.healthy ? 200 : 503};
}

const runnerTimeout =
  'timeout (10s) was reached: this means the runner took too long to respond -- the runner logs might contain additional information (original send request error: Timeout while waiting for response)';

/** Only replies of the API have these CORS headers. */
const crossOrigin = {
  'access-control-allow-credentials': 'true',
  vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
};

/** Recordings 08b and 08c: a route that the API does not have. */
export const noRoute: Reply = {status: 404, headers: {}, body: ''};

/** Recording 08i: the pipeline exists, but its runner is not ready. */
const runnerNotReady: Reply = {
  status: 404,
  headers: {'content-encoding': 'identity'},
  body: '',
  chunked: true,
};

export const unauthorized: Reply = {status: 401, headers: {'www-authenticate': 'Bearer'}, body: ''};

/** For a token that is neither an API key nor of an identity provider. */
export const malformedToken: Reply = {
  ...unauthorized,
  headers: {'www-authenticate': 'Bearer error_description="Malformed JWT: missing iss claim"'},
};

const tokenExpired: Reply = {
  status: 401,
  headers: {'www-authenticate': 'Bearer error_description="ExpiredSignature"'},
  body: '',
};

/** The wrong content-type is the server's. */
export const badApiKey: Reply = {
  status: 401,
  headers: text,
  body: '{"message":"Unauthorized API key","error_code":"AuthenticationFailed"}',
};

function forbidden(required: string, actual: string): Reply {
  const message = `Insufficient permissions: this action requires the '${required}' role, but the caller has '${actual}'`;
  return errorReply(403, 'InsufficientPermissions', message, {required, actual});
}

export const unclassified: Reply = {
  status: 403,
  headers: json,
  body: '{"message":"This endpoint has no access-control classification and is denied","error_code":"InsufficientPermissions"}',
};

export const notAllowed: Reply = {
  status: 405,
  headers: {...text, allow: 'GET, HEAD'},
  body: 'This resource only supports GET and HEAD.',
};

/** Recording 08g. */
export function badQuery(why: string): Reply {
  return {status: 400, headers: text, body: `Query deserialize error: ${why}`};
}

const consolePage =
  '<!doctype html>\n<html lang="en">\n<head><title>Feldera</title></head>\n<body><div id="app"></div></body>\n</html>\n';

export const webConsole: Reply = {
  status: 200,
  headers: {'content-type': 'text/html', etag: `"${consolePage.length.toString(16)}:68a7b000"`},
  body: consolePage,
};

type Headers = Readonly<Record<string, string | string[]>>;

/** Without the headers that Node would add. */
function writeHead(response: ServerResponse, status: number, headers: Headers, now: number): void {
  response.sendDate = false;
  response.removeHeader('connection');
  response.writeHead(status, {
    ...headers,
    ...(response.shouldKeepAlive ? {} : {connection: 'close'}),
    date: httpTime(now),
  });
}

/** `now`: Unix time in ms. */
export async function send(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  {isApi, now}: {readonly isApi: boolean; readonly now: number},
): Promise<void> {
  const own = {...(isApi && crossOrigin), ...reply.headers};
  const encoding = reply.body === '' ? undefined : acceptedEncoding(request.headers['accept-encoding']);
  if (encoding) {
    const compressed = await compress(encoding, Buffer.from(reply.body));
    const vary = isApi ? [crossOrigin.vary, 'accept-encoding'] : 'accept-encoding';
    const headers = {...own, vary, 'content-encoding': encoding, 'transfer-encoding': 'chunked'};
    writeHead(response, reply.status, headers, now);
    response.end(compressed);
    return;
  }
  const length = {'content-length': String(Buffer.byteLength(reply.body))};
  const framing = reply.chunked ? {'transfer-encoding': 'chunked'} : length;
  writeHead(response, reply.status, {...own, ...framing}, now);
  response.end(reply.body);
}

/** For a log stream, whose chunks the caller writes to the socket itself. */
export function sendLogHead(response: ServerResponse, now: number): void {
  const headers = {...crossOrigin, ...text, 'transfer-encoding': 'chunked', 'content-encoding': 'identity'};
  writeHead(response, 200, {...headers, 'x-content-type-options': 'nosniff'}, now);
  response.flushHeaders();
  response.chunkedEncoding = false;
}

/** The client's preferred encoding; `br` if it prefers neither. */
function acceptedEncoding(accept: string | string[] | undefined): 'br' | 'gzip' | undefined {
  const qualities = new Map(
    String(accept ?? '')
      .split(',')
      .map((offer) => {
        const [name = '', ...parameters] = offer.split(';').map((part) => part.trim());
        const quality = parameters.find((parameter) => parameter.startsWith('q='));
        return [name, quality === undefined ? 1 : Number(quality.slice(2))] as const;
      }),
  );
  const [br, gzip] = [qualities.get('br') ?? 0, qualities.get('gzip') ?? 0];
  if (br === 0 && gzip === 0) return undefined;
  return br >= gzip ? 'br' : 'gzip';
}

function compress(encoding: 'br' | 'gzip', body: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, result: Buffer) => (error ? reject(error) : resolve(result));
    if (encoding === 'gzip') gzip(body, done);
    // Quality 11, the library's default, takes seconds for a list of 2,000 pipelines.
    else brotliCompress(body, {params: {[constants.BROTLI_PARAM_QUALITY]: 4}}, done);
  });
}

export function refuses(refusal: Refusal, route: Route): boolean {
  const of = refusal.of ?? 'logs';
  if (of !== 'all' && of !== route.kind) return false;
  return refusal.name === undefined || ('name' in route && route.name === refusal.name);
}

/** Undefined for `reset`. */
export function refusalReply(refusal: Refusal): Reply | undefined {
  switch (refusal.kind) {
    case 'not-ready':
      return runnerNotReady;
    case 'unreachable':
      return runnerUnreachable(connectionRefused, refusal.retryAfter);
    case 'runner-frozen':
      return runnerUnreachable(runnerTimeout, refusal.retryAfter);
    case 'pipeline-unreachable':
      return processUnreachable(refusal.name ?? 'orders');
    case 'channel-full':
      return errorReply(
        503,
        'RunnerInteractionLogFollowRequestChannelFull',
        'Log follow request channel is full -- this indicates that the runner logging is overwhelmed',
        null,
        {'retry-after': '5'},
      );
    case 'channel-closed':
      return errorReply(
        500,
        'RunnerInteractionLogFollowRequestChannelClosed',
        'Log follow request channel is closed -- this indicates that the runner crashed unexpectedly',
        null,
      );
    case 'unauthorized':
      return unauthorized;
    case 'token-expired':
      return tokenExpired;
    case 'forbidden':
      return forbidden('read', 'none');
    case 'web-console':
      return webConsole;
    case 'reset':
      return undefined;
  }
}

const selectors: readonly Selector[] = ['all', 'status', 'status_with_connectors'];
const eventSelectors: readonly EventSelector[] = ['all', 'status'];

/** `target`: a path with an optional query, without the base path. */
export function parseRoute(method: string, target: string): Route {
  const {pathname, searchParams} = new URL(target, 'http://demo');
  if (/^\/v0(\/|$)/.test(pathname)) {
    const route = apiRoute(pathname, searchParams);
    return method === 'GET' || route.kind === 'unknown' ? route : {kind: 'unclassified'};
  }
  if (/^\/config(\/|$)/.test(pathname)) {
    return {kind: method === 'GET' && pathname === '/config/authentication' ? 'authentication' : 'not-public'};
  }
  if (method !== 'GET' && method !== 'HEAD') return {kind: 'not-allowed'};
  return {kind: method === 'GET' && pathname === '/healthz' ? 'health' : 'console'};
}

function apiRoute(pathname: string, searchParams: URLSearchParams): Route {
  if (pathname === '/v0/config/session') return {kind: 'session'};
  if (pathname === '/v0/config') return {kind: 'config'};
  if (pathname === '/v0/cluster_healthz') return {kind: 'services'};
  const [, name, part] = /^\/v0\/pipelines(?:\/([^/]+)(?:\/(.+))?)?$/.exec(pathname) ?? [];
  if (name !== undefined && part !== undefined) return partRoute(decode(name), part, searchParams);
  if (name === undefined && pathname !== '/v0/pipelines') return {kind: 'unknown'};
  const text = searchParams.get('selector') ?? 'all';
  const selector = selectors.find((each) => each === text);
  if (!selector) {
    return {kind: 'bad-query', why: `unknown variant \`${text}\`, expected one of \`${selectors.join('`, `')}\``};
  }
  return name === undefined ? {kind: 'list', selector} : {kind: 'pipeline', name: decode(name), selector};
}

/** Below one pipeline. */
function partRoute(name: string, part: string, searchParams: URLSearchParams): Route {
  if (part === 'logs') return {kind: 'logs', name};
  if (part === 'time_series') return {kind: 'time-series', name};
  if (part === 'stats') {
    return {kind: 'stats', name, withErrors: searchParams.get('include_connector_errors') ?? 'false'};
  }
  const [, id] = /^events(?:\/([^/]+))?$/.exec(part) ?? [];
  if (!/^events(\/|$)/.test(part) || (id === undefined && part !== 'events')) return {kind: 'unknown'};
  const text = searchParams.get('selector') ?? 'status';
  const selector = eventSelectors.find((each) => each === text);
  if (!selector) return {kind: 'bad-query', why: `unknown variant \`${text}\`, expected \`all\` or \`status\``};
  return {kind: 'events', name, id: id && decode(id), selector};
}

export function isApi({kind}: Route): boolean {
  return !['health', 'console', 'not-allowed'].includes(kind);
}

/** The route needs a credential if the server requires one. */
export function isProtected(route: Route): boolean {
  return isApi(route) && !['authentication', 'not-public'].includes(route.kind);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
