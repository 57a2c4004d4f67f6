import {createReadStream} from 'node:fs';
import {appendFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {openTerminal} from '../../test/harness/terminal.ts';
import {startOf} from '../frame/built-program.ts';
import {Probe} from '../frame/probe.ts';
import {rssOf} from '../frame/process-use.ts';
import type {BenchContext, Row, Sample} from '../frame/row.ts';

/**
 * A file of 2.1 GB is opened: the longest hold until all its lines are counted and indexed, and what the process holds
 * then. Its pages are in the system's cache, and the program's compiled code is on the disk.
 */
const size = {cols: 120, rows: 40};
const copies = 13;
const first = 'the first line of the file';
const last = 'the last line of the file';
const mib = 1024 ** 2;
const timeout = 60_000;

const made = new Map<string, Promise<string>>();

async function largeFile({logFile}: BenchContext): Promise<string> {
  const log = await logFile();
  const file = made.get(log) ?? writeLarge(log);
  made.set(log, file);
  return await file;
}

async function writeLarge(log: string): Promise<string> {
  const file = path.join(path.dirname(log), 'large.log');
  await writeFile(file, `${first}\n`);
  for (let copy = 0; copy < copies; copy++) await appendFile(file, createReadStream(log));
  await appendFile(file, `${last}\n`);
  return file;
}

async function open(context: BenchContext): Promise<Sample> {
  return await openLarge(context, async (probe, pid, reads) => {
    await probe.ask('hold');
    await reads();
    return {holdMs: await probe.ask('hold'), rssMiB: (await rssOf(pid)) / mib};
  });
}

/** Opens the file, and calls `measure` while nothing but the header is shown; `reads` resolves when all of it was read. */
export async function openLarge<T>(
  context: BenchContext,
  measure: (probe: Probe, pid: number, reads: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const file = await largeFile(context);
  await using probe = await Probe.make();
  const program = startOf(context.tree, 'open', file);
  // One that answers: without answers frames come more seldom.
  await using terminal = await openTerminal({...program, ...size, env: {...program.env, ...probe.env}});
  await terminal.waitFor(() => terminal.row(0).includes('pipetail'), {timeout});
  return await measure(probe, terminal.pid, async () => {
    await terminal.waitFor(last, {timeout});
    await terminal.press('g');
    await terminal.waitFor(first, {timeout});
    await probe.rest();
  });
}

export const rows: readonly Row[] = [
  {
    ...{name: 'open-large-rss', ours: {what: 'memory with a file of 2.1 GB', measure: open}},
    ...{figure: 'rssMiB', unit: 'MiB', target: {of: 'value', atMost: 150}},
  },
  {
    ...{name: 'open-large-hold', ours: {what: 'longest hold: a file of 2.1 GB is opened', measure: open}},
    ...{figure: 'holdMs', unit: 'ms', target: {of: 'value', atMost: 16}},
  },
];
