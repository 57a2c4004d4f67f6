import {type ChildProcess, spawn} from 'node:child_process';
import type {Clock} from '../lib/clock.ts';
import type {Sourced} from '../settings/way-to-server.ts';

/** Milliseconds that the command may take: it may ask a service, but nobody can answer its questions here. */
const timeLimit = 10_000;
/** Bytes: the server takes headers of 128 KiB at the most. */
const outputLimit = 128 * 1024;

/**
 * Runs the command that prints a token, away from the terminal, and answers what it printed, trimmed. What it says on
 * stderr is dropped, as it may quote the token. Throws an `Error` of one line that repeats neither command nor output.
 */
export async function runTokenCommand(command: Sourced, clock: Clock, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  // A session of its own: it cannot write over the screen, and it can be ended together with what it started.
  const child = spawn('sh', ['-c', command.value], {stdio: ['ignore', 'pipe', 'ignore'], detached: true});
  const {promise, resolve, reject} = Promise.withResolvers<string>();
  const fail = (words: string) => reject(new Error(`no token from ${command.from} · ${words}`));
  const pieces: Buffer[] = [];
  let length = 0;

  child.stdout.on('data', (piece: Buffer) => {
    pieces.push(piece);
    length += piece.length;
    if (length > outputLimit) fail(`it printed more than ${outputLimit / 1024} KiB`);
  });
  child.on('error', (error) => fail(`the shell cannot be started (${'code' in error ? error.code : error.name})`));
  child.on('close', (code, by) => {
    if (by !== null) return fail(`the command was ended by ${by}`);
    if (code !== 0) return fail(`the command ended with code ${code} · run it in a shell to see why`);
    const token = Buffer.concat(pieces).toString().trim();
    if (token === '') return fail('the command printed nothing · it must print a token to stdout');
    resolve(token);
  });
  const cancelTimer = clock.after(timeLimit, () => fail(`the command did not end within ${timeLimit / 1000} s`));
  const onAbort = () => fail('it is no longer wanted');
  signal.addEventListener('abort', onAbort, {once: true});
  try {
    return await promise;
  } finally {
    cancelTimer();
    signal.removeEventListener('abort', onAbort);
    if (child.exitCode === null && child.signalCode === null) endGroup(child);
    child.stdout.destroy();
  }
}

/** Ends the command and all that it started, which a signal to the shell alone would leave behind. */
function endGroup({pid}: ChildProcess): void {
  if (pid === undefined) return;
  spawn('sh', ['-c', `kill -KILL -${pid}`], {stdio: 'ignore'}).on('error', () => {});
}
