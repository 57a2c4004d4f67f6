import {execFile} from 'node:child_process';
import path from 'node:path';
import {promisify} from 'node:util';
import {command} from '../frame/command.ts';
import type {BenchContext, Row, Sample} from '../frame/row.ts';

/**
 * The compressed part of a scrollback: three logs, 490 MB, into 32 MiB of memory, and six, 980 MB, all held and
 * searched. CPU time of the thread that searches; of that for unpacking only half counts, as on two cores.
 */
const pattern = 'Connection refused';

async function measure({tree, logFile}: BenchContext): Promise<Sample> {
  const script = path.join(tree, 'bench/frame/packed-process.ts');
  const {stdout} = await promisify(execFile)(process.execPath, [script, await logFile('coloured'), pattern]);
  return JSON.parse(stdout);
}

export const rows: readonly Row[] = [
  {
    ...{name: 'packed-memory', ours: {what: 'memory of 32 MiB for a byte of the log that it holds', measure}},
    ...{figure: 'perByte', unit: 'bytes a byte', target: {of: 'value', atMost: 0.106}},
  },
  {
    ...{name: 'packed-search', ours: {what: `search ${pattern} in 980 MB`, measure}, figure: 'besides'},
    reference: command(`grep -h '${pattern}' "$LOG"{,,,,,} | wc -l`, 'coloured'),
    ...{referenceFigure: 'cpuMs', unit: 'ms of CPU', target: {of: 'ratio', atMost: 4}},
  },
  {
    ...{name: 'packed-hold', ours: {what: 'longest step of that search', measure}},
    ...{figure: 'longestMs', unit: 'ms of CPU', target: {of: 'value', atMost: 16}},
  },
  {
    ...{name: 'packed-page', ours: {what: 'a page of compressed lines, the slowest of 64', measure}},
    ...{figure: 'pageMs', unit: 'ms', target: {of: 'value', atMost: 30}},
  },
];
