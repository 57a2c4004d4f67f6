import {setTimeout as sleep} from 'node:timers/promises';
import {createRandom} from '../../source/lib/random.ts';
import {openTerminal} from '../../test/harness/terminal.ts';
import {startOf} from '../frame/built-program.ts';
import {BusyServer} from '../frame/busy-server.ts';
import {keyFigures, timePresses} from '../frame/key-times.ts';
import {listPresses} from '../frame/list-presses.ts';
import {repeated} from '../frame/log-presses.ts';
import {cpuMsOf} from '../frame/process-use.ts';
import type {BenchContext, Row, Sample} from '../frame/row.ts';

/**
 * A server with 5,000 pipelines, in a terminal of 200×50. First the list changes between any two polls, so that each is
 * parsed, and keys scroll, sort and filter it: see `timePresses`. Then nothing changes and no key comes: CPU time of
 * the whole process, in per cent of a core, with the default interval of polling (2 s) and one quiet log open.
 */
const names = Array.from({length: 5000}, (_, index) => `pipeline-${String(index).padStart(4, '0')}`);
const presses = 200;

/** The preview has been opened, and what was compiled while keys were pressed is thrown away. */
const settleMs = 5000;
/** Polls are 15 then: a tick of 10 ms, in which the kernel counts, is 0.03 %. */
const quietMs = 30_000;

async function measure({tree, logFile}: BenchContext): Promise<Sample> {
  const log = await logFile('coloured');
  await using server = new BusyServer({pipelines: names, writers: 0, rate: 0, log, mixed: true, changing: names[2500]});
  const {url} = await server.ask('work');
  await using terminal = await openTerminal({...startOf(tree, '--host', url), cols: 200, rows: 50});
  await terminal.waitFor(() => terminal.row(0).includes('5,000 pipelines') && /\bLIVE\b/.test(terminal.row(0)));
  await terminal.press('Home');
  const times = await timePresses(terminal, repeated(listPresses, presses), createRandom(1, 'pipelines'));

  await server.ask('rest');
  await sleep(settleMs);
  const [cpuMs, begun] = [await cpuMsOf(terminal.pid), performance.now()];
  await sleep(quietMs);
  const share = ((await cpuMsOf(terminal.pid)) - cpuMs) / (performance.now() - begun);
  return {...keyFigures(times), quietCpu: share * 100};
}

const quiet = {what: '5,000 pipelines, nothing changes: CPU', measure};
const keys = {what: '5,000 pipelines, the list changes: key to screen, p99', measure};

export const rows: readonly Row[] = [
  {
    ...{name: 'pipelines-keys', ours: keys, figure: 'p99Ms', unit: 'ms'},
    ...{target: {of: 'value', atMost: 50}},
  },
  {
    ...{name: 'pipelines-quiet', ours: quiet, figure: 'quietCpu', unit: '% of a core'},
    ...{target: {of: 'value', atMost: 1}},
  },
];
