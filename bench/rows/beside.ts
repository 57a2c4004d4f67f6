import {appendFile, open} from 'node:fs/promises';
import path from 'node:path';
import {colourLine} from '../../demo/log-lines.ts';
import {openTerminal, type Terminal, type TerminalOptions} from '../../test/harness/terminal.ts';
import {search} from '../frame/ask-log.ts';
import {startOf} from '../frame/built-program.ts';
import {command} from '../frame/command.ts';
import {cpuMsOf, rests, rssOf} from '../frame/process-use.ts';
import type {BenchContext, Row, Sample, Tool} from '../frame/row.ts';

/**
 * Beside what users would pick, each in a terminal of 200×50 or in a shell: a log of 1 GB, in the system's cache. Each
 * question is timed from the start of the process until its result is there, the keys pressed as soon as the end of the log
 * is on the screen; `search` is asked of an open log, when its process is at rest.
 */
const size = {cols: 200, rows: 50};
const mib = 1024 ** 2;
const errors = 'ERROR';
const pattern = 'Connection refused';
/** What 1 GB takes the slowest of them on a machine that is busy, milliseconds. */
const timeout = 600_000;
/** After which keys are pressed again, milliseconds. */
const againMs = 300;

/** A log of 1 GB, and texts by which places in it are seen. */
type LargeLog = {readonly file: string; readonly first: string; readonly firstError: string; readonly last: string};

/** 1,000,000 lines are 165 MB. */
const times = 6.1;
const [first, last] = ['step 1 finished', 'the last line of the log'];
const made = new Map<BenchContext['logFile'], Promise<LargeLog>>();

/** Made when it is first needed. Its times rise from line to line: lnav sorts by them. */
async function largeLog({logFile}: BenchContext): Promise<LargeLog> {
  const log = made.get(logFile) ?? makeLog(logFile);
  made.set(logFile, log);
  return await log;
}

async function makeLog(logFile: BenchContext['logFile']): Promise<LargeLog> {
  const file = await logFile(times);
  const event = {level: 'INFO', target: 'bench', message: last} as const;
  await appendFile(file, `${colourLine({name: 'orders'}, '2026-11-26T00:00:00.000000Z', event)}\n`);
  return {file, first, firstError: await firstErrorOf(file), last};
}

async function firstErrorOf(path: string): Promise<string> {
  await using file = await open(path);
  for await (const line of file.readLines()) {
    const [number] = /ERROR.*(\(event #\d+\))/.exec(line)?.slice(1) ?? [];
    if (number !== undefined) return number;
  }
  throw new Error(`${path} has no error`);
}

/** What a terminal runs. */
type Program = Pick<TerminalOptions, 'command' | 'args' | 'env'>;

const pipetail = ({tree}: BenchContext, {file}: LargeLog): Program => startOf(tree, 'open', file);
/** lnav has a description of Feldera's lines: without one it would know neither their times nor their levels. */
const formats = path.resolve(import.meta.dirname, '../lnav');
const lnav = (_: BenchContext, {file}: LargeLog): Program => ({command: 'lnav', args: ['-I', formats, file]});

/** Until the end of the log is there, until its first error is, and the memory of the process then. */
async function look(
  program: Program,
  log: LargeLog,
  ask: (terminal: Terminal) => Promise<Sample> = async () => ({}),
): Promise<Sample> {
  const begun = performance.now();
  await using terminal = await openTerminal({...program, ...size});
  await terminal.waitFor(log.last, {timeout});
  const endMs = performance.now() - begun;
  await goToFirstError(terminal, log);
  const firstErrorMs = performance.now() - begun;
  await rests(() => cpuMsOf(terminal.pid));
  const rssMiB = (await rssOf(terminal.pid)) / mib;
  return {endMs, firstErrorMs, rssMiB, ...(await ask(terminal))};
}

/**
 * From the end of a log to its first error. One that has not looked at all lines yet may go to a later one: the keys, which
 * both programs have, are pressed again until it is the right one.
 */
async function goToFirstError(terminal: Terminal, log: LargeLog): Promise<void> {
  for (let isThere = false; !isThere; ) {
    terminal.write('g');
    await terminal.waitFor(log.first, {timeout});
    terminal.write('e');
    isThere = await terminal.waitFor(log.firstError, {timeout: againMs}).then(
      () => true,
      () => !terminal.running,
    );
  }
}

async function measure(context: BenchContext): Promise<Sample> {
  const log = await largeLog(context);
  return await look(pipetail(context, log), log, async (terminal) => {
    const {ms, count} = await search(terminal, pattern);
    return {searchMs: ms, found: count};
  });
}

/** From the start until the screen has the number of lines with an error, which is searched for once the end is there. */
async function countErrors(context: BenchContext): Promise<Sample> {
  const log = await largeLog(context);
  const begun = performance.now();
  await using terminal = await openTerminal({...pipetail(context, log), ...size});
  await terminal.waitFor(log.last, {timeout});
  const {count} = await search(terminal, errors);
  return {errorsMs: performance.now() - begun, count};
}

const byLnav: Pick<Row, 'reference' | 'needs'> = {
  reference: {
    what: 'lnav',
    measure: async (context) => {
      const log = await largeLog(context);
      return await look(lnav(context, log), log);
    },
  },
  needs: [{command: 'lnav', package: 'lnav'}],
};

/** `line`: a command that counts lines of the log. */
function byShell(line: string, tool: Tool): Pick<Row, 'reference' | 'referenceFigure' | 'needs'> {
  const reference = command(`${line} "$LOG"`, async (context) => (await largeLog(context)).file);
  return {reference, referenceFigure: 'wallMs', needs: [tool]};
}

const grep: Tool = {command: 'grep', package: 'grep'};
const ripgrep: Tool = {command: 'rg', package: 'ripgrep'};
const found: Pick<Row, 'ours' | 'figure' | 'count' | 'unit'> = {
  ours: {what: `search ${pattern} in it`, measure},
  ...{figure: 'searchMs', count: 'found', unit: 'ms'},
};

export const rows: readonly Row[] = [
  {
    ...{name: 'beside-end', ours: {what: 'a log of 1 GB: its end', measure}, figure: 'endMs', unit: 'ms'},
    target: {of: 'value', atMost: 1200},
    why: 'the whole file is read and its lines are counted before its end is shown.',
  },
  {
    ...{name: 'beside-first-error-lnav', ours: {what: 'its first error', measure}, figure: 'firstErrorMs'},
    ...{unit: 'ms', ...byLnav},
  },
  {
    ...{name: 'beside-errors-grep', ours: {what: 'the number of its errors', measure: countErrors}},
    ...{figure: 'errorsMs', unit: 'ms', ...byShell(`grep -c ${errors}`, grep)},
  },
  {name: 'beside-search-grep', ...found, ...byShell(`grep -c '${pattern}'`, grep)},
  {name: 'beside-search-ripgrep', ...found, ...byShell(`rg -c '${pattern}'`, ripgrep)},
  {
    ...{name: 'beside-memory-lnav', ours: {what: 'memory with it', measure}, figure: 'rssMiB', unit: 'MiB'},
    ...byLnav,
  },
];
