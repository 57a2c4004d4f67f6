import {type ChildProcess, spawn} from 'node:child_process';
import {type FileHandle, open} from 'node:fs/promises';
import {promises, Readable} from 'node:stream';
import {nextTurn, systemClock} from '../lib/clock.ts';
import {holdSignals, stopAfterPager} from './signals.ts';

type PipeOutOptions = {
  /** A command line for the shell. */
  readonly command: string;
  /** What the command reads. Asked for as the command takes it, so that nothing piles up; it may leave early. */
  readonly blocks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** Ink's: draws nothing and reads no keys while the callback runs, then draws all of it anew. */
  readonly suspendTerminal: (callback: () => Promise<void>) => Promise<void>;
  readonly env: NodeJS.ProcessEnv;
  /** Path or name of a shell that knows `-c`: `$SHELL`, else `/bin/sh`. */
  readonly shell: string;
  /** The process, whose signals and keys are held back meanwhile. */
  readonly process: NodeJS.Process;
  /** Whether Enter is waited for before the screen comes back: what a command printed would be gone at once. */
  readonly pause: 'always' | 'on-failure';
  /** Aborted: the shell is told to end (SIGTERM), which the command learns when it reads; the terminal is taken back. */
  readonly signal: AbortSignal;
};

/** How a command ended that was run through a shell. */
export type CommandEnd =
  | {readonly kind: 'code'; readonly code: number}
  | {readonly kind: 'signal'; readonly signal: string}
  /** The shell itself could not be run. */
  | {readonly kind: 'not-started'; readonly why: string};

/**
 * ^C and ^\ in a pager are meant for the pager; and when a stopped one goes on, the screen must not be repainted over
 * it: Ink throws when it is asked to suspend twice.
 */
const heldSignals = ['SIGINT', 'SIGQUIT', 'SIGCONT'];

/**
 * Hands the terminal to a command that reads `blocks` on its standard input, and takes it back when it has ended,
 * whatever happens. The event loop goes on meanwhile. Rejects with what `blocks` or `suspendTerminal` throws.
 */
export async function pipeOut(options: PipeOutOptions): Promise<CommandEnd> {
  let end: CommandEnd = {kind: 'not-started', why: 'this process has no terminal of its own'};
  await options.suspendTerminal(async () => {
    const release = holdSignals(options.process, heldSignals);
    const endLateStop = stopAfterPager(options.process);
    try {
      await stopReading(options.process.stdin);
      await using terminal = await openTerminal();
      if (!terminal) return;
      end = await runCommand(options, terminal);
      if (options.pause === 'always' || isFailure(end)) await waitForEnter(options, terminal, end);
    } finally {
      endLateStop();
      release();
    }
  });
  return end;
}

/**
 * Ink no longer listens to keys, but Node still reads them, and the first ones would be missing in the command. When
 * Ink listens again, Node reads again.
 */
async function stopReading(stdin: NodeJS.Process['stdin']): Promise<void> {
  // A stream without listeners knows so one turn later, and stops reading one turn after it was paused.
  await nextTurn(systemClock);
  stdin.pause();
  await nextTurn(systemClock);
}

/**
 * The terminal once more, under flags of its own. Those of our own standard output are shared with a child that
 * inherits it: Node makes them blocking for the child, and a terminal that is not read would then stop this program.
 */
async function openTerminal(): Promise<FileHandle | undefined> {
  return await open('/dev/tty', 'r+').catch(() => undefined);
}

function isFailure(end: CommandEnd): boolean {
  return !isInterrupted(end) && !(end.kind === 'code' && end.code === 0);
}

async function runCommand(
  {command, blocks, env, shell, signal}: PipeOutOptions,
  terminal: FileHandle,
): Promise<CommandEnd> {
  if (signal.aborted) return {kind: 'not-started', why: 'it was called off'};
  const child = spawn(shell, ['-c', command], {stdio: ['pipe', terminal.fd, terminal.fd], env});
  const feeding = feed(child, blocks);
  // Its failure is looked at below, after the end of the command: until then it must not count as unhandled.
  feeding.catch(() => {});
  const end = await endOf(child, signal);
  child.stdin?.destroy();
  await feeding;
  return end;
}

async function feed(child: ChildProcess, blocks: PipeOutOptions['blocks']): Promise<void> {
  if (!child.stdin) return;
  try {
    // One block ahead: a pager that shows its first page leaves the rest where it is.
    await promises.pipeline(Readable.from(blocks, {highWaterMark: 1}), child.stdin);
  } catch (error) {
    if (!hasLeft(error)) {
      child.kill();
      throw error;
    }
  }
}

/** The command has ended, or closed its standard input, before it had read everything: a pager left early. */
function hasLeft(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return ['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED'].includes(String(error.code));
}

async function endOf(child: ChildProcess, signal: AbortSignal): Promise<CommandEnd> {
  const {promise, resolve} = Promise.withResolvers<CommandEnd>();
  // Not `close`: a process left behind may keep the pipe for ever.
  child.on('exit', (code, by) => resolve(by === null ? {kind: 'code', code: code ?? 0} : {kind: 'signal', signal: by}));
  child.on('error', (error) => resolve({kind: 'not-started', why: error.message}));
  const onAbort = () => child.kill();
  signal.addEventListener('abort', onAbort);
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** A child reads the line: a read of our own could not be called off, and would keep the program from ending. */
async function waitForEnter({command, env, signal}: PipeOutOptions, terminal: FileHandle, end: CommandEnd) {
  if (signal.aborted) return;
  const prompt = `\n[${commandEndWords(command, end)} · Enter to go back] `;
  const script = 'printf %s "$1"; read -r line';
  const child = spawn('/bin/sh', ['-c', script, 'sh', prompt], {stdio: [terminal.fd, terminal.fd, 'ignore'], env});
  await endOf(child, signal);
}

/**
 * The user pressed ^C. Not necessarily the end of the command: dash, the `/bin/sh` of Debian, ends itself with SIGINT
 * after a pager that was left in peace later.
 */
function isInterrupted(end: CommandEnd): boolean {
  return (end.kind === 'signal' && end.signal === 'SIGINT') || (end.kind === 'code' && end.code === 130);
}

/** How a command ended, in words for one line. 126 and 127 are the shell's (POSIX, `Exit Status for Commands`). */
export function commandEndWords(command: string, end: CommandEnd): string {
  const name = command.trim().split(/\s/)[0] ?? '';
  if (isInterrupted(end)) return `${name} was interrupted`;
  switch (end.kind) {
    case 'not-started':
      return `${name} was not started: ${end.why}`;
    case 'signal':
      return `${name} was ended by ${end.signal}`;
    case 'code':
      if (end.code === 127) return `${name}: not found`;
      if (end.code === 126) return `${name} cannot be run`;
      return end.code === 0 ? `${name} has ended` : `${name} failed with code ${end.code}`;
  }
}

/**
 * The user's pager as a command line, and the environment that it should be given. Logs have colours: less shows them
 * only when told to, and of all escape sequences only them (`R`); as git does, only where the user has no say in LESS.
 */
export function pagerOf(env: NodeJS.ProcessEnv): {readonly command: string; readonly env: NodeJS.ProcessEnv} {
  return {command: env.PAGER || 'less', env: env.LESS === undefined ? {...env, LESS: 'R'} : env};
}
