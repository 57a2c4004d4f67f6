import type {EventEmitter} from 'node:events';
import {type Clock, systemClock} from '../lib/clock.ts';

/** Milliseconds for a pager to leave its alternate screen; less needs fewer than 10. */
const pagerLeaves = 100;

/**
 * Until the result is called, ^Z stops this program a little later than the pager in front of it. The shell continues
 * when this program stops, and a pager that leaves its alternate screen later erases the prompt (one time in three).
 */
export function stopAfterPager(process: NodeJS.Process): () => void {
  let cancel: (() => void) | undefined;
  const onStop = () => {
    cancel ??= systemClock.after(pagerLeaves, stop);
  };
  const stop = () => {
    cancel = undefined;
    // Has the default effect: none where no shell waits. SIGSTOP would stop for ever there.
    process.off('SIGTSTP', onStop);
    process.kill(process.pid, 'SIGTSTP');
    process.on('SIGTSTP', onStop);
  };
  process.on('SIGTSTP', onStop);
  return () => {
    cancel?.();
    process.off('SIGTSTP', onStop);
  };
}

/** As in a shell: 128 plus the number of the signal. */
const signalCodes = {SIGHUP: 129, SIGINT: 130, SIGQUIT: 131, SIGABRT: 134, SIGTERM: 143} as const;

/** Calls `leave` with the exit code on a signal, and when the terminal is gone. Returns functions that undo it. */
export function onExitSignals(process: NodeJS.Process, leave: (code: number) => void): readonly (() => void)[] {
  return [
    ...Object.entries(signalCodes).map(([name, code]) => listen(process, name, () => leave(code))),
    // A killed SSH session, a closed pane.
    listen(process.stdout, 'error', () => leave(signalCodes.SIGHUP)),
    listen(process.stdin, 'end', () => leave(signalCodes.SIGHUP)),
    // The raw mode cannot be restored: `setRawMode EIO`.
    listen(process.stdin, 'error', () => leave(signalCodes.SIGHUP)),
  ];
}

/** The result ends the listening. */
export function listen(emitter: EventEmitter, event: string, listener: (argument: unknown) => void): () => void {
  emitter.on(event, listener);
  return () => emitter.off(event, listener);
}

/** Until the result is called, the signals are lost: they reach no listener and have no default effect. */
export function holdSignals(process: EventEmitter, signals: readonly string[]): () => void {
  const ignore = () => {};
  const held = signals.map((signal) => {
    const listeners = process.rawListeners(signal);
    // Before the others are removed: without any listener a signal has its default effect.
    process.on(signal, ignore);
    for (const listener of listeners) process.off(signal, listener as () => void);
    return {signal, listeners};
  });
  return () => {
    for (const {signal, listeners} of held) {
      for (const listener of listeners) process.on(signal, listener as () => void);
      process.off(signal, ignore);
    }
  };
}

/** Milliseconds to wait for a stop: a process of an orphaned group is never stopped, and gets no error. */
const stopLimit = 100;

/** Acts as ^Z. Resolves to true when the process continues, to false if no shell waits (a command of a tmux pane). */
export async function stopProcess(process: NodeJS.Process, clock: Pick<Clock, 'after'>): Promise<boolean> {
  return await new Promise((resolve) => {
    const end = (wasStopped: boolean) => {
      cancel();
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
    process.kill(0, 'SIGTSTP');
  });
}

/** Aborts on a signal of `signalCodes`; `exitCode` returns its code, else `otherwise`. `interrupted`: the code for ^C. */
export function stopOnSignals(
  process: EventEmitter,
  {interrupted = signalCodes.SIGINT}: {interrupted?: number} = {},
): {signal: AbortSignal; exitCode: (otherwise: number) => number} {
  const stop = new AbortController();
  let code: number | undefined;
  for (const [name, codeOfSignal] of Object.entries({...signalCodes, SIGINT: interrupted})) {
    process.once(name, () => {
      code = codeOfSignal;
      stop.abort();
    });
  }
  return {signal: stop.signal, exitCode: (otherwise) => code ?? otherwise};
}
