import {spawn} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {chmod, mkdtemp, realpath} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setup as buildProgram} from '../harness/build-program.ts';
import {node} from '../harness/program.ts';
import {FelderaClient} from './client.ts';
import {findKit, unpacked} from './kit.ts';
import {type Ground, type ManagerPlace, startManager} from './manager.ts';
import {findPostgres, startPostgres} from './postgres.ts';

/** The server that the suite runs against: one of its own, one that is already there, or none and why. */
export type Feldera =
  | {readonly kind: 'own'; readonly ground: Ground; readonly shared: ManagerPlace}
  | {readonly kind: 'there'; readonly url: string; readonly key: string | undefined; readonly prefix: string}
  | {readonly kind: 'none'; readonly why: string};

/** Where the tests' processes find it, as JSON: they inherit the environment. */
export const FELDERA_VARIABLE = 'PIPETAIL_FELDERA_SUITE';

/** Starts PostgreSQL and one pipeline-manager for all tests of the suite. Answers what ends and removes everything. */
export async function setup(): Promise<() => Promise<void>> {
  const {PIPETAIL_TEST_HOST: host, PIPETAIL_TEST_KEY: key} = process.env;
  if (host) {
    const url = host.replace(/\/+$/, '');
    buildProgram();
    // Short, so that the list shows names in full.
    const prefix = `pt-${randomBytes(2).toString('hex').slice(1)}-`;
    provide({kind: 'there', url, key, prefix});
    return () => removeAll(new FelderaClient({url, key}), prefix);
  }
  const kit = findKit(process.env);
  const bin = findPostgres();
  const why = 'why' in kit ? kit.why : bin === undefined ? 'PostgreSQL is not installed' : undefined;
  if ('why' in kit || bin === undefined) {
    provide({kind: 'none', why: why ?? ''});
    return async () => {};
  }
  buildProgram();
  const home = await realpath(await mkdtemp(path.join(tmpdir(), 'pipetail-feldera-')));
  // PostgreSQL's user has to get at its own folder in it.
  await chmod(home, 0o755);
  const keeper = spawn(node, [path.join(import.meta.dirname, 'keeper.ts'), home], {
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
  });
  const tearDown = async (): Promise<void> => {
    const ended = once(keeper, 'exit');
    keeper.stdin.end();
    await ended;
  };
  try {
    const [{port}] = await Promise.all([
      startPostgres(bin, path.join(home, 'postgres')),
      ...['pipeline-manager', 'pipeline', 'real-pipeline'].map((name) => unpacked(kit.files, home, name)),
    ]);
    const ground: Ground = {files: kit.files, home, postgres: {bin, port}};
    const {url, folder, pid} = await startManager(ground);
    provide({kind: 'own', ground, shared: {url, folder, pid}});
    return tearDown;
  } catch (error) {
    await tearDown();
    throw error;
  }
}

function provide(feldera: Feldera): void {
  process.env[FELDERA_VARIABLE] = JSON.stringify(feldera);
}

async function removeAll(client: FelderaClient, prefix: string): Promise<void> {
  for (const {name} of await client.list()) if (name.startsWith(prefix)) await client.remove(name);
}
