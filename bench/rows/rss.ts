import {stat} from 'node:fs/promises';
import {setTimeout as sleep} from 'node:timers/promises';
import {node} from '../../test/harness/program.ts';
import {BenchServer} from '../frame/bench-server.ts';
import {nodeFlags, startOf} from '../frame/built-program.ts';
import {BusyServer} from '../frame/busy-server.ts';
import {rssOf} from '../frame/process-use.ts';
import {RawTerminal} from '../frame/raw-terminal.ts';
import type {BenchContext, Row, Sample} from '../frame/row.ts';

/**
 * Memory of the process in RAM: with one quiet tab, against a Node that waits; then, in the same process, what comes on
 * top once its scrollback of 32 MiB is full and has dropped lines.
 */
const size = {cols: 200, rows: 50};
const scrollbackMiB = 32;
const pipeline = 'orders';
const last = 'the last line of the log';
/** 49 MB: half as much again as there is room for. */
const pour = {lines: 300_000, rate: 30_000};
const settleMs = 5000;
const mib = 1024 ** 2;

async function memory(context: BenchContext): Promise<Sample> {
  const lines = Math.min(pour.lines, context.lines);
  return await pouring(context, async (server, terminal, file) => {
    await server.pour({pipeline, file, ...pour, lines, last});
    await terminal.until(last);
  });
}

/** The whole log three times over, 490 MB, as fast as it comes. */
const floods = 3;

async function flooded(context: BenchContext): Promise<Sample> {
  return await pouring(context, async (server, terminal, file) => {
    for (let flood = 1; flood <= floods; flood++) {
      const end = `${last} ${flood}`;
      await server.flood({pipeline, file, chunking: 'block', last: end});
      await terminal.until(end);
    }
  });
}

/** The memory of a quiet tab, and after `pours` has resolved. */
async function pouring(
  {tree, logFile}: BenchContext,
  pours: (server: BenchServer, terminal: RawTerminal, file: string) => Promise<void>,
): Promise<Sample> {
  const file = await logFile();
  await using server = await BenchServer.start(pipeline);
  const program = startOf(tree, '--host', server.url, '--scrollback', `${scrollbackMiB}MiB`, pipeline);
  await using terminal = await RawTerminal.open({...program, ...size, keep: true});
  await terminal.until('LIVE');
  await sleep(settleMs);
  const quiet = await rssOf(terminal.pid);
  await pours(server, terminal, file);
  await sleep(settleMs);
  const full = await rssOf(terminal.pid);
  return {quietMiB: quiet / mib, addedMiB: (full - quiet) / mib};
}

const tabs = Array.from({length: 64}, (_, index) => `tab-${String(index + 1).padStart(2, '0')}`);
/** 1.9 MB in each tab. */
const tabLines = 11_600;
const tabRate = 500;

async function manyTabs({tree, logFile, lines}: BenchContext): Promise<Sample> {
  const log = await logFile();
  const lineBytes = (await stat(log)).size / lines;
  await using server = new BusyServer({pipelines: tabs, writers: tabs.length, rate: tabRate, log});
  const {url, lines: before} = await server.ask('rest');
  await using terminal = await RawTerminal.open({...startOf(tree, '--host', url, ...tabs), ...size, keep: true});
  await terminal.until('LIVE');
  await sleep(settleMs);
  const quiet = await rssOf(terminal.pid);
  await server.ask('work');
  await sleep((tabLines / tabRate) * 1000);
  const {lines: after} = await server.ask('rest');
  await sleep(settleMs);
  const came = sum(after) - sum(before);
  return {perByte: ((await rssOf(terminal.pid)) - quiet) / (came * lineBytes)};
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

async function bare(): Promise<Sample> {
  const args = [...nodeFlags, '-e', 'setInterval(() => {}, 1e9)'];
  await using terminal = await RawTerminal.open({command: node, args, ...size, keep: false});
  await sleep(settleMs);
  return {bareMiB: (await rssOf(terminal.pid)) / mib};
}

const ours = {what: 'one quiet tab', measure: memory};
const reference = {what: 'an idle Node process', measure: bare};

export const rows: readonly Row[] = [
  {
    ...{name: 'rss', ours, reference, figure: 'quietMiB', referenceFigure: 'bareMiB', unit: 'MiB'},
    target: {of: 'ratio', atMost: 2.5},
  },
  {
    ...{name: 'rss-full', ours: {...ours, what: `${scrollbackMiB} MiB of log more`}, figure: 'addedMiB', unit: 'MiB'},
    target: {of: 'value', atMost: 1.3 * scrollbackMiB},
  },
  {
    ...{name: 'rss-packed', ours: {what: `490 MB of log into ${scrollbackMiB} MiB: more`, measure: flooded}},
    ...{figure: 'addedMiB', unit: 'MiB', target: {of: 'value', atMost: 2 * scrollbackMiB}},
  },
  {
    ...{name: 'rss-tabs', ours: {what: '64 tabs with 1.9 MB of log each: more', measure: manyTabs}},
    ...{figure: 'perByte', unit: 'bytes a byte', target: {of: 'value', atMost: 1.2}},
  },
];
