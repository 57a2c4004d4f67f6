import {type ChildProcess, spawn} from 'node:child_process';
import {type FileHandle, open} from 'node:fs/promises';
import {promises, Readable} from 'node:stream';
import type {ReadStream} from 'node:tty';
import {nextTurn, systemClock} from '../lib/clock.ts';
import {holdSignals, stopAfterPager} from './signals.ts';

type PipeOutOptions = {
  readonly command: string;
  /** The command's input, made only as fast as the command reads; it may end early. */
  readonly blocks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** Ink's: draws nothing and reads no keys while the callback runs, then redraws everything. */
  readonly suspendTerminal: (callback: () => Promise<void>) => Promise<void>;
  readonly env: NodeJS.ProcessEnv;
  /** `$SHELL`, else `/bin/sh`. */
  readonly shell: string;
  /** Its signals and keys are held back meanwhile. */
  readonly process: NodeJS.Process;
  /** Where the keys come from. */
  readonly keys: ReadStream;
  /** When to wait for Enter before the screen returns and hides the command's output. */
  readonly pause: 'always' | 'on-failure';
  /** When aborted, the shell gets SIGTERM, the command sees the end of its input, and the screen returns. */
  readonly signal: AbortSignal;
};

export type CommandEnd =
  | {readonly kind: 'code'; readonly code: number}
  | {readonly kind: 'signal'; readonly signal: string}
  /** The shell itself could not be run. */
  | {readonly kind: 'not-started'; readonly why: string};

/** ^C and ^\ are for the pager. At SIGCONT the screen would be repainted over it, and Ink throws when suspended twice. */
const heldSignals = ['SIGINT', 'SIGQUIT', 'SIGCONT'];

/** Lends the terminal to the command until it has ended. Rejects with what `blocks` or `suspendTerminal` throws. */
export async function pipeOut(options: PipeOutOptions): Promise<CommandEnd> {
  let end: CommandEnd = {kind: 'not-started', why: 'this process has no terminal of its own'};
  await options.suspendTerminal(async () => {
    const release = holdSignals(options.process, heldSignals);
    const endLateStop = stopAfterPager(options.process);
    try {
      await stopReading(options.keys);
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

/** Node still reads keys after Ink has stopped listening: the command would miss the first ones. Reading resumes with Ink. */
async function stopReading(stdin: ReadStream): Promise<void> {
  // A stream notices one turn later that its listeners are gone, and stops reading one turn after `pause`.
  await nextTurn(systemClock);
  stdin.pause();
  await nextTurn(systemClock);
}

/**
 * The terminal with file flags of its own. Node makes a stdout that a child inherits blocking, for both: a terminal that
 * is not read would then block this program.
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
  // Awaited only after the end of the command; until then a failure must not count as unhandled.
  feeding.catch(() => {});
  const end = await endOf(child, signal);
  child.stdin?.destroy();
  await feeding;
  return end;
}

async function feed(child: ChildProcess, blocks: PipeOutOptions['blocks']): Promise<void> {
  if (!child.stdin) return;
  try {
    // Only one block ahead: a pager may never read beyond its first page.
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

/** The user pressed ^C, even if the pager ended normally later: dash (Debian's `/bin/sh`) still ends itself with SIGINT. */
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

/** With `R` less shows colours and no other escape sequence. As in git, the user's own `LESS` is not changed. */
export function pagerOf(env: NodeJS.ProcessEnv): {readonly command: string; readonly env: NodeJS.ProcessEnv} {
  return {command: env.PAGER || 'less', env: env.LESS === undefined ? {...env, LESS: 'R'} : env};
}
