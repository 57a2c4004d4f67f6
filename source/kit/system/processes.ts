import {spawn} from 'node:child_process';
import {afterReads, systemClock} from '../../lib/clock.ts';
import {systemRandom} from '../../lib/random.ts';

type ToolEnd =
  | {readonly kind: 'done'; readonly output: string}
  | {readonly kind: 'missing'}
  /** `why`: the first line of its stderr, or how it ended. */
  | {readonly kind: 'failed'; readonly why: string; readonly output: string};

export type ToolOptions = {
  readonly input: Uint8Array;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Milliseconds after which it is killed. */
  readonly limit?: number;
  /** Kills what it has started, too. */
  readonly process?: Pick<NodeJS.Process, 'kill'>;
};

/** This machine's processes and this one's user, as file locks and recordings need them. */
export function processesOf(process: NodeJS.Process) {
  return {
    pid: process.pid,
    user: process.geteuid?.(),
    random: systemRandom,
    isAlive(pid: number): boolean {
      try {
        return process.kill(pid, 0);
      } catch (error) {
        // Another user's process exists too, although it may not be signalled.
        return error instanceof Error && 'code' in error && error.code === 'EPERM';
      }
    },
  };
}

/** Milliseconds; 10 to 100 are usual. A tool would wait for ever for a hanging compositor or X server. */
const usualLimit = 3000;
/** Milliseconds from a tool's end for its output to come through the pipes. */
const grace = 50;
/** Bytes kept of a tool's output; the longest, tmux's list of capabilities, has 8 kB a terminal. */
const outputLimit = 256 * 1024;

/**
 * Runs a tool in a session of its own: ^C and the end of this program do not reach the process that xclip and wl-copy
 * leave behind to serve the clipboard. Rejects with the signal's reason when aborted.
 */
export async function runTool(
  command: string,
  args: readonly string[],
  {input, env, signal, limit = usualLimit, process}: ToolOptions,
): Promise<ToolEnd> {
  signal.throwIfAborted();
  const {promise, resolve} = Promise.withResolvers<ToolEnd>();
  let endGrace = () => {};
  const child = spawn(command, args, {stdio: 'pipe', env, detached: true});
  const output = collect(child.stdout);
  const errors = collect(child.stderr);
  const onEnd = (code: number | null, by: string | null) => {
    const how = by === null ? `it ended with code ${code}` : `it was ended by ${by}`;
    resolve(
      code === 0
        ? {kind: 'done', output: output()}
        : {kind: 'failed', why: firstLine(errors()) || how, output: output()},
    );
  };
  child.on('close', onEnd);
  // The process that xclip leaves behind keeps the pipes open until another program owns the clipboard.
  child.on('exit', (code, by) => {
    endGrace = afterReads(systemClock, grace, () => onEnd(code, by));
  });
  child.on('error', (error) => {
    const isMissing = 'code' in error && error.code === 'ENOENT';
    resolve(isMissing ? {kind: 'missing'} : {kind: 'failed', why: error.message, output: ''});
  });
  // A tool may end without reading its input; its exit code is the better message.
  child.stdin.on('error', () => {});
  child.stdin.end(input);

  const kill = () => {
    child.kill('SIGKILL');
    if (!process || child.pid === undefined) return;
    try {
      // Its session is a process group, too.
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // All have ended.
    }
  };
  const endLimit = afterReads(systemClock, limit, () => {
    kill();
    resolve({kind: 'failed', why: `it did not end within ${limit / 1000} s`, output: output()});
  });
  signal.addEventListener('abort', kill);
  try {
    const end = await promise;
    signal.throwIfAborted();
    return end;
  } finally {
    endLimit();
    endGrace();
    signal.removeEventListener('abort', kill);
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
  }
}

/** Reads a stream up to `outputLimit`; the result returns what came so far. */
function collect(stream: NodeJS.ReadableStream): () => string {
  const pieces: Buffer[] = [];
  let length = 0;
  stream.on('error', () => {});
  stream.on('data', (piece: Buffer) => {
    if (length < outputLimit) pieces.push(piece);
    length += piece.length;
  });
  return () => Buffer.concat(pieces).toString();
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0]?.slice(0, 200) ?? '';
}
