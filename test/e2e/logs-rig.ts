import {onTestFinished} from 'vitest';
import type {DemoServerOptions} from '../../demo/demo.ts';
import {DemoServer} from '../../demo/server.ts';
import {eventually} from '../harness/eventually.ts';
import {freePort} from '../harness/free-port.ts';
import {type RunningProgram, startProgram, startShell} from './running-program.ts';

/** Starts a server in the test's process with these pipelines running, and the program's `logs` against it. It ends with the test. */
export async function openRig(names: readonly string[], options: DemoServerOptions = {}) {
  const server = await DemoServer.start({chunking: 'ragged', port: await freePort(), ...options});
  for (const name of names) server.addPipeline(name).start();
  onTestFinished(() => server.close());
  let written = 0;
  return {
    server,
    logs: (...args: readonly string[]) => startLogs(server.url, ...args),
    shell: (line: string) => startLogsShell(server.url, line),
    /** Writes `count` dated lines, numbered on through the test. Returns their texts. */
    write(name: string, count: number): string[] {
      const pipeline = server.pipeline(name);
      return Array.from({length: count}, () => {
        written += 1;
        const line = `[${name}] ${pipeline.stamp()}  INFO test:  line ${written}`;
        pipeline.write(line);
        return line;
      });
    },
    untilConnections: (count: number) =>
      eventually(
        () => server.openLogConnections() === count,
        () => `${count} connections, there are ${server.openLogConnections()}`,
      ),
  };
}

/** Starts `pipetail logs …` against a server. It is killed with the test. */
export async function startLogs(url: string, ...args: readonly string[]): Promise<RunningProgram> {
  return untilTestEnds(await startProgram(['logs', '--host', url, ...args]));
}

/** Runs a line of shell, in which `pipetail $LOGS` is `pipetail logs --host …`. */
export async function startLogsShell(url: string, line: string): Promise<RunningProgram> {
  return untilTestEnds(await startShell(line, {LOGS: `logs --host ${url}`}));
}

/** The log that the server holds of a pipeline, as it is on the wire. */
export function held(server: DemoServer, name: string): Buffer {
  return Buffer.concat([...(server.pipeline(name).ring?.entries() ?? [])]);
}

/** The lines in bytes of whole lines. */
export function linesOf(bytes: Buffer): string[] {
  return bytes.toString().split('\n').slice(0, -1);
}

function untilTestEnds(program: RunningProgram): RunningProgram {
  onTestFinished(() => program[Symbol.asyncDispose]());
  return program;
}
