import {setTimeout as sleep} from 'node:timers/promises';
import {plainLine} from '../../demo/log-lines.ts';
import {quiet} from '../../demo/scenario.ts';
import {DemoServer} from '../../demo/server.ts';
import type {SoakRequest, SoakState} from './protocol.ts';
import {soakPipelines} from './protocol.ts';

// A demo server in its own process that writes `process.argv[2]` lines a second over all pipelines, as evenly as it can.

const rate = Number(process.argv[2]);
const turn = 20;
const server = await DemoServer.start({scenario: quiet(...soakPipelines)});
let lines = 0;
let isPaused = false;

function writeLine(): void {
  lines += 1;
  const name = soakPipelines[lines % soakPipelines.length] ?? '';
  const pipeline = server.pipeline(name);
  const level = lines % 997 === 0 ? 'ERROR' : lines % 101 === 0 ? 'WARN' : 'INFO';
  const text = `soak line ${lines}. step ${lines % 977} of worker ${lines % 8}${lines % 50 === 0 ? ' wide 日本語 ' : ''}`;
  const message = lines % 40 === 0 ? text.padEnd(600, ' and so on') : text;
  pipeline.write(plainLine({name}, pipeline.stamp(), {level, target: 'dbsp_adapters::controller', message}));
}

async function write(): Promise<void> {
  let begun = performance.now();
  let written = 0;
  for (;;) {
    if (isPaused) {
      await sleep(turn);
      begun = performance.now();
      written = 0;
      continue;
    }
    // Behind by more than a second, the machine has no more to give: it is not made up for.
    const due = Math.floor(((performance.now() - begun) * rate) / 1000);
    if (due - written > rate) {
      begun = performance.now();
      written = 0;
    }
    for (; written < due; written++) writeLine();
    await sleep(turn);
  }
}

function act(request: SoakRequest): void {
  switch (request.kind) {
    case 'cut':
      server.cutConnections({reset: request.reset, ...(request.name !== undefined && {name: request.name})});
      break;
    case 'restart':
      server.pipeline(request.name).stop();
      server.pipeline(request.name).start();
      break;
    case 'pause':
    case 'resume':
      isPaused = request.kind === 'pause';
      break;
    case 'state':
  }
}

function state(id: number): SoakState {
  const followers = server.pipelines.flatMap((pipeline) => [...pipeline.followers]);
  const {user, system} = process.cpuUsage();
  return {
    id,
    url: server.url,
    lines,
    connections: server.totalLogConnections,
    open: server.openLogConnections(),
    queued: followers.reduce((sum, {queued}) => sum + queued, 0),
    cpuMs: (user + system) / 1000,
  };
}

process.on('message', (message) => {
  const request = message as SoakRequest;
  act(request);
  process.send?.(state(request.id));
});
process.on('disconnect', () => process.exit());
await write();
