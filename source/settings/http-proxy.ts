import type {HttpProxy} from '../api/types.ts';
import type {Environment} from './given.ts';
import {isLoopback} from './loopback.ts';
import {UsageError} from './usage-error.ts';

/**
 * The proxy on the way to a base URL, from `HTTPS_PROXY` or `HTTP_PROXY` unless `NO_PROXY` names the host; small
 * letters win, as with curl. None to this machine: the proxy would look for the server on its own. Throws `UsageError`,
 * without the value, which may hold a password.
 */
export function proxyTo(baseUrl: string, environment: Environment): HttpProxy | undefined {
  if (!URL.canParse(baseUrl)) return undefined;
  const server = new URL(baseUrl);
  const names = server.protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy', 'HTTP_PROXY'];
  const from = names.find((name) => environment[name]);
  if (from === undefined || isLoopback(server.hostname)) return undefined;
  if (isExcepted(server, environment.no_proxy || environment.NO_PROXY || '')) return undefined;
  return readProxy(environment[from] ?? '', from);
}

function readProxy(text: string, from: string): HttpProxy {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.hostname === '') {
    throw new UsageError(
      `${from} is not the URL of an HTTP proxy · only http:// and https:// are spoken to · such as http://proxy.example:3128`,
    );
  }
  const secure = url.protocol === 'https:';
  const login = url.username === '' ? undefined : `${decode(url.username)}:${decode(url.password)}`;
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  return {host: url.hostname.replace(/^\[|\]$/g, ''), port, secure, login, from};
}

/** `NO_PROXY`: hosts with all below them, with a port or without, separated by commas or spaces; `*` is every host. */
function isExcepted(server: URL, list: string): boolean {
  const host = server.hostname.toLowerCase();
  const port = server.port === '' ? (server.protocol === 'https:' ? '443' : '80') : server.port;
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const [, name = '', wantedPort] = /^(.*?)(?::(\d+))?$/.exec(isBareIpv6(entry) ? `[${entry}]` : entry) ?? [];
      if (wantedPort !== undefined && wantedPort !== port) return false;
      const domain = name.replace(/^\*?\./, '');
      return host === domain || host.endsWith(`.${domain}`);
    });
}

function isBareIpv6(entry: string): boolean {
  return entry.split(':').length > 2 && !entry.startsWith('[');
}

/** A password may hold a `%` that nobody encoded. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
