import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {eventually} from '../../test/harness/eventually.ts';
import {temporaryDirectory} from '../../test/harness/temporary-directory.ts';
import {BusyServer} from '../frame/busy-server.ts';
import {openLog} from '../frame/open-log.ts';
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
  await using folder = await temporaryDirectory();
  await using server = new BusyServer({pipelines: names, writers: 1, rate: 10_000, log: await logFile('coloured')});
  const {url} = await server.ask('work');
  const file = path.join(folder.path, 'hold');
  const preload = path.join(import.meta.dirname, '../frame/hold-preload.ts');
  const env = {PIPETAIL_BENCH_HOLD: file, NODE_OPTIONS: `--import=${preload}`};
  await using terminal = await openLog(tree, {url, names, env});
  terminal.kill('SIGUSR2');
  for (let count = 0; count < resizes; count++) {
    const [cols, rows] = sizes[count % sizes.length] ?? [200, 50];
    terminal.resize(cols, rows);
    await sleep(pace);
  }
  terminal.kill('SIGUSR2');
  let holdMs = 0;
  await eventually(
    async () => {
      holdMs = Number(await readFile(file, 'utf8').catch(() => ''));
      return holdMs > 0;
    },
    () => 'no hold was written',
  );
  return {holdMs};
}

export const rows: readonly Row[] = [
  {
    name: 'hold-resize',
    ours: {what: 'longest hold: 100 resizes in 10 s at 10,000 lines/s', measure},
    ...{figure: 'holdMs', unit: 'ms', target: {of: 'value', atMost: 16}},
  },
];
