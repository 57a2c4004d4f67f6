import type {HttpProxy} from '../api/types.ts';
import type {Environment, GivenOptions} from './given.ts';
import {proxyTo} from './http-proxy.ts';
import {isLoopback} from './loopback.ts';
import type {FlagName} from './options.ts';
import {UsageError} from './usage-error.ts';

/** A value and the flag or variable that it came from, for messages. */
export type Sourced = {readonly value: string; readonly from: string};

/** How the server is reached and who is asking, beside its URL and a fixed credential. Files are not read yet. */
export type WayToServer = {
  /** A shell command that prints a bearer token. Not shown: people write secrets into commands. */
  readonly tokenCommand: Sourced | undefined;
  readonly tenant: string | undefined;
  readonly insecure: boolean;
  /** PEM file of roots beside the usual ones. */
  readonly extraRoots: Sourced | undefined;
  /** PEM file of roots in place of the usual ones, as OpenSSL reads it from `SSL_CERT_FILE`. */
  readonly roots: Sourced | undefined;
  readonly proxy: HttpProxy | undefined;
};

/** Nothing special: of a command that asks no server of the user's. */
export const plainWay: WayToServer = {
  tokenCommand: undefined,
  tenant: undefined,
  insecure: false,
  extraRoots: undefined,
  roots: undefined,
  proxy: undefined,
};

/** Reads the options that Feldera's own client has, with its conflicts. Throws `UsageError`. */
export function readWay({value, find, isOn}: GivenOptions, environment: Environment): WayToServer {
  const sourced = (flag: FlagName): Sourced | undefined => {
    const given = find(flag);
    const text = given?.text.trim();
    return given && text ? {value: text, from: given.name} : undefined;
  };
  const host = value('host') ?? '';
  const tokenFrom = sourced('auth')?.from;
  const tokenCommand = sourced('auth-token-command');
  const extraRoots = sourced('tls-cert');
  const tenant = sourced('tenant');
  const insecureFrom = isOn('insecure') ? find('insecure')?.name : undefined;

  if (tokenFrom !== undefined && tokenCommand) {
    conflict(tokenFrom, tokenCommand.from, 'both say what to log in with');
  }
  if (insecureFrom !== undefined && extraRoots) {
    conflict(insecureFrom, extraRoots.from, 'one trusts every certificate, the other some');
  }
  if (tenant && !/^[\x20-\x7e]+$/.test(tenant.value)) {
    throw new UsageError(`${tenant.from} holds characters that a header cannot carry · give the tenant's id instead`);
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

/** On the way to another machine everyone in between can read a key, and use it. */
function refusePlainHttp(host: string, credentialFrom: string): void {
  if (!URL.canParse(host)) return;
  const {protocol, hostname, origin} = new URL(host);
  if (protocol !== 'http:' || isLoopback(hostname)) return;
  throw new UsageError(
    `the credential from ${credentialFrom} is not sent to ${origin} · plain http lets everyone on the way read it · use https://, or --allow-http-key`,
  );
}

function conflict(one: string, other: string, why: string): never {
  throw new UsageError(`${one} and ${other} do not go together · ${why} · leave one out`);
}
