import {setTimeout as sleep} from 'node:timers/promises';
import {createRandom} from '../../source/lib/random.ts';
import {BusyServer} from '../frame/busy-server.ts';
import {keyFigures, timePresses} from '../frame/key-times.ts';
import {logPresses, repeated} from '../frame/log-presses.ts';
import {linesReceived, openLog} from '../frame/open-log.ts';
import {cpuMsOf} from '../frame/process-use.ts';
import type {BenchContext, Row, Sample, Task} from '../frame/row.ts';

/** As many bytes a second as 10,000 lines of a busy pipeline, and no more lines than that. */
const bytesPerSecond = 1_630_000;
const mostLines = 10_000;

const followMs = 10_000;
const presses = 100;
/** A log of 10,000,000 lines takes so long to come, and to be indexed, on a slow machine. */
const patience = 180_000;
const settleMs = 2000;

/**
 * What is seen of a log that has a long past already, all of it in the scrollback: the CPU time of following it for ten
 * seconds, and from key to screen meanwhile. In a terminal of 200×50, without tmux.
 */
async function measure({tree, logFile, lines, lineBytes = 163}: BenchContext): Promise<Sample> {
  const log = await logFile('coloured');
  const names = ['orders'];
  const rate = Math.min(mostLines, Math.round(bytesPerSecond / lineBytes));
  await using server = new BusyServer({pipelines: names, writers: 1, rate, log, history: log});
  const {url} = await server.ask('state');
  const args = ['--scrollback', '8GiB', '--memory', '8GiB'];
  await using terminal = await openLog(tree, {url, names, args, timeout: patience});
  await terminal.waitFor(() => linesReceived(terminal) >= lines, {timeout: patience});
  await restOf(terminal.pid);

  await server.ask('work');
  await sleep(settleMs);
  const [cpuMs, begun] = [await cpuMsOf(terminal.pid), performance.now()];
  await sleep(followMs);
  const share = ((await cpuMsOf(terminal.pid)) - cpuMs) / (performance.now() - begun);
  const times = await timePresses(terminal, repeated(logPresses, presses), createRandom(1, 'growth'));
  return {...keyFigures(times), followMs: share * followMs};
}

/** Waits until a process has done what it had to: the index of a log is made in slices after it has come. */
async function restOf(pid: number): Promise<void> {
  for (let before = -1, now = await cpuMsOf(pid); now - before > 50; now = await cpuMsOf(pid)) {
    before = now;
    await sleep(1000);
  }
}

const ours: Task = {what: 'a log with a past', measure};

export const rows: readonly Row[] = [
  {name: 'follow', ours, figure: 'followMs', unit: 'ms of CPU in 10 s'},
  {name: 'keys', ours, figure: 'p99Ms', unit: 'ms'},
];
