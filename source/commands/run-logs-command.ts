import {systemClock} from '../lib/clock.ts';
import type {Request, Settings} from '../settings/settings.ts';
import {LineOutput} from './line-output.ts';
import {runLogs} from './logs.ts';
import {openServer} from './open-server.ts';
import {watchReader} from './reader-watch.ts';
import {stopOnSignals} from './stop-signals.ts';

/** `pipetail logs`: puts the command together on the process's streams and signals. Answers the exit code. */
export async function runLogsCommand(options: {
  readonly settings: Settings;
  readonly request: Extract<Request, {kind: 'logs'}>;
  readonly version: string;
  readonly process: NodeJS.Process;
}): Promise<number> {
  const {settings, request, version, process} = options;
  // While nothing is connected only timers of the clock wait, and those do not keep a process alive.
  const alive = setInterval(() => {}, 2 ** 30);
  const {signal, exitCode} = stopOnSignals(process, {interrupted: 130});
  // What stderr does not take (its reader is slow, or gone) is no reason to stop reading logs.
  const stderr = new LineOutput(process.stderr);
  const output = new LineOutput(process.stdout);
  watchReader(process.stdout, systemClock, () => output.readerGone());
  try {
    const server = await openServer(settings, version, systemClock);
    const code = await runLogs({
      ...request,
      silence: settings.silence,
      client: server.client,
      clock: systemClock,
      random: Math.random,
      output,
      note: (line) => stderr.write(`${line}\n`),
      signal,
    });
    // What a reader that stands still has not taken would keep the process from ending.
    if (signal.aborted) process.exit(exitCode(code));
    await server.close();
    return exitCode(code);
  } finally {
    clearInterval(alive);
  }
}
