import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {closeSync, mkdtempSync, openSync} from 'node:fs';
import {mkdir, readdir, readFile, readlink, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {Certificate} from '../harness/certificate.ts';
import {eventually, WAIT_MS} from '../harness/eventually.ts';
import {freePort} from '../harness/free-port.ts';
import {ASK_MS, FelderaClient} from './client.ts';
import {gateOf, layOut, type Step, type Version} from './kit.ts';
import {makeDatabase} from './postgres.ts';

/** What managers are started from: paths of the kit's files, of PostgreSQL's programs and of the suite's folder. */
export type Ground = {
  readonly files: string;
  readonly home: string;
  readonly postgres: {readonly bin: string; readonly port: number};
};

/** How a manager runs; `start` of one that was stopped can change it. */
export type ManagerOptions = {
  readonly tls?: Certificate | undefined;
  /** `keys`: API keys work and logins do not. An issuer's address: its JWTs do, for the audience `feldera-api`. */
  readonly auth?: 'keys' | {readonly issuer: string} | undefined;
  /** Lines of JSON in the logs. */
  readonly json?: boolean | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Where its API looks for its runner; default: where that is. */
  readonly runnerHost?: string | undefined;
};

/** What a test needs of a manager that it did not start itself. */
export type ManagerPlace = {readonly url: string; readonly folder: string; readonly pid: number};

/** Starts a pipeline-manager with a database, a folder and ports of its own. Dispose of it: `await using`. */
export async function startManager(
  ground: Ground,
  {version = '0.337', ...options}: ManagerOptions & {readonly version?: Version} = {},
): Promise<Manager> {
  const folder = mkdtempSync(path.join(ground.home, `manager-${version}-`));
  const [program, database] = await Promise.all([
    layOut(ground.files, ground.home, folder, version),
    makeDatabase(ground.postgres.bin, ground.postgres.port, path.basename(folder)),
    writeFile(path.join(folder, 'stub.jar'), ''),
    writeFile(path.join(folder, 'Cargo.lock'), ''),
    mkdir(path.join(folder, 'sources')),
  ]);
  const ports = {api: await freePort(), runner: await freePort(), compiler: await freePort()};
  const manager = new Manager({program, database, folder, version, ports}, options);
  await manager.start();
  return manager;
}

type Installed = {
  readonly program: string;
  readonly database: string;
  readonly folder: string;
  readonly version: Version;
  readonly ports: {readonly api: number; readonly runner: number; readonly compiler: number};
};

/** A pipeline-manager: API server, compiler and runner in one process. */
export class Manager implements AsyncDisposable {
  readonly #installed: Installed;
  #options: ManagerOptions;
  /** Of the newest and of those before that were asked to end and have not done so yet. */
  readonly #children = new Set<ChildProcess>();
  #pid = 0;

  constructor(installed: Installed, options: ManagerOptions) {
    this.#installed = installed;
    this.#options = options;
  }

  get url(): string {
    return `${this.#options.tls ? 'https' : 'http'}://127.0.0.1:${this.#installed.ports.api}`;
  }

  get runnerPort(): number {
    return this.#installed.ports.runner;
  }

  get folder(): string {
    return this.#installed.folder;
  }

  get pid(): number {
    return this.#pid;
  }

  /** For the tests' own requests; `key` is needed where the manager wants one. */
  client(key?: string): FelderaClient {
    return new FelderaClient({url: this.url, folder: this.folder, key, ca: this.#options.tls?.cert});
  }

  /**
   * Starts it, again after `end`, on the same ports, database and folder, and waits until it answers. `changes` are kept;
   * one of undefined takes an option back. Processes of pipelines that a killed one left are ended before.
   */
  async start(changes: ManagerOptions = {}): Promise<void> {
    this.#options = {...this.#options, ...changes};
    // One that serves on after SIGTERM would call it a crash.
    if (this.#children.size === 0) await this.endPipelines();
    const {program, folder} = this.#installed;
    const log = openSync(path.join(folder, 'manager.log'), 'a');
    const child = spawn(program, await this.#arguments(), {
      cwd: folder,
      env: this.#environment(),
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.#children.add(child);
    child.on('exit', () => this.#children.delete(child));
    this.#pid = child.pid ?? 0;
    const client = this.client();
    await eventually(
      async () => {
        if (child.exitCode !== null)
          throw new Error(`the manager ended with code ${child.exitCode}: ${await this.log()}`);
        return await client.answers();
      },
      async () => `the manager does not answer: ${await this.log()}`,
      120_000,
      ASK_MS,
    );
  }

  /**
   * Ends it by a signal. Its port is free then: after SIGTERM it serves what is connected for up to 30 s. The processes of
   * its pipelines go on after SIGKILL.
   */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    await Promise.all(
      [...this.#children].map(async (child) => {
        const ended = once(child, 'exit');
        child.kill(signal);
        if (signal === 'SIGKILL') await ended;
      }),
    );
    const client = this.client();
    await eventually(
      async () => !(await client.answers()),
      () => 'the manager still answers',
      // An earlier connection of this client may be among those that it serves.
      30_000 + WAIT_MS,
      ASK_MS,
    );
  }

  /** Waits until those that were asked to end have done so: until then they start and stop pipelines, too. */
  async untilAlone(): Promise<void> {
    await eventually(
      () => this.#children.size <= 1,
      () => `${this.#children.size} managers`,
      30_000 + WAIT_MS,
    );
  }

  /** Keeps programs of a step waiting, or lets them fail, until `release`. */
  async hold(step: Step, how: 'wait' | 'fail' = 'wait'): Promise<void> {
    await writeFile(gateOf(this.folder, step), how);
  }

  async release(step: Step): Promise<void> {
    await rm(gateOf(this.folder, step), {force: true});
  }

  /** Ends the processes of its pipelines that are still running, by their ids. */
  async endPipelines(): Promise<void> {
    const runner = path.join(this.#installed.folder, 'runner');
    for (const entry of await readdir('/proc')) {
      if (!/^\d+$/.test(entry)) continue;
      const places = await Promise.all(
        ['exe', 'cwd'].map((link) => readlink(`/proc/${entry}/${link}`).catch(() => '')),
      );
      if (!places.some((place) => place.startsWith(runner))) continue;
      try {
        process.kill(Number(entry), 'SIGKILL');
      } catch {
        // It has just ended.
      }
    }
  }

  /** The end of what the manager itself wrote, its pipelines' output included. */
  async log(): Promise<string> {
    return (await readFile(path.join(this.#installed.folder, 'manager.log'), 'utf8').catch(() => '')).slice(-4000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL');
    await this.endPipelines();
  }

  async #arguments(): Promise<string[]> {
    const {folder, database, ports} = this.#installed;
    const {tls, auth, runnerHost} = this.#options;
    const args = [
      ...['--db-connection-string', database],
      ...['--compiler-working-directory', path.join(folder, 'compiler')],
      ...['--runner-working-directory', path.join(folder, 'runner')],
      ...['--sql-compiler-path', path.join(folder, 'stub.jar')],
      ...['--compilation-cargo-lock-path', path.join(folder, 'Cargo.lock')],
      ...['--dbsp-override-path', path.join(folder, 'sources')],
      ...['--api-port', String(ports.api), '--runner-port', String(ports.runner)],
      ...['--compiler-port', String(ports.compiler)],
    ];
    if (tls !== undefined) {
      const [cert, key] = [path.join(folder, 'cert.pem'), path.join(folder, 'key.pem')];
      await Promise.all([writeFile(cert, tls.cert), writeFile(key, tls.key)]);
      args.push('--enable-https', '--https-tls-cert-path', cert, '--https-tls-key-path', key);
    }
    if (runnerHost !== undefined) args.push('--runner-host', runnerHost);
    if (auth !== undefined) args.push('--auth-provider', auth === 'keys' ? 'aws-cognito' : 'generic-oidc');
    return args;
  }

  #environment(): Record<string, string> {
    const {folder} = this.#installed;
    const {auth, json, env} = this.#options;
    const login = {AWS_COGNITO_LOGIN_URL: 'https://x', AWS_COGNITO_LOGOUT_URL: 'https://x'};
    return {
      // The stand-ins for the compilers run on the Node that runs the tests.
      PATH: [path.join(folder, 'bin'), path.dirname(process.execPath), process.env.PATH].join(':'),
      HOME: folder,
      RUST_LOG: 'info',
      ...(json && {FELDERA_LOG_JSON: '1'}),
      ...(auth === 'keys' && {FELDERA_AUTH_CLIENT_ID: 'x', FELDERA_AUTH_ISSUER: 'https://127.0.0.1:1', ...login}),
      ...(typeof auth === 'object' && {FELDERA_AUTH_CLIENT_ID: 'feldera-api', FELDERA_AUTH_ISSUER: auth.issuer}),
      ...env,
    };
  }
}
