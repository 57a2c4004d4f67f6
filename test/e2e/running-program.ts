import {spawn} from 'node:child_process';
import {setTimeout as sleep} from 'node:timers/promises';
import {cleanEnvironment} from '../harness/environment.ts';
import {WAIT_MS} from '../harness/eventually.ts';
import {killGroup} from '../harness/kill-group.ts';
import {launcher, program} from '../harness/program.ts';
import {SecretWatch} from '../harness/secret-watch.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';

/** A program that runs without a terminal, with what it has written so far. */
export type RunningProgram = AsyncDisposable & {
  readonly pid: number;
  readonly stdout: () => Buffer;
  readonly stderr: () => string;
  /** Waits until standard output, or standard error, holds `text`, for as long as more of it comes. */
  readonly untilStdout: (text: string) => Promise<void>;
  readonly untilStderr: (text: string) => Promise<void>;
  /** Standard output is not read until `attachTo`. */
  readonly standStill: () => void;
  readonly attachTo: () => void;
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
  const stdout = new Output();
  const stderr = new Output();
  for (const [name, output] of [
    ['stdout', stdout],
    ['stderr', stderr],
  ] as const) {
    child[name].on('data', (bytes: Buffer) => {
      output.append(bytes);
      secrets.heard(name, bytes);
    });
  }
  const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'));
  });
  const exited = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  const until = async (output: Output, text: string): Promise<void> => {
    await output.until(text, () => `stdout ends: ${stdout.bytes().subarray(-2000)}\nstderr: ${stderr.bytes()}`);
    secrets.lookAtProcesses();
  };
  return {
    pid: child.pid ?? 0,
    stdout: () => stdout.bytes(),
    stderr: () => stderr.bytes().toString(),
    untilStdout: (text) => until(stdout, text),
    untilStderr: (text) => until(stderr, text),
    standStill: () => child.stdout.pause(),
    attachTo: () => child.stdout.resume(),
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

/** What a stream has brought so far. */
class Output {
  readonly #pieces: Buffer[] = [];
  #length = 0;

  append(bytes: Buffer): void {
    this.#pieces.push(bytes);
    this.#length += bytes.length;
  }

  bytes(): Buffer {
    if (this.#pieces.length > 1) this.#pieces.splice(0, this.#pieces.length, Buffer.concat(this.#pieces));
    return this.#pieces[0] ?? Buffer.alloc(0);
  }

  /** Waits until it holds `text`, for as long as more comes: how long a flood takes says nothing. */
  async until(text: string, describe: () => string): Promise<void> {
    const wanted = Buffer.from(text);
    let deadline = 0;
    let heard = -1;
    for (let from = 0; !this.#since(from).includes(wanted); from = Math.max(0, heard - wanted.length)) {
      if (this.#length > heard) deadline = performance.now() + WAIT_MS;
      heard = this.#length;
      if (performance.now() > deadline) throw new Error(`${WAIT_MS} ms without a byte: ${text}\n${describe()}`);
      await sleep(15);
    }
  }

  /** The bytes from `from` on: those before are not joined again. */
  #since(from: number): Buffer {
    let first = this.#pieces.length;
    let start = this.#length;
    while (first > 0 && start > from) {
      first -= 1;
      start -= this.#pieces[first]?.length ?? 0;
    }
    return Buffer.concat(this.#pieces.slice(first)).subarray(Math.max(0, from - start));
  }
}
