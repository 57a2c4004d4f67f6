import {constants, setPriority} from 'node:os';
import {setTimeout as sleep} from 'node:timers/promises';
import {plainLine} from '../../demo/log-lines.ts';
import {quiet} from '../../demo/scenario.ts';
import {DemoServer} from '../../demo/server.ts';
import type {FloodAnswer, FloodRequest} from './flood-process.ts';

// A demo server in its own process, so that it can write as fast as a core allows while the program reads on another.

// Where other work leaves no core to the program, its server must not be the one that takes it away: without a cap the
// writer needs 0.14 s to be 100,000 lines ahead, and the test would measure how busy the machine is.
setPriority(constants.priority.PRIORITY_LOW);
/** Lines a millisecond, at the most. `PIPETAIL_FLOOD_RATE=0`: none, as fast as the core can. */
const rate = Number(process.env.PIPETAIL_FLOOD_RATE ?? 60) || Number.POSITIVE_INFINITY;

const name = 'flood';
const batch = 1000;
const server = await DemoServer.start({scenario: quiet(name)});
const pipeline = server.pipeline(name);
let written = 0;
let mostQueued = 0;

/** Milliseconds that the writer makes up for. */
const mostLate = 50;

async function flood(lines: number): Promise<void> {
  let due = performance.now();
  for (let rest = lines; rest > 0; rest -= batch) {
    for (let left = Math.min(batch, rest); left > 0; left--) {
      written += 1;
      const message = `flood line ${written}. records in step ${written % 977} of worker ${written % 8}`;
      const event = {level: 'INFO', target: 'dbsp_adapters::controller', message} as const;
      pipeline.write(plainLine({name}, pipeline.stamp(), event));
    }
    for (const {queued} of pipeline.followers) mostQueued = Math.max(mostQueued, queued);
    // The sockets get their turn; the writer never waits for them. It makes up for timers that are late, not for a second without
    // a core: all lines of that time would come at once, as fast as the core can.
    due = Math.max(due + batch / rate, performance.now() - mostLate);
    const early = due - performance.now();
    await (early >= 1 ? sleep(early) : new Promise(setImmediate));
  }
}

function answer(id: number): FloodAnswer {
  const queued = Math.max(0, ...[...pipeline.followers].map((follower) => follower.queued));
  return {
    id,
    url: server.url,
    entries: pipeline.ring?.next ?? 0,
    queued,
    mostQueued,
    connections: server.totalLogConnections,
    open: server.openLogConnections(),
  };
}

process.on('message', async (message) => {
  const {id, lines} = message as FloodRequest;
  await flood(lines);
  process.send?.(answer(id));
});
process.on('disconnect', () => process.exit());
