import type {EventEmitter} from 'node:events';
import {type Clock, systemClock} from '../lib/clock.ts';

/** Milliseconds that a pager has to leave its alternate screen; less takes fewer than 10. */
const pagerLeaves = 100;

/**
 * Until the answer is called, ^Z stops this program a little later than the pager in front of it. Both get the signal,
 * and the shell goes on as soon as this program has stopped: a pager that leaves its alternate screen only then takes
 * the shell's prompt with it (seen once in three times).
 */
export function stopAfterPager(process: NodeJS.Process): () => void {
  let cancel: (() => void) | undefined;
  const onStop = () => {
    cancel ??= systemClock.after(pagerLeaves, stop);
  };
  const stop = () => {
    cancel = undefined;
    // The signal's own effect, which is none where there is no shell to go back to; SIGSTOP would be for ever.
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

/** Exit codes of signals are the shell's: 128 and the signal's number. */
const signalCodes = {SIGHUP: 129, SIGINT: 130, SIGTERM: 143} as const;

/** Signals, and a terminal that is gone, end the screen: `leave` gets the exit code. Answers its undoing. */
export function onExitSignals(process: NodeJS.Process, leave: (code: number) => void): readonly (() => void)[] {
  return [
    ...Object.entries(signalCodes).map(([name, code]) => listen(process, name, () => leave(code))),
    // A killed SSH session, a closed pane.
    listen(process.stdout, 'error', () => leave(signalCodes.SIGHUP)),
    listen(process.stdin, 'end', () => leave(signalCodes.SIGHUP)),
    // Its mode cannot be put back any more: `setRawMode EIO`.
    listen(process.stdin, 'error', () => leave(signalCodes.SIGHUP)),
  ];
}

/** Listens until the answer is called. */
export function listen(emitter: EventEmitter, event: string, listener: (argument: unknown) => void): () => void {
  emitter.on(event, listener);
  return () => emitter.off(event, listener);
}

/**
 * Keeps signals from what listens to them, and from their default effect, until the answer is called. Signals that
 * come meanwhile are lost.
 */
export function holdSignals(process: EventEmitter, signals: readonly string[]): () => void {
  const ignore = () => {};
  const held = signals.map((signal) => {
    const listeners = process.rawListeners(signal);
    // First: a moment without any listener would give the signal its default effect.
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

/** How long a stop may take: a process of an orphaned group is never stopped, and nothing says so. */
const stopLimit = 100;

/**
 * Stops the whole process group, as ^Z does, and resolves when it goes on: true. Started as a tmux pane's own command
 * there is no shell to return to and the system ignores the signal: false.
 */
export async function stopProcess(process: NodeJS.Process, clock: Clock): Promise<boolean> {
  return await new Promise((resolve) => {
    const onContinue = () => {
      cancel();
      resolve(true);
    };
    const cancel = clock.after(stopLimit, () => {
      process.off('SIGCONT', onContinue);
      resolve(false);
    });
    process.once('SIGCONT', onContinue);
    process.kill(0, 'SIGTSTP');
  });
}

/**
 * Aborts on the signals that end a command. `exitCode` gives the code for the one that came (`interrupted` for ^C), or
 * `otherwise` when none did.
 */
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
