import {statSync} from 'node:fs';
import {monitorEventLoopDelay} from 'node:perf_hooks';
import type {LogBuffer} from '../../source/buffer/log-buffer.ts';
import {type Clock, systemClock} from '../../source/lib/clock.ts';
import {createStore} from '../../source/lib/store.ts';
import {withinDeadline} from '../../source/screen/within-deadline.ts';
import type {LogSource} from '../../source/streams/log-source.ts';
import {PaneModel} from '../../source/ui/pane-model.ts';
import {freshPane, type PaneView} from '../../source/ui/pane-view.ts';
import {followLog, received} from '../frame/follow-log.ts';
import {everything, loadLog} from '../frame/load-log.ts';
import {serveLog} from '../frame/log-server.ts';
import {inOwnProcess, type Log, type Tasks} from '../frame/own-process.ts';
import type {Row, Sample} from '../frame/row.ts';
import {entryOf} from './filter.ts';

/** How long a key may have to wait: the longest hold of the event loop while a pane is worked out as in the program. */
const views: Readonly<Record<string, Partial<PaneView>>> = {
  index: {},
  literal: {search: 'Connection refused'},
  common: {search: 'o'},
  insensitive: {search: 'connection refused'},
  regex: {search: 'CONNECT, [0-9]+ identical'},
  filter: {filters: ['!finished in', 'level:info', 'target:kafka'].map(entryOf), context: 3},
  fold: {fold: true},
};

/**
 * Beside the hold as it is felt, what of it is our own CPU time: that of the longest callback of a timer, where all the
 * work is done. On a machine that does other things, the first is longer than the program can help.
 */
let longestCpu = 0;
const clock: Clock = {
  ...systemClock,
  after: (milliseconds, callback) =>
    systemClock.after(milliseconds, () => {
      const before = process.threadCpuUsage();
      callback();
      const {user, system} = process.threadCpuUsage(before);
      longestCpu = Math.max(longestCpu, (user + system) / 1000);
    }),
};

async function hold(task: () => Promise<void>): Promise<Sample> {
  globalThis.gc?.();
  longestCpu = 0;
  // Its smallest resolution; the figures hold the millisecond that it waits for.
  const delay = monitorEventLoopDelay({resolution: 1});
  delay.enable();
  const start = performance.now();
  await task();
  const wallMs = performance.now() - start;
  delay.disable();
  return {holdMs: delay.max / 1e6, holdCpuMs: longestCpu, wallMs};
}

function workOut(name: string): (log: Log) => Promise<Sample> {
  return async (log) => {
    const model = modelOf(sourceOf(await loadLog(log)));
    if (name !== 'index') await done(model);
    return hold(async () => {
      model.sync({...freshPane, ...views[name]});
      await done(model);
    });
  };
}

/** A log that is received while its pane is shown. */
async function catchUp({path}: Log): Promise<Sample> {
  const server = await serveLog(path, 'block');
  try {
    const stream = followLog(server.url, everything, clock);
    const model = modelOf(stream);
    return await hold(async () => {
      await received(stream, statSync(path).size);
      await done(model);
    });
  } finally {
    server.close();
  }
}

function modelOf(source: LogSource): PaneModel {
  const services = {clock, watch: withinDeadline};
  return new PaneModel(source, {services, isShown: () => true, onEntries: () => {}});
}

/** A log that stands still. */
function sourceOf(buffer: LogBuffer): LogSource {
  const {version, firstId, endId, lineCount, byteLength, droppedLines} = buffer;
  const snapshot = createStore({
    ...{version, firstId, endId, lineCount, byteLength, droppedLines},
    ...{connection: {kind: 'idle'} as const, errorCount: 0, events: [], pipelineId: undefined, lastByteAt: undefined},
  });
  return {name: 'orders', buffer, snapshot, drawLine: () => {}};
}

async function done(model: PaneModel): Promise<void> {
  // The runner's timers do not keep a process alive.
  const awake = setInterval(() => {}, 1000);
  await new Promise<void>((resolve) => model.whenDone(resolve));
  clearInterval(awake);
}

export const tasks: Tasks = {
  ...Object.fromEntries(Object.keys(views).map((name) => [name, workOut(name)])),
  'catch-up': catchUp,
};

export const rows: readonly Row[] = Object.keys(tasks).map((name) => ({
  name: `hold-${name}`,
  ours: inOwnProcess({module: import.meta.url, name, colours: 'coloured'}, `longest hold: ${name}`),
  figure: 'holdMs',
  unit: 'ms',
  target: {of: 'value', atMost: 16},
}));
