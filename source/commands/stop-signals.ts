import type {EventEmitter} from 'node:events';

/**
 * Aborts on the signals that end a command. `exitCode` gives the shell's code for the one that came (128 and its
 * number; `interrupted` for ^C), or `otherwise` when none did.
 */
export function stopOnSignals(
  process: EventEmitter,
  codes: {interrupted: number},
): {signal: AbortSignal; exitCode: (otherwise: number) => number} {
  const stop = new AbortController();
  let code: number | undefined;
  for (const [name, number] of [
    ['SIGINT', codes.interrupted],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.once(name, () => {
      code = number;
      stop.abort();
    });
  }
  return {signal: stop.signal, exitCode: (otherwise) => code ?? otherwise};
}
