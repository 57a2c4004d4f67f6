import {createRandom} from '../../source/lib/random.ts';
import {eventually} from '../../test/harness/eventually.ts';
import type {Terminal} from '../../test/harness/terminal.ts';
import {BusyServer} from '../frame/busy-server.ts';
import {keyFigures, timePresses} from '../frame/key-times.ts';
import {logPresses} from '../frame/log-presses.ts';
import {linesReceived, openLog} from '../frame/open-log.ts';
import {cpuMsOf} from '../frame/process-use.ts';
import type {BenchContext, Row, Sample} from '../frame/row.ts';

/**
 * 64 tabs that get 500 lines/s each, for a minute in which keys are pressed as in `keys`. Then nothing is written any
 * more, each tab is viewed, and the received lines of its status line are compared with what the server wrote: exact,
 * since both count lines, and each log is one line longer than the one before. Each tab has to have come by with one
 * connection: with several, what is counted might be lines that came twice.
 */
const seconds = 60;
const tabs = Array.from({length: 64}, (_, index) => `tab-${String(index + 1).padStart(2, '0')}`);

/** How long a tab that has everything may take to show that; one that has not never does. */
const patience = 5000;

async function measure({tree, logFile}: BenchContext): Promise<Sample> {
  const business = {pipelines: tabs, writers: tabs.length, rate: 500, log: await logFile('coloured')};
  await using server = new BusyServer(business);
  const {url} = await server.ask('work');
  await using terminal = await openLog(tree, {url, names: tabs});
  await eventually(
    async () => (await server.ask('state')).connections === tabs.length,
    () => `${tabs.length} connections\n${terminal.text()}`,
  );
  const random = createRandom(1, 'tabs');
  const times: number[] = [];
  const cpuMs = await cpuMsOf(terminal.pid);
  const begun = performance.now();
  while (performance.now() - begun < seconds * 1000) times.push(...(await timePresses(terminal, logPresses, random)));
  const cpuShare = ((await cpuMsOf(terminal.pid)) - cpuMs) / (performance.now() - begun);
  const {lines, connections} = await server.ask('rest');
  if (connections !== tabs.length) throw new Error(`${connections} connections for ${tabs.length} tabs`);
  return {...keyFigures(times), lost: await linesLost(terminal, lines), lines: sum(lines), cpuShare};
}

async function linesLost(terminal: Terminal, written: readonly number[]): Promise<number> {
  const lost: number[] = [];
  await terminal.press('1');
  for (const count of written) {
    const isWhole = () => linesReceived(terminal) === count;
    // A count that stays below is the answer, not an error.
    await terminal.waitFor(isWhole, {timeout: patience}).catch(() => {});
    lost.push(Math.abs(count - linesReceived(terminal)));
    await terminal.press(']');
  }
  return sum(lost);
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

export const rows: readonly Row[] = [
  {
    ...{name: 'tabs-lost', ours: {what: 'lines lost: 64 tabs × 500 lines/s for 60 s', measure}},
    ...{figure: 'lost', unit: 'lines', target: {of: 'value', atMost: 0}},
  },
  {
    ...{name: 'tabs-keys', ours: {what: 'key to screen meanwhile, p99', measure}},
    ...{figure: 'p99Ms', unit: 'ms', target: {of: 'value', atMost: 50}},
  },
];
