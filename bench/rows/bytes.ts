import {setTimeout as sleep} from 'node:timers/promises';
import {openTerminal} from '../../test/harness/terminal.ts';
import {BenchServer} from '../frame/bench-server.ts';
import type {BenchContext, Row, Sample, Target, Task} from '../frame/row.ts';
import {type SlowViewer, slowViewers} from '../frame/slow-viewers.ts';

/**
 * What a line of a log costs on the way to the terminal: the bytes that are written while lines come at a steady pace, by
 * the number of lines, in a terminal of 120×40 on a fast line. pipetail has ten pipelines, and shows one without the list
 * and beside it; less, tail and a plain Ink program follow the same log of the same server. Its lines have 163 bytes; at
 * 2,000 lines/s no screen but tail's shows them all.
 */
const size = {cols: 120, rows: 40};
const pipelines = Array.from({length: 10}, (_, index) => `pipeline-${index + 1}`);
const [followed = ''] = pipelines;

/** Lines a second, and how many are counted. */
const paces = [
  {rate: 1, lines: 20},
  {rate: 20, lines: 200},
  {rate: 2000, lines: 10_000},
] as const;
type Pace = (typeof paces)[number];

/** More than a screen, so that it moves with each line that is counted. */
const linesBefore = 100;
/** Milliseconds after which a screen is at rest. */
const settleMs = 2000;

async function bytesPerLine(viewer: SlowViewer, {rate, lines}: Pace, {tree, logFile}: BenchContext): Promise<Sample> {
  const file = await logFile('coloured');
  await using server = await BenchServer.start(...pipelines);
  await using terminal = await openTerminal({...viewer.start({tree, url: server.url, names: pipelines}), ...size});
  await terminal.waitFor(viewer.isReady);
  await terminal.press(...viewer.before);
  await server.pour({pipeline: followed, file, lines: linesBefore, rate: 1000});
  await sleep(settleMs);
  const before = terminal.output.length;
  await server.pour({pipeline: followed, file, lines, rate});
  await sleep(settleMs);
  return {bytesPerLine: (terminal.output.length - before) / lines, count: lines};
}

/** Rows that have a viewer and a pace in common share its measurements. */
function tasksAt(pace: Pace): (viewer: SlowViewer) => Task {
  const tasks = new Map<SlowViewer, Task>();
  return (viewer) => {
    const what = `${viewer.what}, ${pace.rate.toLocaleString('en')} lines/s`;
    const task = tasks.get(viewer) ?? {what, measure: (context) => bytesPerLine(viewer, pace, context)};
    tasks.set(viewer, task);
    return task;
  };
}

const {pipetail, pipetailAlone, less, tail, ink} = slowViewers;

export const rows: readonly Row[] = paces.flatMap((pace) => {
  const {rate} = pace;
  const taskOf = tasksAt(pace);
  const row = (name: string, ours: SlowViewer, reference: SlowViewer): Row => ({
    ...{name: `bytes-${rate}${name}`, ours: taskOf(ours), reference: taskOf(reference)},
    ...{figure: 'bytesPerLine', unit: 'B a line'},
  });
  const targetOf = (atMost: number): {target?: Target} => (rate === 1 ? {target: {of: 'value', atMost}} : {});
  return [
    {...row('', pipetailAlone, less), ...targetOf(300)},
    row('-tail', pipetailAlone, tail),
    row('-ink', pipetailAlone, ink),
    {...row('-list', pipetail, less), ...targetOf(1500)},
  ];
});
