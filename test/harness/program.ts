import {spawn} from 'node:child_process';
import path from 'node:path';
import {cleanEnvironment} from './environment.ts';
import {SecretWatch} from './secret-watch.ts';
import {temporaryDirectory} from './temporary-directory.ts';
import {openTerminal, type Terminal, type TerminalOptions} from './terminal.ts';

/** The project's root directory. */
export const root = path.resolve(import.meta.dirname, '../..');

/** The Node that runs the tests. */
export const node = process.execPath;

/** `PIPETAIL_PROGRAM`: an executable to test instead, such as `dist/pipetail-linux-x64`. */
const executable = process.env.PIPETAIL_PROGRAM;

/** The program as it is published. The tests that run it are in a vitest project that builds it first when needed. */
export const program = path.resolve(root, executable ?? 'dist/pipetail.js');

/** What starts the program, with its path as the first argument; it is replaced by the program, or runs it. */
export const launcher = executable === undefined ? node : '/usr/bin/env';

/** Whether Node's own variables and flags act on the program. */
export const isOnNode = executable === undefined;

export type CommandResult = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type CommandOptions = {
  /** Added to a clean environment; undefined takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What its standard input holds; nothing unless given. */
  readonly input?: string;
  readonly cwd?: string;
  readonly signal?: AbortSignal;
};

/**
 * Runs a command to its end, without a terminal. A non-zero code is an answer, not an error; a planted secret in what it
 * shows or leaves is one.
 */
export async function run(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  await using home = await temporaryDirectory();
  const env = cleanEnvironment(home.path, options.env);
  const secrets = new SecretWatch(env);
  const child = spawn(command, args, {
    cwd: options.cwd ?? home.path,
    env,
    ...(options.signal && {signal: options.signal, killSignal: 'SIGKILL' as const}),
  });
  const {promise, resolve, reject} = Promise.withResolvers<CommandResult>();
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  for (const [name, pieces] of [
    ['stdout', stdout],
    ['stderr', stderr],
  ] as const) {
    child[name].once('data', () => secrets.lookAtProcesses());
    child[name].on('data', (bytes: Buffer) => {
      pieces.push(bytes);
      secrets.heard(name, bytes);
    });
  }
  // A command may end without reading its input.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  child.on('error', reject);
  child.on('close', (code, signal) =>
    resolve({code, signal, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString()}),
  );
  const result = await promise;
  secrets.expectNone();
  return result;
}

/** Runs the built program to its end, without a terminal. */
export async function runCommand(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return await run(launcher, [program, ...args], options);
}

/** Starts the built program in a terminal. */
export async function openProgram(
  args: readonly string[],
  options: Omit<TerminalOptions, 'command' | 'args'> = {},
): Promise<Terminal> {
  return await openTerminal({command: launcher, args: [program, ...args], ...options});
}
