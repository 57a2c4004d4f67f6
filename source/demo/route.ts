import type {Selector} from './pipeline-json.ts';

/** What a request asks for. */
export type Route =
  | {readonly kind: 'list'; readonly selector: Selector}
  | {readonly kind: 'pipeline'; readonly name: string; readonly selector: Selector}
  | {readonly kind: 'logs'; readonly name: string}
  | {readonly kind: 'session'}
  | {readonly kind: 'config'}
  | {readonly kind: 'authentication'}
  | {readonly kind: 'health'}
  | {readonly kind: 'bad-selector'; readonly selector: string}
  /** Below `/v0`, but nothing that the API has; a trailing slash counts too. */
  | {readonly kind: 'unknown'}
  /** The same below `/config`, which needs no credential. */
  | {readonly kind: 'not-public'}
  /** Another method than GET of what the API has. */
  | {readonly kind: 'unclassified'}
  /** Another method than GET and HEAD outside the API. */
  | {readonly kind: 'not-allowed'}
  /** Every other path belongs to the web console. */
  | {readonly kind: 'console'};

const selectors: readonly Selector[] = ['all', 'status', 'status_with_connectors'];

/** Reads the request line. `target` is a path with an optional query, without the base path. */
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
  const [, name, logs] = /^\/v0\/pipelines(?:\/([^/]+)(\/logs)?)?$/.exec(pathname) ?? ['', undefined, undefined];
  if (name !== undefined && logs) return {kind: 'logs', name: decode(name)};
  if (name === undefined && pathname !== '/v0/pipelines') return {kind: 'unknown'};
  const asked = searchParams.get('selector') ?? 'all';
  const selector = selectors.find((each) => each === asked);
  if (!selector) return {kind: 'bad-selector', selector: asked};
  return name === undefined ? {kind: 'list', selector} : {kind: 'pipeline', name: decode(name), selector};
}

/** True for the API, whose answers have headers of their own. */
export function isApi({kind}: Route): boolean {
  return !['health', 'console', 'not-allowed'].includes(kind);
}

/** True for what needs a credential on a server that asks for one. */
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
