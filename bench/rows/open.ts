import {createReadStream} from 'node:fs';
import {appendFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {openTerminal} from '../../test/harness/terminal.ts';
import {startOf} from '../frame/built-program.ts';
import {command} from '../frame/command.ts';
import {Probe} from '../frame/probe.ts';
import {rssOf} from '../frame/process-use.ts';
import type {BenchContext, Row, Sample} from '../frame/row.ts';

/**
 * A file of 2.1 GB is opened: until its end is on the screen, until its first line is there by its number, which needs
 * all lines counted, and what the process holds when everything is indexed. Its pages are in the system's cache, and the program's
 * compiled code is on the disk.
 */
const size = {cols: 120, rows: 40};
const copies = 13;
const first = 'the first line of the file';
const last = 'the last line of the file';
const mib = 1024 ** 2;
const timeout = 60_000;

const made = new Map<string, Promise<string>>();

async function largeFile({logFile}: BenchContext): Promise<string> {
  const log = await logFile('coloured');
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
  const file = await largeFile(context);
  await using probe = await Probe.make();
  const begun = performance.now();
  const program = startOf(context.tree, 'open', file);
  // One that answers: without answers frames come more seldom.
  await using terminal = await openTerminal({...program, ...size, env: {...program.env, ...probe.env}});
  await terminal.waitFor(last, {timeout});
  const endMs = performance.now() - begun;
  await probe.ask('hold');
  await terminal.press('g');
  await terminal.waitFor(first, {timeout});
  const firstMs = performance.now() - begun;
  await probe.rest();
  return {endMs, firstMs, holdMs: await probe.ask('hold'), rssMiB: (await rssOf(terminal.pid)) / mib};
}

async function less(context: BenchContext): Promise<Sample> {
  const file = await largeFile(context);
  const begun = performance.now();
  await using terminal = await openTerminal({command: 'less', args: ['-R', '+G', file], ...size});
  await terminal.waitFor(last, {timeout});
  return {endMs: performance.now() - begun};
}

const ours = {what: 'open a file of 2.1 GB: its end', measure: open};

export const rows: readonly Row[] = [
  {
    ...{name: 'open-large', ours, reference: {what: 'less -R +G', measure: less}, figure: 'endMs', unit: 'ms'},
    target: {of: 'value', atMost: 1000},
  },
  {
    ...{name: 'open-large-first', ours: {...ours, what: 'open a file of 2.1 GB: g, its first line'}},
    reference: {...command('wc -l < "$LOG"', largeFile), what: 'wc -l'},
    ...{figure: 'firstMs', referenceFigure: 'wallMs', unit: 'ms', target: {of: 'ratio', atMost: 2}},
    why: 'it begins with the start of the program; then all lines are counted, between which keys are answered.',
  },
  {
    ...{name: 'open-large-rss', ours: {...ours, what: 'memory with a file of 2.1 GB, indexed'}},
    ...{figure: 'rssMiB', unit: 'MiB', target: {of: 'value', atMost: 150}},
    why:
      'of --memory the log counts 5 MiB. The rest is the process, about 100 MiB with one tab that shows a log, and the index ' +
      'of 13,000,000 lines, 26 MiB.',
  },
  {
    ...{name: 'open-large-hold', ours: {...ours, what: 'longest hold: a file of 2.1 GB is counted and indexed'}},
    ...{figure: 'holdMs', unit: 'ms', target: {of: 'value', atMost: 16}},
    why: 'by the processor time of its thread, beside other work, the longest holds were 10 to 11 ms; a slice of the index is 3.',
  },
];
