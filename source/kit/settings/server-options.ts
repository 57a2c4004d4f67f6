import {BlockList, isIP} from 'node:net';
import type {HttpProxy} from '../../engine/api/types.ts';
import type {FlagName} from './option-table.ts';
import type {Environment, OptionValues} from './option-values.ts';
import {UsageError} from './parse-values.ts';

/** A value and, for messages, the flag or variable that it came from. */
export type ValueWithSource = {readonly value: string; readonly from: string};

/** Way to the server, besides its URL and a fixed credential; empty where none is needed. Files are not read yet. */
export type ServerOptions = Partial<ReturnType<typeof readServerOptions>>;

/** The options and conflicts of Feldera's own client. Throws `UsageError`. */
export function readServerOptions({value, find}: OptionValues, environment: Environment) {
  const sourced = (flag: FlagName): ValueWithSource | undefined => {
    const found = find(flag);
    const text = found?.text.trim();
    return found && text ? {value: text, from: found.name} : undefined;
  };
  const host = value('host');
  const tokenFrom = sourced('auth')?.from;
  const tokenFile = sourced('oidc-token-file');
  const tokenCommand = tokenFile && isOfBothVariables(find) ? undefined : sourced('auth-token-command');
  const extraRoots = sourced('tls-cert');
  const tenant = sourced('tenant');
  const insecureFrom = value('insecure') ? find('insecure')?.name : undefined;

  const [credentialFrom, otherFrom] = [tokenFrom, tokenFile?.from, tokenCommand?.from].filter(
    (from) => from !== undefined,
  );
  if (credentialFrom !== undefined && otherFrom !== undefined) {
    conflict(credentialFrom, otherFrom, 'both are credentials');
  }
  if (insecureFrom !== undefined && extraRoots) {
    conflict(insecureFrom, extraRoots.from, 'one trusts every certificate, the other some');
  }
  if (tenant && !/^[\x20-\x7e]+$/.test(tenant.value)) {
    throw new UsageError(`${tenant.from} has characters that an HTTP header cannot hold · use the tenant's id instead`);
  }
  if (credentialFrom !== undefined && !value('allow-http-key')) {
    // With a context no variable about the server is read.
    const isOfContext = find('host')?.source === 'file';
    refusePlainHttp(
      host,
      credentialFrom,
      isOfContext ? 'allow-http-key = true in the context' : 'set PIPETAIL_ALLOW_HTTP_KEY=true',
    );
  }
  const roots = environment.SSL_CERT_FILE;
  return {
    /** A shell command that prints a bearer token. Never shown: users write secrets into commands. */
    tokenCommand,
    /** A file that holds a bearer token, which is replaced before it expires. */
    tokenFile,
    tenant: tenant?.value,
    insecure: insecureFrom !== undefined,
    /** PEM file of roots in addition to the usual ones. */
    extraRoots,
    /** PEM file of roots in place of the usual ones, as OpenSSL reads it from `SSL_CERT_FILE`. */
    roots: roots ? {value: roots, from: 'SSL_CERT_FILE'} : undefined,
    proxy: proxyTo(host, environment),
  };
}

/** Feldera's action for GitHub sets both: the command only prints the file, for clients that know no file. */
function isOfBothVariables(find: OptionValues['find']): boolean {
  const sources = (['oidc-token-file', 'auth-token-command'] as const).map((flag) => find(flag)?.source);
  return sources.every((source) => source === 'variable');
}

/** Anyone between the two machines could read the key. `allowed`: what allows it all the same. */
function refusePlainHttp(host: string, credentialFrom: string, allowed: string): void {
  if (!URL.canParse(host)) return;
  const {protocol, hostname, origin} = new URL(host);
  if (protocol !== 'http:' || isLoopback(hostname)) return;
  throw new UsageError(
    `the credential from ${credentialFrom} is not sent to ${origin} · with plain http anyone on the way can read it · use https://, or ${allowed}`,
  );
}

function conflict(one: string, other: string, why: string): never {
  throw new UsageError(`${one} and ${other} cannot be combined · ${why} · leave one out`);
}

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
  const address = host.replace(/^\[|\]$/g, '');
  const port = server.port === '' ? (server.protocol === 'https:' ? '443' : '80') : server.port;
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const {name, port: wantedPort} = readEntry(entry);
      if (wantedPort !== undefined && wantedPort !== port) return false;
      if (isIP(address) !== 0) return isInNetwork(address, name);
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
  const [family, most] = isIP(text) === 4 ? (['ipv4', 32] as const) : (['ipv6', 128] as const);
  const bits = Number(length ?? most);
  if (isIP(text) !== isIP(address) || bits > most) return false;
  const networks = new BlockList();
  networks.addSubnet(text, bits, family);
  return networks.check(address, family);
}

/** A password may hold a `%` that is not encoded. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Recognises this machine in a URL's host: `localhost` and names below it (RFC 6761), 127.0.0.0/8 and ::1. */
function isLoopback(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, '');
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}
