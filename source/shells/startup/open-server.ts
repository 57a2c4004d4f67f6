import {type ChildProcess, spawn} from 'node:child_process';
import {createClient} from '../../engine/api/client.ts';
import type {Trust} from '../../engine/api/connect.ts';
import {
  type Credentials,
  fileCredentials,
  fixedCredentials,
  isToken,
  notCarried,
  renewedCredentials,
} from '../../engine/api/credentials.ts';
import {serverClock} from '../../engine/api/server-clock.ts';
import type {ApiClient} from '../../engine/api/types.ts';
import {UsageError} from '../../kit/settings/parse-values.ts';
import type {ServerOptions, ValueWithSource} from '../../kit/settings/server-options.ts';
import type {Settings} from '../../kit/settings/settings.ts';
import {oldServerWords} from '../../kit/words/failure-words.ts';
import {afterReads, type Clock, withPatience} from '../../lib/clock.ts';
import {errorText} from '../../lib/format.ts';
import {readTokenFile} from './token-file.ts';

/** The server of the settings, or a demo server in this process. */
export type OpenServer = {
  readonly client: ApiClient;
  /** Its wall time is the server's. */
  readonly clock: Clock;
  /** Host and port, for the header. */
  readonly name: string;
  /** The credentials in use, which a report must not contain. */
  readonly secrets: () => readonly string[];
  readonly close: () => Promise<void>;
};

/** Sends no request, and does not run the token command. Throws `UsageError` for a URL, key or file that cannot be used. */
export async function openServer(settings: Settings, version: string, machine: Clock): Promise<OpenServer> {
  const userAgent = `pipetail/${version}`;
  const clock = serverClock(machine);
  if (settings.demo) return await openDemo(userAgent, clock);
  const {host: baseUrl = '', server} = settings;
  const {tenant, proxy} = server;
  const trust = await readTrust(server);
  try {
    const credentials = credentialsOf(settings, clock);
    const client = createClient({
      baseUrl,
      clock,
      userAgent,
      credentials,
      trust,
      ...(tenant !== undefined && {tenant}),
      ...(proxy && {proxy}),
    });
    return {
      client,
      clock,
      name: new URL(client.baseUrl).host,
      secrets: () => credentials.secrets(),
      close: () => client.close(),
    };
  } catch (error) {
    throw new UsageError(errorText(error));
  }
}

/** Milliseconds. */
const versionPatience = 5_000;

/** The server's version; undefined if it does not arrive in time. Never rejects. */
export async function serverVersion(
  client: Pick<ApiClient, 'getVersion'>,
  clock: Pick<Clock, 'after'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const ask = async (soon: AbortSignal) => await client.getVersion(soon).catch(() => undefined);
  return await withPatience({clock, milliseconds: versionPatience, signal}, ask);
}

/** `version` never rejects. */
export async function reportOldServer(
  version: Promise<string | undefined>,
  report: (line: string) => void,
): Promise<void> {
  const words = oldServerWords(await version);
  if (words !== undefined) report(`pipetail: ${words}`);
}

function credentialsOf({token, tokenFrom, server: {tokenCommand, tokenFile}}: Settings, clock: Clock): Credentials {
  if (tokenFile) return fileCredentials((signal) => readTokenFile(tokenFile, clock, signal), clock);
  if (!tokenCommand) return fixedCredentials(token, tokenFrom);
  return renewedCredentials((signal) => runTokenCommand(tokenCommand, clock, signal), clock);
}

async function readTrust({insecure = false, roots, extraRoots}: ServerOptions): Promise<Trust> {
  return {
    insecure,
    ...(roots && {roots: await rootsOf(roots)}),
    ...(extraRoots && {extraRoots: await rootsOf(extraRoots)}),
  };
}

async function rootsOf(file: ValueWithSource): Promise<readonly string[]> {
  // Lazy: it loads Node's crypto.
  const {readRoots} = await import('./read-roots.ts');
  return await readRoots(file);
}

async function openDemo(userAgent: string, clock: Clock): Promise<OpenServer> {
  const [{DemoServer}, {installation}] = await Promise.all([
    import('../../../demo/server.ts'),
    import('../../../demo/scenario.ts'),
  ]);
  const demo = await DemoServer.start({port: 0, scenario: installation, chunking: 'ragged'});
  const client = createClient({baseUrl: demo.url, clock, userAgent});
  const close = async () => {
    await client.close();
    await demo.close();
  };
  return {client, clock, name: 'demo', secrets: () => [], close};
}

/** Milliseconds for the token command: it may call a service, but cannot ask the user. */
const timeLimit = 10_000;
/** Milliseconds in which the rest of an ended command's output is read: a process in the background may hold it open. */
const outputRest = 250;
/** Bytes: the server accepts headers up to 128 KiB. */
const outputLimit = 128 * 1024;

/** Drops stderr, which may quote the token. Rejects with an `Error` of one line that quotes neither command nor output. */
export async function runTokenCommand(command: ValueWithSource, clock: Clock, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  // In a session of its own the command cannot write over the screen, and can be ended with its children.
  const child = spawn('sh', ['-c', command.value], {stdio: ['ignore', 'pipe', 'ignore'], detached: true});
  const {promise, resolve, reject} = Promise.withResolvers<string>();
  const fail = (words: string) => reject(new Error(`no token from ${command.from} · ${words}`));
  const pieces: Buffer[] = [];
  let length = 0;

  child.stdout.on('data', (piece: Buffer) => {
    pieces.push(piece);
    length += piece.length;
    if (length > outputLimit) fail(`it printed more than ${outputLimit / 1024} KiB`);
  });
  child.on('error', (error) => fail(`the shell cannot be started (${'code' in error ? error.code : error.name})`));
  let cancelRest = () => {};
  const onExit = () => {
    cancelRest = afterReads(clock, outputRest, () => child.stdout.destroy());
  };
  child.on('exit', onExit);
  child.on('close', (code, by) => {
    if (by !== null) return fail(`the command was ended by ${by}`);
    if (code !== 0) return fail(`the command ended with code ${code} · run it in a shell to see why`);
    const token = Buffer.concat(pieces).toString().trim();
    if (token === '') return fail('the command printed nothing · it must print a token to stdout');
    if (!isToken(token)) return fail(`the command printed ${notCarried} · it must print the token alone`);
    resolve(token);
  });
  const cancelTimer = afterReads(clock, timeLimit, () => fail(`the command did not end within ${timeLimit / 1000} s`));
  const onAbort = () => fail('it is no longer needed');
  signal.addEventListener('abort', onAbort, {once: true});
  try {
    return await promise;
  } finally {
    cancelTimer();
    child.off('exit', onExit);
    cancelRest();
    signal.removeEventListener('abort', onAbort);
    const hasEnded = child.exitCode !== null || child.signalCode !== null;
    if (!hasEnded || !child.stdout.readableEnded) endGroup(child);
    child.stdout.destroy();
  }
}

/** Ends the command and its children, which a signal to the shell alone would leave behind. */
function endGroup({pid}: ChildProcess): void {
  if (pid === undefined) return;
  spawn('sh', ['-c', `kill -KILL -${pid}`], {stdio: 'ignore'}).on('error', () => {});
}
