import type {EventEmitter} from 'node:events';
import {constants} from 'node:os';
import type {Clock} from '../../lib/clock.ts';

/** All that end a program by default, except faults (SIGSEGV), what a closed reader causes, and timers of no use here. */
const exitSignals = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGABRT', 'SIGUSR2', 'SIGALRM', 'SIGTERM', 'SIGXCPU'] as const;

/** Returns a shell's code: 128 plus the number of the signal. */
function codeOf(signal: (typeof exitSignals)[number]): number {
  return 128 + constants.signals[signal];
}

/**
 * Calls `leave` with the exit code on a signal, and when the terminal is gone, whose keys are `keys`. Returns functions
 * that undo it.
 */
export function onExitSignals(
  process: NodeJS.Process,
  keys: EventEmitter,
  leave: (code: number) => void,
): readonly (() => void)[] {
  return [
    ...exitSignals.map((name) => listen(process, name, () => leave(codeOf(name)))),
    // A killed SSH session, a closed pane.
    listen(process.stdout, 'error', () => leave(codeOf('SIGHUP'))),
    listen(keys, 'end', () => leave(codeOf('SIGHUP'))),
    // The raw mode cannot be restored: `setRawMode EIO`.
    listen(keys, 'error', () => leave(codeOf('SIGHUP'))),
  ];
}

/**
 * Keeps `code` as the status of a program in its last turns: a second signal would end it with another one. A closed
 * terminal sends two, one from the system and one from the shell.
 */
export function exitAtOnce(process: Pick<EventEmitter, 'on'> & {exit: (code: number) => void}, code: number): void {
  for (const name of exitSignals) process.on(name, () => process.exit(code));
}

/** The result ends the listening. */
export function listen(emitter: EventEmitter, event: string, listener: (argument: unknown) => void): () => void {
  emitter.on(event, listener);
  return () => emitter.off(event, listener);
}

/** Milliseconds to wait for a stop: a process of an orphaned group is never stopped, and gets no error. */
const stopLimit = 100;

/** Acts as ^Z. Resolves to true when the process continues, to false if no shell waits (a command of a tmux pane). */
export async function suspendProcess(process: NodeJS.Process, clock: Pick<Clock, 'after'>): Promise<boolean> {
  const listeners = process.rawListeners('SIGTSTP');
  return await new Promise((resolve) => {
    const end = (wasStopped: boolean) => {
      cancel();
      for (const listener of listeners) process.on('SIGTSTP', listener as () => void);
      process.off('SIGCONT', onContinue);
      resolve(wasStopped);
    };
    const onContinue = () => end(true);
    // After a longer stop the timer is due at once, and the event loop runs it before it reads the SIGCONT. In the next
    // turn that has been read.
    let cancel = clock.after(stopLimit, () => {
      cancel = clock.after(0, () => end(false));
    });
    process.on('SIGCONT', onContinue);
    // As if nothing listened: that stops nothing where no shell waits, while SIGSTOP would stop it for ever there.
    for (const listener of listeners) process.off('SIGTSTP', listener as () => void);
    process.kill(0, 'SIGTSTP');
  });
}

/**
 * Aborts on a signal that ends a program; `exitCode` returns the code of the first, else `otherwise`. A second ^C has its
 * default effect. Others often come twice: when a terminal is closed, from the system and from the shell.
 * `interrupted`: the code for ^C.
 */
export function stopOnSignals(
  process: EventEmitter,
  {interrupted = codeOf('SIGINT')}: {interrupted?: number} = {},
): {signal: AbortSignal; exitCode: (otherwise: number) => number} {
  const stop = new AbortController();
  let code: number | undefined;
  for (const name of exitSignals) {
    const onSignal = () => {
      code ??= name === 'SIGINT' ? interrupted : codeOf(name);
      stop.abort();
    };
    if (name === 'SIGINT') process.once(name, onSignal);
    else process.on(name, onSignal);
  }
  return {signal: stop.signal, exitCode: (otherwise) => code ?? otherwise};
}
