import {type ChildProcess, execFile, spawn} from 'node:child_process';
import {existsSync, readdirSync} from 'node:fs';
import {chown, mkdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';
import {freePort} from '../harness/free-port.ts';
import {findTool} from '../harness/tools.ts';

const execute = promisify(execFile);

/** The folder of PostgreSQL's programs (`initdb`, `postgres`, `createdb`), the newest if there are several. */
export function findPostgres(): string | undefined {
  // Debian has the server's programs on no search path.
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const onPath = findTool('initdb');
  const folders = [...versions.map((version) => `${debian}/${version}/bin`), ...(onPath ? [path.dirname(onPath)] : [])];
  return folders.find((folder) => existsSync(path.join(folder, 'initdb')));
}

/** Starts a PostgreSQL of its own in `folder`, without a password and without care for its data. */
export async function startPostgres(bin: string, folder: string): Promise<{child: ChildProcess; port: number}> {
  const port = await freePort();
  const data = path.join(folder, 'data');
  await mkdir(data, {recursive: true});
  const user = await ordinaryUser();
  if (user) await Promise.all([folder, data].map((each) => chown(each, user.uid, user.gid)));
  const options = {cwd: data, env: {PATH: process.env.PATH, HOME: folder, LC_ALL: 'C'}, ...user};
  await execute(
    path.join(bin, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'],
    options,
  );
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'fsync=off',
    'synchronous_commit=off',
    'full_page_writes=off',
    'max_connections=300',
  ];
  const child = spawn(path.join(bin, 'postgres'), ['-D', data, ...settings.flatMap((each) => ['-c', each])], {
    ...options,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const {promise, resolve, reject} = Promise.withResolvers<void>();
  let said = '';
  child.stderr.on('data', (bytes: Buffer) => {
    said = (said + bytes.toString()).slice(-4000);
    if (said.includes('database system is ready to accept connections')) resolve();
  });
  child.on('error', reject);
  child.on('exit', (code, signal) => reject(new Error(`postgres ended (${signal ?? code}): ${said}`)));
  await promise;
  return {child, port};
}

/** Makes an empty database and answers its connection string. */
export async function makeDatabase(bin: string, port: number, name: string): Promise<string> {
  await execute(path.join(bin, 'createdb'), ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', name]);
  return `postgresql://postgres@127.0.0.1:${port}/${name}`;
}

/** PostgreSQL refuses to run as root: who it runs as then, its own user or `nobody`. */
async function ordinaryUser(): Promise<{uid: number; gid: number} | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const user = ['postgres', 'nobody'].map((name) => users.find(([each]) => each === name)).find((each) => each);
  if (user === undefined) throw new Error('/etc/passwd has neither postgres nor nobody, and PostgreSQL refuses root');
  return {uid: Number(user[2]), gid: Number(user[3])};
}
