import {setTimeout as sleep} from 'node:timers/promises';
import {openTerminal} from '../../test/harness/terminal.ts';
import {BenchServer} from '../frame/bench-server.ts';
import {startOf} from '../frame/built-program.ts';
import type {BenchContext, Row, Sample} from '../frame/row.ts';

/**
 * What a line of a log costs on the way to the terminal: the bytes that are written while a line comes each second, by the
 * number of lines, in a terminal of 120×40 on a fast line. There are ten pipelines, and one is shown without the list. A
 * line of the log has 163 bytes; `curl | less -R +F` writes 204 for it, which is the target.
 */
const size = {cols: 120, rows: 40};
const pipelines = Array.from({length: 10}, (_, index) => `pipeline-${index + 1}`);
const [pipeline = ''] = pipelines;
const lines = 20;
/** More than a screen, so that it moves with each line that is counted. */
const linesBefore = 100;
/** Milliseconds after which a screen is at rest. */
const settleMs = 2000;

async function measure({tree, logFile}: BenchContext): Promise<Sample> {
  const file = await logFile();
  await using server = await BenchServer.start(...pipelines);
  await using terminal = await openTerminal({...startOf(tree, '--host', server.url, ...pipelines), ...size});
  await terminal.waitFor(() => /\bLIVE\b/.test(terminal.row(0)));
  // The list is hidden: the log has the whole width.
  await terminal.press('1', 'z');
  await server.pour({pipeline, file, lines: linesBefore, rate: 1000});
  await sleep(settleMs);
  const before = terminal.output.length;
  await server.pour({pipeline, file, lines, rate: 1});
  await sleep(settleMs);
  return {bytesPerLine: (terminal.output.length - before) / lines};
}

export const rows: readonly Row[] = [
  {
    ...{name: 'bytes-1', ours: {what: 'without the list, 1 line/s', measure}, figure: 'bytesPerLine'},
    ...{unit: 'B a line', target: {of: 'value', atMost: 204}},
  },
];
