import type {EventEmitter} from 'node:events';
import {signalCodes} from '../screen/ways-out.ts';

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
