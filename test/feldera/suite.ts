import {afterAll, beforeAll, beforeEach, type TestContext} from 'vitest';
import {createClient} from '../../source/engine/api/client.ts';
import type {ApiClient} from '../../source/engine/api/types.ts';
import {systemClock} from '../../source/lib/clock.ts';
import {type RunningProgram, startProgram} from '../e2e/running-program.ts';
import {openView, type View, type ViewOptions} from '../e2e/viewer.ts';
import {type CommandResult, runCommand} from '../harness/program.ts';
import {FelderaClient} from './client.ts';
import {unpacked, type Version} from './kit.ts';
import {type Manager, type ManagerOptions, startManager} from './manager.ts';
import {FELDERA_VARIABLE, type Feldera} from './set-up.ts';

const feldera: Feldera = JSON.parse(process.env[FELDERA_VARIABLE] ?? '{"kind": "none", "why": "there was no set-up"}');

/** A Feldera server with the program under test pointed at it. */
export class Rig {
  readonly client: FelderaClient;
  readonly #prefix: string;
  readonly #env: Readonly<Record<string, string | undefined>>;

  constructor(client: FelderaClient, prefix = '', env: Readonly<Record<string, string | undefined>> = {}) {
    this.client = client;
    this.#prefix = prefix;
    this.#env = env;
  }

  /** What a pipeline is called on this server: ours have a prefix on one that others use, too. */
  named(name: string): string {
    return this.#prefix + name;
  }

  /** Runs the built program to its end. */
  run(...args: readonly string[]): Promise<CommandResult> {
    return runCommand([...args, '--host', this.client.url], {env: this.#env});
  }

  /** Starts the built program without a terminal, for one that does not end by itself. */
  start(...args: readonly string[]): Promise<RunningProgram> {
    return startProgram([...args, '--host', this.client.url], this.#env);
  }

  /** The program's own client. Close it at the end. */
  api(): ApiClient {
    return createClient({baseUrl: this.client.url, clock: systemClock, userAgent: 'pipetail/test'});
  }

  /**
   * Starts the built program in a terminal. A list of this width has states in words while the log has the focus, too; the
   * strip would look like a marker.
   */
  open(args: readonly string[] = [], options: ViewOptions = {}): Promise<View> {
    return openView(['--host', this.client.url, '--histogram', 'off', ...args], {
      ...options,
      env: {...this.#env, PIPETAIL_LIST_WIDTH: '34', ...options.env},
    });
  }
}

/** The server that all test files share. Skips every test of the file when there is none. */
export function felderaForAll(): () => Rig {
  beforeEach((context) => {
    if (feldera.kind === 'none') context.skip(feldera.why);
  });
  return () => sharedRig();
}

/** Prepares something once for the tests of a file, unless they are skipped. */
export function prepare(how: (rig: Rig) => Promise<void>): void {
  beforeAll(async () => {
    if (feldera.kind !== 'none') await how(sharedRig());
  }, 120_000);
}

/** The same where all tests of the file need a server of their own (`needsOwnServer`). */
export function prepareOwn(how: (rig: Rig) => Promise<void>): void {
  beforeAll(async () => {
    if (feldera.kind === 'own') await how(sharedRig());
  }, 120_000);
}

/** Stops these pipelines after the tests of a file: Feldera's engine computes as long as it runs. */
export function stopAtEnd(...names: readonly string[]): void {
  afterAll(async () => {
    if (feldera.kind === 'own') await Promise.all(names.map((name) => sharedRig().client.stop(name)));
  });
}

/** Skips a test that needs more than a server's API: its processes, its files, or an end of the server itself. */
export function needsOwnServer(context: TestContext): void {
  if (feldera.kind === 'there') context.skip('the server of PIPETAIL_TEST_HOST is not ours to end or to look into');
}

/** One more manager for all tests of a file, which are skipped where none can be started. */
export function ownManagerForAll(options: ManagerOptions & {readonly version?: Version} = {}): () => Manager {
  let manager: Manager | undefined;
  beforeEach((context) => {
    if (feldera.kind === 'none') context.skip(feldera.why);
    needsOwnServer(context);
  });
  beforeAll(async () => {
    if (feldera.kind === 'own') manager = await ownManager(options);
  }, 240_000);
  afterAll(async () => {
    await manager?.[Symbol.asyncDispose]();
  });
  return () => {
    if (manager === undefined) throw new Error('no manager was started');
    return manager;
  };
}

/** What the list says of a pipeline, as `● Running 3✗`; empty when it is not in it. */
export function rowOf(view: View, name: string): string {
  // In front of the name: whether its log is shown, and the symbol of its state.
  const row = view.list().find((each) => each.slice(3).startsWith(`${name} `));
  return row === undefined ? '' : row.slice(1, 3) + row.slice(3 + name.length).trimStart();
}

/** The numbers that a stand-in's lines carry, in the order of the lines. */
export function numbersIn(text: string | Buffer): number[] {
  return [...text.toString().matchAll(/\bseq=(\d+)/g)].map((match) => Number(match[1]));
}

/** `from`, `from` + 1, … `to`. */
export function countUp(from: number, to: number): number[] {
  return Array.from({length: to - from + 1}, (_, index) => from + index);
}

/** Starts another manager, beside the shared one. Dispose of it. Tests that want one call `needsOwnServer` first. */
export async function ownManager(options?: ManagerOptions & {readonly version?: Version}): Promise<Manager> {
  if (feldera.kind !== 'own') throw new Error('no manager can be started here');
  return await startManager(feldera.ground, options);
}

/** The path of Feldera's own command-line client, to compare habits with. */
export function fda(): Promise<string> {
  return programOf('fda');
}

/** The path of one of Feldera's own programs. */
export async function programOf(name: 'fda' | 'pipeline-manager' | 'real-pipeline'): Promise<string> {
  if (feldera.kind !== 'own') throw new Error("Feldera's files are not here");
  return await unpacked(feldera.ground.files, feldera.ground.home, name);
}

function sharedRig(): Rig {
  if (feldera.kind === 'own') return new Rig(new FelderaClient(feldera.shared));
  if (feldera.kind === 'none') throw new Error(feldera.why);
  return new Rig(new FelderaClient(feldera), feldera.prefix, {FELDERA_API_KEY: feldera.key});
}
