import {type ChildProcess, spawn} from 'node:child_process';
import {type FileHandle, open} from 'node:fs/promises';
import {promises, Readable} from 'node:stream';
import {nextTurn, systemClock} from '../lib/clock.ts';
import {holdSignals, stopAfterPager} from './signals.ts';

type PipeOutOptions = {
  /** A command line for the shell. */
  readonly command: string;
  /** The command's input, made only as fast as the command reads it. The command may end early. */
  readonly blocks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** Ink's: draws nothing and reads no keys while the callback runs, then redraws everything. */
  readonly suspendTerminal: (callback: () => Promise<void>) => Promise<void>;
  readonly env: NodeJS.ProcessEnv;
  /** Path or name of a shell that knows `-c`: `$SHELL`, else `/bin/sh`. */
  readonly shell: string;
  /** Its signals and keys are held back meanwhile. */
  readonly process: NodeJS.Process;
  /** When to wait for Enter before the screen returns and hides the command's output. */
  readonly pause: 'always' | 'on-failure';
  /** When aborted, the shell gets SIGTERM, the command sees the end of its input, and the screen returns. */
  readonly signal: AbortSignal;
};

/** How a shell command ended. */
export type CommandEnd =
  | {readonly kind: 'code'; readonly code: number}
  | {readonly kind: 'signal'; readonly signal: string}
  /** The shell itself could not be run. */
  | {readonly kind: 'not-started'; readonly why: string};

/**
 * In a pager, ^C and ^\ are for the pager. When a stopped pager continues, the screen must not be repainted over it: Ink
 * throws when it is suspended twice.
 */
const heldSignals = ['SIGINT', 'SIGQUIT', 'SIGCONT'];

/**
 * Lends the terminal to a command that reads `blocks` on its standard input, until the command has ended or anything fails.
 * The event loop continues meanwhile. Rejects with what `blocks` or `suspendTerminal` throws.
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
 * Ink has stopped listening to keys, but Node still reads them: the command would miss the first ones. Node reads again
 * when Ink listens again.
 */
async function stopReading(stdin: NodeJS.Process['stdin']): Promise<void> {
  // A stream notices one turn later that its listeners are gone, and stops reading one turn after `pause`.
  await nextTurn(systemClock);
  stdin.pause();
  await nextTurn(systemClock);
}

/**
 * The terminal, opened again with flags of its own. A child that inherits our stdout shares its flags: Node makes them
 * blocking for the child, and a terminal that is not read would then block this program.
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
  if (signal.aborted) return {kind: 'not-started', why: 'it was cancelled'};
  const child = spawn(shell, ['-c', command], {stdio: ['pipe', terminal.fd, terminal.fd], env});
  const feeding = feed(child, blocks);
  // Awaited below, after the end of the command; until then a failure must not count as unhandled.
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

/** The command ended or closed its input before it had read everything, as a pager does. */
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

/** A child reads the line: our own read could not be cancelled, and would keep the program from ending. */
async function waitForEnter({command, env, signal}: PipeOutOptions, terminal: FileHandle, end: CommandEnd) {
  if (signal.aborted) return;
  const prompt = `\n[${commandEndWords(command, end)} · Enter to go back] `;
  const script = 'printf %s "$1"; read -r line';
  const child = spawn('/bin/sh', ['-c', script, 'sh', prompt], {stdio: [terminal.fd, terminal.fd, 'ignore'], env});
  await endOf(child, signal);
}

/**
 * The user pressed ^C. The command may have ended normally after that: dash, the `/bin/sh` of Debian, still ends itself
 * with SIGINT after the pager.
 */
function isInterrupted(end: CommandEnd): boolean {
  return (end.kind === 'signal' && end.signal === 'SIGINT') || (end.kind === 'code' && end.code === 130);
}

/** How a command ended, in one line. 126 and 127 are the shell's (POSIX, `Exit Status for Commands`). */
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
 * The user's pager as a command line, and its environment. With `R` less shows the colours of logs and no other escape
 * sequence. As in git, a user's own `LESS` is not changed.
 */
export function pagerOf(env: NodeJS.ProcessEnv): {readonly command: string; readonly env: NodeJS.ProcessEnv} {
  return {command: env.PAGER || 'less', env: env.LESS === undefined ? {...env, LESS: 'R'} : env};
}
