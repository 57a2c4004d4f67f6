import type {FlagName} from './option-table.ts';
import type {Environment, OptionValues} from './option-values.ts';
import {UsageError} from './parse-values.ts';
import {isLoopback, proxyTo} from './proxy.ts';

/** A value and, for messages, the flag or variable that it came from. */
export type ValueWithSource = {readonly value: string; readonly from: string};

/** How to reach the server, besides its URL and a fixed credential. Files are not read yet. */
export type ServerOptions = ReturnType<typeof readServerOptions>;

/** For commands that need no server. */
export const defaultServerOptions: ServerOptions = {
  tokenCommand: undefined,
  tokenFile: undefined,
  tenant: undefined,
  insecure: false,
  extraRoots: undefined,
  roots: undefined,
  proxy: undefined,
};

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
