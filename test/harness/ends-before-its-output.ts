import {spawn} from 'node:child_process';

/**
 * Starts a process that prints and ends 300 ms later, so that this process sees its end before its output, and comes to
 * nothing else for 500 ms between the two. The result is what `start` returns.
 */
export function endsBeforeItsOutput<Result>(start: () => Result): Result {
  // The loop comes to both of the others in one turn. While it handles what the first has printed, the process prints and
  // ends; for the end of the second it looks for every end, and for output only in its next turn.
  const first = spawn('echo', ['printed']);
  const result = start();
  const second = spawn('true');
  first.stdout.once('data', () => hold(600));
  second.once('exit', () => hold(500));
  hold(100);
  return result;
}

/** Keeps this process from its event loop. */
function hold(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
