import {eventually} from '../../test/harness/eventually.ts';
import {childrenOf} from '../../test/harness/processes.ts';
import type {TerminalOptions} from '../../test/harness/terminal.ts';
import {openTmux, type Tmux} from '../../test/harness/tmux.ts';
import {BenchServer} from '../frame/bench-server.ts';
import {startOf} from '../frame/built-program.ts';
import {cpuMsOf, nameOf} from '../frame/process-use.ts';
import {RawTerminal} from '../frame/raw-terminal.ts';
import type {BenchContext, Row, Sample, Task} from '../frame/row.ts';

/**
 * Following a log that writes 10,000 lines a second, ten seconds long, in tmux: CPU time of pipetail, all its threads,
 * from before the first line until the last one is on the screen; then ten seconds more, in which little is compiled. Against
 * less, which follows the same connection of the same server by way of curl (whose CPU time is not counted). The tmux is
 * attached to a terminal that only reads. It has to draw what both write, so its CPU time with theirs is a row of its own.
 */
const size = {cols: 200, rows: 50};
const rate = 10_000;
const seconds = 10;
const pipeline = 'orders';
const last = 'the last line of the log';
const lastOn = 'the last line later on';

type Viewer = {
  readonly start: (options: {tree: string; logUrl: string; url: string}) => Pick<TerminalOptions, 'command' | 'args'>;
  /** What the screen shows once it follows. */
  readonly following: string;
  /** The name of the process that is measured. */
  readonly name: string;
};

const pipetail: Viewer = {
  start: ({tree, url}) => startOf(tree, '--host', url, pipeline),
  following: 'LIVE',
  name: 'pipetail',
};

/** With `-R`: a log that has colours is one for less too. */
const less: Viewer = {
  start: ({logUrl}) => ({command: 'sh', args: ['-c', `curl -sN ${logUrl} | less -R +F`]}),
  following: 'Waiting for data',
  name: 'less',
};

async function follow(viewer: Viewer, {tree, logFile, lines}: BenchContext): Promise<Sample> {
  const file = await logFile();
  await using server = await BenchServer.start(pipeline);
  const {url} = server;
  await using tmux = await openTmux({
    ...viewer.start({tree, url, logUrl: server.logUrl(pipeline)}),
    ...size,
    keep: false,
  });
  await using _ = await RawTerminal.open({...tmux.attachment, ...size, keep: false});
  await tmux.waitFor(viewer.following);
  const [pid, tmuxPid] = [await processIn(tmux, viewer.name), Number(tmux.format('#{pid}'))];
  const cpu = async () => ({cpuMs: await cpuMsOf(pid), tmuxMs: await cpuMsOf(tmuxPid)});
  const before = await cpu();
  const count = Math.min(rate * seconds, lines);
  await server.pour({pipeline, file, lines: count, rate, last});
  await tmux.waitFor(last);
  const after = await cpu();
  const cpuMs = after.cpuMs - before.cpuMs;
  await server.pour({pipeline, file, lines: count, rate, last: lastOn});
  await tmux.waitFor(lastOn);
  const laterMs = (await cpu()).cpuMs - after.cpuMs;
  return {cpuMs, withTmuxMs: cpuMs + after.tmuxMs - before.tmuxMs, laterMs, count};
}

/** The process of that name in the pane: its first one, or one that it started. */
async function processIn(tmux: Tmux, name: string): Promise<number> {
  const first = Number(tmux.format('#{pane_pid}'));
  return await eventually(
    async () => {
      for (const pid of [first, ...(await childrenOf(first))]) if ((await nameOf(pid)) === name) return pid;
      return undefined;
    },
    () => `no ${name} in the pane`,
  );
}

function taskOf(viewer: Viewer, what: string): Task {
  return {what, measure: (context) => follow(viewer, context)};
}

const ours = taskOf(pipetail, 'following 10,000 lines/s for 10 s');
const unit = 'ms of CPU';

export const rows: readonly Row[] = [
  {
    ...{name: 'follow', ours, reference: taskOf(less, 'curl | less -R +F'), figure: 'cpuMs', unit},
    target: {of: 'ratio', atMost: 1},
  },
  {name: 'follow-tmux', ours: {...ours, what: 'the same with the CPU of tmux'}, figure: 'withTmuxMs', unit},
  {name: 'follow-later', ours: {...ours, what: 'the same for 10 s more'}, figure: 'laterMs', unit},
];
