import type {HttpProxy} from '../api/types.ts';
import type {FlagName} from './option-table.ts';
import type {Environment, OptionValues} from './option-values.ts';
import {UsageError} from './parse-values.ts';

/** A value and, for messages, the flag or variable that it came from. */
export type ValueWithSource = {readonly value: string; readonly from: string};

/** How to reach the server, besides its URL and a fixed credential. Files are not read yet. */
export type ServerOptions = {
  /** A shell command that prints a bearer token. Never shown: users write secrets into commands. */
  readonly tokenCommand: ValueWithSource | undefined;
  readonly tenant: string | undefined;
  readonly insecure: boolean;
  /** PEM file of roots in addition to the usual ones. */
  readonly extraRoots: ValueWithSource | undefined;
  /** PEM file of roots in place of the usual ones, as OpenSSL reads it from `SSL_CERT_FILE`. */
  readonly roots: ValueWithSource | undefined;
  readonly proxy: HttpProxy | undefined;
};

/** For commands that need no server. */
export const defaultServerOptions: ServerOptions = {
  tokenCommand: undefined,
  tenant: undefined,
  insecure: false,
  extraRoots: undefined,
  roots: undefined,
  proxy: undefined,
};

/** The options and conflicts of Feldera's own client. Throws `UsageError`. */
export function readServerOptions({value, find, isOn}: OptionValues, environment: Environment): ServerOptions {
  const sourced = (flag: FlagName): ValueWithSource | undefined => {
    const found = find(flag);
    const text = found?.text.trim();
    return found && text ? {value: text, from: found.name} : undefined;
  };
  const host = value('host') ?? '';
  const tokenFrom = sourced('auth')?.from;
  const tokenCommand = sourced('auth-token-command');
  const extraRoots = sourced('tls-cert');
  const tenant = sourced('tenant');
  const insecureFrom = isOn('insecure') ? find('insecure')?.name : undefined;

  if (tokenFrom !== undefined && tokenCommand) {
    conflict(tokenFrom, tokenCommand.from, 'both are credentials');
  }
  if (insecureFrom !== undefined && extraRoots) {
    conflict(insecureFrom, extraRoots.from, 'one trusts every certificate, the other some');
  }
  if (tenant && !/^[\x20-\x7e]+$/.test(tenant.value)) {
    throw new UsageError(`${tenant.from} has characters that an HTTP header cannot hold · use the tenant's id instead`);
  }
  const credentialFrom = tokenFrom ?? tokenCommand?.from;
  if (credentialFrom !== undefined && !isOn('allow-http-key')) refusePlainHttp(host, credentialFrom);
  const roots = environment.SSL_CERT_FILE;
  return {
    tokenCommand,
    tenant: tenant?.value,
    insecure: insecureFrom !== undefined,
    extraRoots,
    roots: roots ? {value: roots, from: 'SSL_CERT_FILE'} : undefined,
    proxy: proxyTo(host, environment),
  };
}

/** Anyone between the two machines could read the key. */
function refusePlainHttp(host: string, credentialFrom: string): void {
  if (!URL.canParse(host)) return;
  const {protocol, hostname, origin} = new URL(host);
  if (protocol !== 'http:' || isLoopback(hostname)) return;
  throw new UsageError(
    `the credential from ${credentialFrom} is not sent to ${origin} · with plain http anyone on the way can read it · use https://, or --allow-http-key`,
  );
}

function conflict(one: string, other: string, why: string): never {
  throw new UsageError(`${one} and ${other} cannot be combined · ${why} · leave one out`);
}

/**
 * The proxy for a base URL, by the rules of curl: lower case wins. None for this machine: the proxy would look for the
 * server on itself. Throws `UsageError` without the value, which may hold a password.
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
      `${from} is not the URL of an HTTP proxy · use http:// or https://, such as http://proxy.example:3128`,
    );
  }
  const secure = url.protocol === 'https:';
  const login = url.username === '' ? undefined : `${decode(url.username)}:${decode(url.password)}`;
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  return {host: url.hostname.replace(/^\[|\]$/g, ''), port, secure, login, from};
}

/** `NO_PROXY`: hosts with their subdomains, with a port or without, separated by commas or spaces; `*` is every host. */
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

/** A password may hold a `%` that is not encoded. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whether a URL's host is this machine: `localhost` and names below it (RFC 6761), 127.0.0.0/8 and ::1. */
function isLoopback(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, '');
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}
