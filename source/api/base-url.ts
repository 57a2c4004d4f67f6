import type {HttpProxy} from './types.ts';

/**
 * Reads the base URL of a Feldera server: `http` or `https`, a host, and perhaps a path prefix (a reverse proxy's).
 * Answers it normalised, without a trailing slash. Throws a plain `Error` whose message is one line for the user; the
 * message never repeats text that may hold a password or a token.
 */
export function parseBaseUrl(text: string): string {
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

/** `GET`: all pipelines, in the cheap selection. */
export function listUrl(base: string): string {
  return `${base}/v0/pipelines?selector=status`;
}

/** `GET`: one pipeline with every field, or its log stream. */
export function pipelineUrl(base: string, name: string, part?: 'logs'): string {
  const pipeline = `${base}/v0/pipelines/${encodeName(name)}`;
  return part === 'logs' ? `${pipeline}/logs` : `${pipeline}?selector=all`;
}

/** `GET`: the tenant and role that the credentials stand for. */
export function sessionUrl(base: string): string {
  return `${base}/v0/config/session`;
}

/** `GET`: what the server is, its version among it. */
export function configUrl(base: string): string {
  return `${base}/v0/config`;
}

/** Splits what the functions above made into what a connection needs; not through `URL`, which would resolve dots. */
export function splitUrl(url: string): {readonly origin: string; readonly path: string} {
  const slash = url.indexOf('/', url.indexOf('://') + '://'.length);
  return {origin: url.slice(0, slash), path: url.slice(slash)};
}

/**
 * What a request line names, and where it goes: through a proxy a plain request carries its whole URL (RFC 9112,
 * section 3.2.2); one over TLS goes through a tunnel and does not know of it.
 */
export function requestTarget(
  url: string,
  proxy: HttpProxy | undefined,
): {readonly origin: string; readonly path: string} {
  const target = splitUrl(url);
  return proxy && url.startsWith('http:') ? {...target, path: url} : target;
}

/** A name of dots alone would otherwise be read as a step in the path. */
function encodeName(name: string): string {
  const encoded = encodeURIComponent(name.toWellFormed());
  return /^\.+$/.test(encoded) ? encoded.replaceAll('.', '%2E') : encoded;
}

/** Servers on this machine, on a bare address or on a port of their own seldom speak TLS; others nearly always do. */
function withScheme(given: string): string {
  const rest = given.replace(/^[a-z]*:?\/+/i, '');
  const plain = /^(localhost|\[|\d+\.\d+\.\d+\.\d+|[^/]*:\d)/i.test(rest);
  return `${plain ? 'http' : 'https'}://${rest}`;
}
