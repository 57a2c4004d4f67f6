import {appendFile, open} from 'node:fs/promises';
import {colourLine} from '../../demo/log-lines.ts';
import type {BenchContext} from './row.ts';

/** A log of 1 GB, and texts by which places in it are seen. */
export type LargeLog = {
  readonly file: string;
  readonly first: string;
  readonly firstError: string;
  readonly last: string;
};

/** 1,000,000 lines are 165 MB. */
const times = 6.1;
const [first, last] = ['step 1 finished', 'the last line of the log'];

const made = new Map<BenchContext['logFile'], Promise<LargeLog>>();

/** Made when it is first needed. Its times rise from line to line: lnav sorts by them. */
export async function largeLog({logFile}: BenchContext): Promise<LargeLog> {
  const log = made.get(logFile) ?? makeLog(logFile);
  made.set(logFile, log);
  return await log;
}

async function makeLog(logFile: BenchContext['logFile']): Promise<LargeLog> {
  const file = await logFile('coloured', times);
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
