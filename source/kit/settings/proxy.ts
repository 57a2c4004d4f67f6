import type {HttpProxy} from '../../engine/api/types.ts';
import type {Environment} from './option-values.ts';
import {UsageError} from './parse-values.ts';

/**
 * The proxy for a base URL, by the rules of curl (libcurl-env(3), curl's lib/noproxy.c). None for this machine: the
 * proxy would look for the server on itself. Throws `UsageError` without the value, which may hold a password.
 */
export function proxyTo(baseUrl: string, environment: Environment): HttpProxy | undefined {
  if (!URL.canParse(baseUrl)) return undefined;
  const server = new URL(baseUrl);
  // Not HTTP_PROXY: where pipetail runs below a web server, whoever sends a request sets it (a header `Proxy:`, in CGI).
  const own = server.protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy'];
  const from = [...own, 'all_proxy', 'ALL_PROXY'].find((name) => environment[name]);
  if (from === undefined || isLoopback(server.hostname)) return undefined;
  if (isExcepted(server, environment.no_proxy || environment.NO_PROXY || '')) return undefined;
  return readProxy(environment[from] ?? '', {from, server});
}

/** curl's own for a proxy without a port; over TLS 443. */
const defaultPort = 1080;

function readProxy(text: string, {from, server}: {from: string; server: URL}): HttpProxy {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined;
  if (url?.protocol.startsWith('socks')) {
    const variable = server.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
    throw new UsageError(
      `${from} names a SOCKS proxy, which pipetail does not support · put an HTTP proxy into ${variable}, or ${server.hostname} into no_proxy to go without`,
    );
  }
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.hostname === '') {
    throw new UsageError(
      `${from} is not the URL of an HTTP proxy · use http:// or https://, such as http://proxy.example:3128`,
    );
  }
  const secure = url.protocol === 'https:';
  const login = url.username === '' ? undefined : `${decode(url.username)}:${decode(url.password)}`;
  return {host: url.hostname.replace(/^\[|\]$/g, ''), port: portOf(withScheme, url), secure, login, from};
}

/** A URL does not tell whether the port of its scheme was written. */
function portOf(text: string, url: URL): number {
  if (url.port !== '') return Number(url.port);
  if (url.protocol === 'https:') return 443;
  const authority = /^[^/]*\/\/([^/?#]*)/.exec(text)?.[1] ?? '';
  return /:0*80$/.test(authority) ? 80 : defaultPort;
}

/**
 * `NO_PROXY`: names of hosts, which stand for their subdomains too, addresses and networks (`10.0.0.0/8`), separated by
 * commas; `*` is every host. More than curl reads: ports, brackets, `*.` before a name, and spaces between entries.
 */
function isExcepted(server: URL, list: string): boolean {
  const host = server.hostname.replace(/\.$/, '');
  const address = addressBits(host.replace(/^\[|\]$/g, ''));
  const port = server.port === '' ? (server.protocol === 'https:' ? '443' : '80') : server.port;
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const {name, port: wantedPort} = readEntry(entry);
      if (wantedPort !== undefined && wantedPort !== port) return false;
      if (address !== undefined) return isInNetwork(address, name);
      const domain = name.replace(/^\*?\./, '').replace(/\.$/, '');
      return host === domain || host.endsWith(`.${domain}`);
    });
}

/** `name:port`, `[address]:port`, or a bare IPv6 address, whose colons are its own. */
function readEntry(entry: string): {name: string; port?: string | undefined} {
  const isBareIpv6 = !entry.startsWith('[') && entry.split(':').length > 2;
  if (isBareIpv6) return {name: entry};
  const [, name = entry, port] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  return {name: name.replace(/^\[|\]/g, ''), port};
}

/** `network`: an address, or `address/bits`. */
function isInNetwork(address: string, network: string): boolean {
  const [, text = network, length] = /^(.*)\/(\d+)$/.exec(network) ?? [];
  const bits = addressBits(text);
  if (bits?.length !== address.length || Number(length ?? 0) > bits.length) return false;
  return address.startsWith(bits.slice(0, Number(length ?? bits.length)));
}

/** 32 or 128 binary digits; undefined if `text` is no address. */
function addressBits(text: string): string | undefined {
  const octets = /^\d{1,3}(\.\d{1,3}){3}$/.test(text) ? text.split('.').map(Number) : undefined;
  if (octets)
    return octets.every((octet) => octet < 256) ? octets.map((octet) => binary(octet, 8)).join('') : undefined;
  if (!text.includes(':') || !URL.canParse(`http://[${text}]`)) return undefined;
  // Written by the URL: groups of hexadecimal digits, the longest run of zeros as `::`.
  const [head = [], tail] = new URL(`http://[${text}]`).hostname
    .slice(1, -1)
    .split('::')
    .map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = tail ? Array.from({length: 8 - head.length - tail.length}, () => '0') : [];
  return [...head, ...zeros, ...(tail ?? [])].map((group) => binary(Number.parseInt(group, 16), 16)).join('');
}

function binary(value: number, digits: number): string {
  return value.toString(2).padStart(digits, '0');
}

/** A password may hold a `%` that is not encoded. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whether a URL's host is this machine: `localhost` and names below it (RFC 6761), 127.0.0.0/8 and ::1. */
export function isLoopback(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, '');
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}
