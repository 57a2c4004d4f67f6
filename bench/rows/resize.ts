import {setTimeout as sleep} from 'node:timers/promises';
import {BusyServer} from '../frame/busy-server.ts';
import {openLog} from '../frame/open-log.ts';
import {Probe} from '../frame/probe.ts';
import type {BenchContext, Row, Sample} from '../frame/row.ts';

const sizes = [
  [120, 40],
  [80, 24],
  [160, 45],
  [200, 50],
] as const;
const resizes = 100;
/** Milliseconds between two of them. */
const pace = 100;

/** The longest hold of the program's event loop while its terminal is resized and a log comes at 10,000 lines/s. */
async function measure({tree, logFile}: BenchContext): Promise<Sample> {
  const names = ['orders'];
  await using server = new BusyServer({pipelines: names, writers: 1, rate: 10_000, log: await logFile('coloured')});
  const {url} = await server.ask('work');
  await using probe = await Probe.make();
  await using terminal = await openLog(tree, {url, names, env: probe.env});
  await probe.ask('hold');
  for (let count = 0; count < resizes; count++) {
    const [cols, rows] = sizes[count % sizes.length] ?? [200, 50];
    terminal.resize(cols, rows);
    await sleep(pace);
  }
  return {holdMs: await probe.ask('hold')};
}

export const rows: readonly Row[] = [
  {
    name: 'hold-resize',
    ours: {what: 'longest hold: 100 resizes in 10 s at 10,000 lines/s', measure},
    ...{figure: 'holdMs', unit: 'ms', target: {of: 'value', atMost: 16}},
  },
];
