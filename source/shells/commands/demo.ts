import type {CommandCall} from '../../kit/shell/shell-command.ts';
import {printed} from '../../kit/system/line-output.ts';
import {stopOnSignals} from '../../kit/system/signals.ts';
import {aborted} from '../../lib/clock.ts';
import {errorText} from '../../lib/format.ts';
import {reportingFaults} from './report-faults.ts';

const host = '127.0.0.1';

/** `pipetail demo`. Returns the exit code; rejects as `runDemoServer`. */
export async function runDemoCommand({
  settings: {port},
  version,
  process,
}: Pick<CommandCall<object>, 'settings' | 'version' | 'process'>): Promise<number> {
  return await reportingFaults({version, process, isJson: false}, async () => {
    // ^C is the normal way to end a server.
    const {signal, exitCode} = stopOnSignals(process, {interrupted: 0});
    await runDemoServer(port, signal, (line) => printed(`${line}\n`, process));
    return exitCode(0);
  });
}

/**
 * Serves the demo until the signal. `print` prints one line; where it resolves to false nobody reads the address, and it
 * ends. Rejects with an `Error` of one plain sentence when it cannot listen or print.
 */
export async function runDemoServer(
  port: number,
  signal: AbortSignal,
  print: (line: string) => Promise<boolean>,
): Promise<void> {
  const server = await startServer(port);
  try {
    const line = `pipetail demo: serving ${server.pipelines.length} pipelines at ${server.url} · stop with ^C`;
    if (await print(line)) await aborted(signal);
  } finally {
    await server.close();
  }
}

async function startServer(port: number) {
  const [{DemoServer}, {installation}] = await Promise.all([
    import('../../../demo/server.ts'),
    import('../../../demo/scenario.ts'),
  ]);
  try {
    return await DemoServer.start({port, host, scenario: installation, chunking: 'ragged'});
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'EADDRINUSE') {
      throw new Error(`port ${port} is in use · choose another with --port N`, {cause});
    }
    throw new Error(`the demo cannot listen on ${host}:${port} · ${errorText(cause)}`, {cause});
  }
}
