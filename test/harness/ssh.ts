import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {copyFile, mkdir, writeFile} from 'node:fs/promises';
import {userInfo} from 'node:os';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {cleanEnvironment} from './environment.ts';
import {freePort} from './free-port.ts';
import {temporaryDirectory} from './temporary-directory.ts';
import {openTerminal, type Terminal} from './terminal.ts';
import {findTool} from './tools.ts';

export type SshOptions = {
  /** A command line for the shell at the far end. */
  readonly command: string;
  readonly cols?: number;
  readonly rows?: number;
};

/** A terminal that runs `ssh`, and the sshd behind it. Dispose of it: `await using`. */
export type Ssh = AsyncDisposable & {
  /** Its process is the client: to kill it cuts the connection, to stop it stalls it. */
  readonly terminal: Terminal;
  /** The home directory of the command at the far end. */
  readonly farHome: string;
};

/** Runs a command over SSH on this machine: an sshd of its own, with keys of its own, on a free port of loopback. */
export async function openSsh({command, cols = 80, rows = 24}: SshOptions): Promise<Ssh> {
  const directory = await temporaryDirectory();
  const at = (file: string) => path.join(directory.path, file);
  for (const key of ['host', 'user']) spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(key)]);
  await copyFile(at('user.pub'), at('authorized'));
  const port = await freePort();
  await writeFile(at('sshd_config'), daemonSettings(port, at));
  // Started by root it insists on this folder, which an init script makes where sshd is a service.
  if (userInfo().uid === 0) await mkdir('/run/sshd', {recursive: true});
  // It insists on being started by its full path.
  const daemon = spawn(findTool('sshd') ?? '', ['-D', '-e', '-f', at('sshd_config')], {
    env: cleanEnvironment(directory.path),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await listening(daemon);
  const far = Object.entries(cleanEnvironment(directory.path)).map(([name, value]) => `${name}='${value}'`);
  const terminal = await openTerminal({
    command: 'ssh',
    args: [...clientSettings(port, at), `${userInfo().username}@127.0.0.1`, `env ${far.join(' ')} sh -c '${command}'`],
    cols,
    rows,
  });
  return {
    terminal,
    farHome: directory.path,
    async [Symbol.asyncDispose]() {
      await terminal.dispose();
      const ended = new Promise((resolve) => daemon.once('exit', resolve));
      daemon.kill();
      await ended;
      // A session has a process of its own, which goes when its client has gone.
      await sleep(100);
      await directory[Symbol.asyncDispose]();
    },
  };
}

function daemonSettings(port: number, at: (file: string) => string): string {
  return [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${at('host')}`,
    `AuthorizedKeysFile ${at('authorized')}`,
    `PidFile ${at('pid')}`,
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    // The folder belongs to this user, but under a folder that belongs to all.
    'StrictModes no',
    'PrintMotd no',
    'PrintLastLog no',
    '',
  ].join('\n');
}

function clientSettings(port: number, at: (file: string) => string): readonly string[] {
  const options = [
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'IdentitiesOnly=yes',
    'LogLevel=ERROR',
    'ServerAliveInterval=0',
  ];
  return ['-F', 'none', '-tt', '-p', String(port), '-i', at('user'), ...options.flatMap((option) => ['-o', option])];
}

/** Resolves once the daemon accepts connections; rejects with its output if it ended instead. */
async function listening(daemon: ChildProcess): Promise<void> {
  const {promise, resolve, reject} = Promise.withResolvers<void>();
  let said = '';
  daemon.stderr?.on('data', (bytes) => {
    said += bytes;
    if (said.includes('Server listening')) resolve();
  });
  daemon.once('error', reject);
  daemon.once('exit', () => reject(new Error(`sshd ended: ${said}`)));
  await promise;
}
