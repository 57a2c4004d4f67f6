import {createClient} from '../api/client.ts';
import {type Credentials, fixedCredentials} from '../api/credentials.ts';
import {RenewedCredentials} from '../api/renewed-credentials.ts';
import type {Trust} from '../api/trust.ts';
import type {ApiClient} from '../api/types.ts';
import type {Clock} from '../lib/clock.ts';
import {errorText} from '../lib/error-text.ts';
import type {Settings} from '../settings/settings.ts';
import {UsageError} from '../settings/usage-error.ts';
import type {Sourced, WayToServer} from '../settings/way-to-server.ts';
import {oldServerWords} from '../streams/login.ts';
import {runTokenCommand} from './token-command.ts';

/** The server that was asked for, or a demo server in this process. */
export type OpenServer = {
  readonly client: ApiClient;
  /** For the header: host and port. */
  readonly name: string;
  /** What must not stand in a report: credentials in use. */
  readonly secrets: () => readonly string[];
  readonly close: () => Promise<void>;
};

/**
 * Makes the client; with `--demo` starts the embedded server first. Nothing is asked of the server, nor of a command
 * that prints tokens. Throws `UsageError` for a URL, a key or a file that cannot be used.
 */
export async function openServer(settings: Settings, version: string, clock: Clock): Promise<OpenServer> {
  const userAgent = `pipetail/${version}`;
  if (settings.demo) return await openDemo(userAgent, clock);
  const {host: baseUrl = '', way} = settings;
  const {tenant, proxy} = way;
  const trust = await readTrust(way);
  try {
    const credentials = credentialsOf(settings, clock);
    const client = createClient({
      ...{baseUrl, clock, userAgent, credentials, trust},
      ...(tenant !== undefined && {tenant}),
      ...(proxy && {proxy}),
    });
    return {
      client,
      name: new URL(client.baseUrl).host,
      secrets: () => credentials.secrets(),
      close: () => client.close(),
    };
  } catch (error) {
    throw new UsageError(errorText(error));
  }
}

/** Nothing that was asked for waits longer to say which version the server has. Milliseconds. */
const versionPatience = 5_000;

/** Which version the server has; undefined where it does not tell, or takes its time. Never rejects. */
export async function serverVersion(client: ApiClient, signal: AbortSignal): Promise<string | undefined> {
  const late = AbortSignal.any([signal, AbortSignal.timeout(versionPatience)]);
  return await client.getVersion(late).catch(() => undefined);
}

/** Notes that the server is older than what pipetail supports, if it is. `version` never rejects. */
export async function noteOldServer(version: Promise<string | undefined>, note: (line: string) => void): Promise<void> {
  const words = oldServerWords(await version);
  if (words !== undefined) note(`pipetail: ${words}`);
}

function credentialsOf({host: url = '', token, way: {tokenCommand}}: Settings, clock: Clock): Credentials {
  if (!tokenCommand) return fixedCredentials(token);
  return new RenewedCredentials({make: (signal) => runTokenCommand(tokenCommand, clock, signal), clock, url});
}

async function readTrust({insecure, roots, extraRoots}: WayToServer): Promise<Trust> {
  return {
    insecure,
    ...(roots && {roots: await rootsOf(roots)}),
    ...(extraRoots && {extraRoots: await rootsOf(extraRoots)}),
  };
}

async function rootsOf(file: Sourced): Promise<readonly string[]> {
  // Only now: it loads Node's crypto.
  const {readRoots} = await import('./read-roots.ts');
  return await readRoots(file);
}

async function openDemo(userAgent: string, clock: Clock): Promise<OpenServer> {
  const [{DemoServer}, {installation}] = await Promise.all([
    import('../demo/server.ts'),
    import('../demo/scenario.ts'),
  ]);
  const demo = await DemoServer.start({port: 0, scenario: installation, chunking: 'ragged'});
  const client = createClient({baseUrl: demo.url, clock, userAgent});
  const close = async () => {
    await client.close();
    await demo.close();
  };
  return {client, name: 'demo', secrets: () => [], close};
}
