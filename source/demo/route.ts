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
  /** Below `/v0`, but nothing that the API has; a wrong method and a trailing slash count too. */
  | {readonly kind: 'unknown'}
  /** Every other path belongs to the web console. */
  | {readonly kind: 'console'};

const selectors: readonly Selector[] = ['all', 'status', 'status_with_connectors'];

/** Reads the request line. `target` is a path with an optional query, without the base path. */
export function parseRoute(method: string, target: string): Route {
  const {pathname, searchParams} = new URL(target, 'http://demo');
  if (pathname === '/config/authentication') return {kind: 'authentication'};
  if (pathname === '/healthz') return {kind: 'health'};
  if (!pathname.startsWith('/v0/')) return {kind: 'console'};
  if (method !== 'GET') return {kind: 'unknown'};
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

/** True for what needs a credential on a server that asks for one. */
export function isProtected(route: Route): boolean {
  return !['authentication', 'health', 'console'].includes(route.kind);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
