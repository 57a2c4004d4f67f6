import {spawn} from 'node:child_process';
import {cleanEnvironment} from '../harness/environment.ts';
import {eventually} from '../harness/eventually.ts';
import {killGroup} from '../harness/kill-group.ts';
import {launcher, program} from '../harness/program.ts';
import {SecretWatch} from '../harness/secret-watch.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';

/** A program that runs without a terminal, with what it has written so far. */
export type RunningProgram = AsyncDisposable & {
  readonly pid: number;
  readonly stdout: () => Buffer;
  readonly stderr: () => string;
  /** Waits until standard output, or standard error, holds `text`. */
  readonly untilStdout: (text: string) => Promise<void>;
  readonly untilStderr: (text: string) => Promise<void>;
  /** Standard output is not read until `goOn`. */
  readonly standStill: () => void;
  readonly goOn: () => void;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Resolves when it has ended, whatever is still to be read. */
  readonly exited: Promise<void>;
  /** The exit code, or the signal that ended it; both streams were read to their ends. */
  readonly ended: Promise<number | NodeJS.Signals>;
};

/**
 * Starts the built program, without a terminal. It is killed at the end of the scope, which throws when a planted secret
 * came to light.
 */
export function startProgram(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<RunningProgram> {
  return start(launcher, [program, ...args], env);
}

/** Runs a line of shell, in which `pipetail` is the built program, `"$NODE" "$PROGRAM"`. */
export function startShell(line: string, env: Readonly<Record<string, string>>): Promise<RunningProgram> {
  const script = `pipetail() { "$NODE" "$PROGRAM" "$@"; }\n${line}`;
  return start('sh', ['-c', script], {NODE: launcher, PROGRAM: program, ...env});
}

async function start(
  command: string,
  args: readonly string[],
  more: Readonly<Record<string, string | undefined>>,
): Promise<RunningProgram> {
  const home = await temporaryDirectory();
  const env = cleanEnvironment(home.path, more);
  const secrets = new SecretWatch(env);
  const child = spawn(command, args, {
    cwd: home.path,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that nothing of a shell's pipeline is left behind.
    detached: true,
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  for (const [name, pieces] of [
    ['stdout', stdout],
    ['stderr', stderr],
  ] as const) {
    child[name].on('data', (bytes: Buffer) => {
      pieces.push(bytes);
      secrets.heard(name, bytes);
    });
  }
  const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'));
  });
  const exited = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  const bytesOf = (pieces: Buffer[]): Buffer => {
    // Joined once: a test that waits asks again and again.
    if (pieces.length > 1) pieces.splice(0, pieces.length, Buffer.concat(pieces));
    return pieces[0] ?? Buffer.alloc(0);
  };
  const until = async (pieces: Buffer[], text: string): Promise<void> => {
    const describe = () => `${text}\nstdout ends: ${bytesOf(stdout).subarray(-2000)}\nstderr: ${bytesOf(stderr)}`;
    await eventually(() => bytesOf(pieces).includes(text), describe);
    secrets.lookAtProcesses();
  };
  return {
    pid: child.pid ?? 0,
    stdout: () => bytesOf(stdout),
    stderr: () => bytesOf(stderr).toString(),
    untilStdout: (text) => until(stdout, text),
    untilStderr: (text) => until(stderr, text),
    standStill: () => child.stdout.pause(),
    goOn: () => child.stdout.resume(),
    kill: (signal) => child.kill(signal),
    exited,
    ended,
    async [Symbol.asyncDispose]() {
      killGroup(child.pid ?? 0);
      child.stdout.resume();
      await ended;
      await home[Symbol.asyncDispose]();
      secrets.expectNone();
    },
  };
}
