import {node} from '../../test/harness/program.ts';
import {BenchServer} from '../frame/bench-server.ts';
import {nodeFlags, startOf} from '../frame/built-program.ts';
import {RawTerminal} from '../frame/raw-terminal.ts';
import type {BenchContext, Row, Sample, Task} from '../frame/row.ts';

/**
 * From the start of the process until the first frame is complete, in a terminal, and until the first line of a pipeline
 * that was named is on the screen. A frame is complete at the end of its synchronised update: the bytes of that end,
 * behind those that open the alternate screen and write the header, have been read from the terminal. The server
 * is warm: it has answered before. Against a Node with nothing to do, from its start to its end in the same kind of
 * terminal.
 */
const size = {cols: 120, rows: 40};
const alternateScreen = '\x1b[?1049h';
const frameEnd = '\x1b[?2026l';
/** The first line of every log. */
const firstLine = 'Fresh start of pipeline logs';

/** How often the server has answered before: one that runs has compiled what it needs for that. */
const answers = 20;

async function measure({tree}: BenchContext): Promise<Sample> {
  await using server = await BenchServer.start('orders');
  for (let count = 0; count < answers; count++) await answerOf(server);
  const program = startOf(tree, '--host', server.url, 'orders');
  await using terminal = await RawTerminal.open({...program, ...size, keep: true});
  const [frameMs, lineMs] = await Promise.all([
    terminal.until(alternateScreen, 'pipetail', frameEnd),
    terminal.until(alternateScreen, firstLine, frameEnd),
  ]);
  return {frameMs, lineMs};
}

/** The list and the first bytes of the log, as the program asks for them. */
async function answerOf(server: BenchServer): Promise<void> {
  await (await fetch(`${server.url}/v0/pipelines`)).arrayBuffer();
  const {body} = await fetch(server.logUrl('orders'));
  const reader = body?.getReader();
  await reader?.read();
  await reader?.cancel();
}

async function bareStart(): Promise<Sample> {
  await using terminal = await RawTerminal.open({command: node, args: [...nodeFlags, '-e', '0'], ...size, keep: false});
  await terminal.exit;
  return {wallMs: performance.now() - terminal.begun};
}

const start: Task = {what: 'first frame', measure};

export const rows: readonly Row[] = [
  {
    ...{name: 'start', ours: start, figure: 'frameMs', unit: 'ms', target: {of: 'ratio', atMost: 3.5}},
    why: 'the largest part is Node’s own start; then come the modules and the frame.',
    ...{reference: {what: 'node -e 0', measure: bareStart}, referenceFigure: 'wallMs'},
  },
  {
    ...{name: 'first-line', ours: {what: 'first line of the log', measure}, figure: 'lineMs', unit: 'ms'},
    ...{reference: start, referenceFigure: 'frameMs', target: {of: 'ratio', atMost: 1.4}},
    why: 'after the first frame undici is loaded and the log asked for.',
  },
];
