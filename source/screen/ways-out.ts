import {listen} from './listen.ts';

/** Exit codes of signals are the shell's: 128 and the signal's number. */
export const signalCodes = {SIGHUP: 129, SIGINT: 130, SIGTERM: 143} as const;

/** Signals, and a terminal that is gone, end the screen: `leave` gets the exit code. Answers its undoing. */
export function waysOut(process: NodeJS.Process, leave: (code: number) => void): readonly (() => void)[] {
  return [
    ...Object.entries(signalCodes).map(([name, code]) => listen(process, name, () => leave(code))),
    // A killed SSH session, a closed pane.
    listen(process.stdout, 'error', () => leave(signalCodes.SIGHUP)),
    listen(process.stdin, 'end', () => leave(signalCodes.SIGHUP)),
    // Its mode cannot be put back any more: `setRawMode EIO`.
    listen(process.stdin, 'error', () => leave(signalCodes.SIGHUP)),
  ];
}
