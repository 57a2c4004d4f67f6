import {createRandom} from '../../source/lib/random.ts';
import {BusyServer} from '../frame/busy-server.ts';
import {keyFigures, timePresses} from '../frame/key-times.ts';
import {logPresses, repeated} from '../frame/log-presses.ts';
import {openLog} from '../frame/open-log.ts';
import type {BenchContext, Row, Sample} from '../frame/row.ts';

/**
 * From key to screen while one log comes at 10,000 lines/s: keys that change what is seen, pressed while it follows and
 * while it is held, in a terminal of 200×50. See `timePresses` for what is counted.
 */
async function measure({tree, logFile}: BenchContext): Promise<Sample> {
  const names = ['orders'];
  await using server = new BusyServer({pipelines: names, writers: 1, rate: 10_000, log: await logFile('coloured')});
  const {url} = await server.ask('work');
  await using terminal = await openLog(tree, {url, names});
  return keyFigures(await timePresses(terminal, repeated(logPresses, 200), createRandom(1, 'keys')));
}

export const rows: readonly Row[] = [
  {
    name: 'keys',
    ours: {what: 'key to screen at 10,000 lines/s, p99', measure},
    ...{figure: 'p99Ms', unit: 'ms', target: {of: 'value', atMost: 50}},
  },
];
