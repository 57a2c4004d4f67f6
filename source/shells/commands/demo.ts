import {printed} from '../../kit/system/line-output.ts';
import {stopOnSignals} from '../../kit/system/signals.ts';
import {aborted} from '../../lib/clock.ts';
import {errorText} from '../../lib/format.ts';
import {reportingFaults} from './report-faults.ts';

/** `pipetail demo`. Returns the exit code; rejects as `runDemoServer`. */
export async function runDemoCommand({
  port,
  ...options
}: {
  readonly port: number;
  readonly version: string;
  readonly process: NodeJS.Process;
}): Promise<number> {
  return await reportingFaults({...options, isJson: false}, async () => {
    const {process} = options;
    // ^C is the normal way to end a server.
    const {signal, exitCode} = stopOnSignals(process, {interrupted: 0});
    await runDemoServer({port, host: '127.0.0.1', signal, print: (line) => printed(`${line}\n`, process)});
    return exitCode(0);
  });
}

type DemoCommand = {
  readonly port: number;
  readonly host: string;
  readonly signal: AbortSignal;
  /** Prints one line, given without a newline. Resolves to false when its reader has gone. */
  readonly print: (line: string) => Promise<boolean>;
};

/**
 * Serves the demo until the signal; not when nobody reads its address. Rejects with an `Error` of one plain sentence when
 * it cannot listen or print.
 */
export async function runDemoServer({port, host, signal, print}: DemoCommand): Promise<void> {
  const server = await startServer(port, host);
  try {
    const line = `pipetail demo: serving ${server.pipelines.length} pipelines at ${server.url} · stop with ^C`;
    if (await print(line)) await aborted(signal);
  } finally {
    await server.close();
  }
}

async function startServer(port: number, host: string) {
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
    const reason = errorText(cause);
    throw new Error(`the demo cannot listen on ${host}:${port} · ${reason}`, {cause});
  }
}
