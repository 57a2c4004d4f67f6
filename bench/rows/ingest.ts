import {spawn} from 'node:child_process';
import path from 'node:path';
import {createInterface} from 'node:readline';
import {BenchServer} from '../frame/bench-server.ts';
import type {Chunking} from '../frame/bench-server-process.ts';
import {nodeFlags} from '../frame/built-program.ts';
import {LogProgram, last, pipeline} from '../frame/log-program.ts';
import {Probe} from '../frame/probe.ts';
import type {BenchContext, Row, Sample, Task} from '../frame/row.ts';

/**
 * From the socket into the scrollback: CPU time of the built program while its tab takes in a log, frames and all, from
 * before the first byte until the last line is on the screen. Against a Node in which undici counts the bytes of the same
 * answer. By blocks, as a replay comes, and by lines, each a chunk of HTTP.
 */
function take(chunking: Chunking, scrollback?: string): (context: BenchContext) => Promise<Sample> {
  return async (context) => {
    await using program = await LogProgram.open(context, {...(scrollback !== undefined && {scrollback})});
    return await cpuOf(program.probe, () => program.takeIn(context, chunking));
  };
}

function drain(chunking: Chunking): (context: BenchContext) => Promise<Sample> {
  return async ({logFile}) => {
    const file = await logFile();
    await using server = await BenchServer.start(pipeline);
    await using probe = await Probe.make();
    const script = path.join(import.meta.dirname, '../frame/drain-process.ts');
    const child = spawn(process.execPath, [...nodeFlags, script, server.logUrl(pipeline), last], {
      env: {...process.env, ...probe.env},
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const says = createInterface(child.stdout)[Symbol.asyncIterator]();
    await says.next();
    await probe.rest();
    const sample = await cpuOf(probe, async () => {
      await server.flood({pipeline, file, chunking, last});
      await says.next();
    });
    child.kill();
    return sample;
  };
}

async function cpuOf(probe: Probe, task: () => Promise<unknown>): Promise<Sample> {
  const before = await probe.ask('cpu');
  await task();
  return {cpuMs: (await probe.ask('cpu')) - before};
}

const why =
  'undici only counts bytes. Most of the difference is compressing what is held, copying it into the scrollback, finding ' +
  'its lines, and frames.';

const references: Readonly<Record<Chunking, Task>> = {
  block: {what: 'undici by blocks', measure: drain('block')},
  line: {what: 'undici by lines', measure: drain('line')},
};

function row(name: string, what: string, {chunking, scrollback}: {chunking: Chunking; scrollback?: string}): Row {
  return {
    ...{name, ours: {what, measure: take(chunking, scrollback)}, reference: references[chunking]},
    ...{figure: 'cpuMs', unit: 'ms of CPU', target: {of: 'ratio', atMost: 1.5}, why},
  };
}

export const rows: readonly Row[] = [
  row('ingest', 'taken in, scrollback of 32 MiB', {chunking: 'block', scrollback: '32MiB'}),
  row('ingest-all', 'taken in, all of it kept', {chunking: 'block'}),
  row('ingest-lines', 'taken in by lines, 32 MiB', {chunking: 'line', scrollback: '32MiB'}),
];
