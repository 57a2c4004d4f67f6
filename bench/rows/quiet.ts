import {setTimeout as sleep} from 'node:timers/promises';
import {BenchServer} from '../frame/bench-server.ts';
import {startOf} from '../frame/built-program.ts';
import {cpuMsOf} from '../frame/process-use.ts';
import {RawTerminal} from '../frame/raw-terminal.ts';
import type {BenchContext, Row, Sample} from '../frame/row.ts';

/**
 * What pipetail costs while nothing happens: the list and ten tabs of pipelines that log nothing, on a terminal that has
 * not reported that no user looks. CPU time of the process as a share of one core.
 */
const size = {cols: 200, rows: 50};
const pipelines = Array.from({length: 10}, (_, index) => `pipeline-${index + 1}`);
/** From the last tab's first line: code is compiled, and the first answers that nothing has changed have come. */
const settleMs = 20_000;
const quietMs = 60_000;

async function quiet({tree}: BenchContext): Promise<Sample> {
  await using server = await BenchServer.start(...pipelines);
  const program = startOf(tree, '--host', server.url, ...pipelines);
  await using terminal = await RawTerminal.open({...program, ...size, keep: true});
  await terminal.until('LIVE');
  await sleep(settleMs);
  const [before, begun] = [await cpuMsOf(terminal.pid), performance.now()];
  await sleep(quietMs);
  const cpuMs = (await cpuMsOf(terminal.pid)) - before;
  return {cpuPercent: (cpuMs / (performance.now() - begun)) * 100};
}

export const rows: readonly Row[] = [
  // Less than 0.3 %, in steps of 0.017.
  {
    ...{name: 'quiet', ours: {what: 'ten silent tabs and the list', measure: quiet}},
    ...{figure: 'cpuPercent', unit: '% of a core', target: {of: 'value', atMost: 0.3}},
  },
];
