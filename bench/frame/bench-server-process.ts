import {readFileSync} from 'node:fs';
import {open} from 'node:fs/promises';
import {setTimeout as sleep} from 'node:timers/promises';
import {quiet} from '../../demo/scenario.ts';
import {DemoServer} from '../../demo/server.ts';
import {blocksOf, linesOf} from './log-blocks.ts';

/** Lines to write: the first of a file, and one of its own after them, by which it is seen that all have come. */
export type Pour = {
  readonly pipeline: string;
  readonly file: string;
  readonly lines: number;
  /** Lines a second. */
  readonly rate: number;
  readonly last?: string;
};

/** How a log is cut into the chunks of HTTP: as Feldera does when lines come singly, or as large as they may be. */
export type Chunking = 'line' | 'block';

/** A whole file, as fast as it is taken, and a line of its own after it. */
export type Flood = {
  readonly pipeline: string;
  readonly file: string;
  readonly chunking: Chunking;
  readonly last: string;
};

export type BenchAnswer = {readonly url: string};

/** More than any log of the benches has: none is cut off because it is taken slowly, or forgets its beginning. */
const noLimit = 20_000_000;

/** Started by BenchServer with the names of its pipelines: replies once when it listens, then once to each request. */
if (process.argv[1] === import.meta.filename) {
  const server = await DemoServer.start({
    scenario: quiet(...process.argv.slice(2)),
    ringLimits: {bytes: Number.POSITIVE_INFINITY, entries: noLimit},
    followerLimit: noLimit,
  });
  const answer = () => process.send?.({url: server.url} satisfies BenchAnswer);
  process.on('message', async (wish: Pour | Flood) => {
    if ('chunking' in wish) flood(server, wish);
    else await pour(server, wish);
    answer();
  });
  process.on('disconnect', () => process.exit());
  answer();
}

async function pour(server: DemoServer, {pipeline: name, file, lines, rate, last}: Pour): Promise<void> {
  const pipeline = server.pipeline(name);
  const entries = await firstLines(file, lines);
  await paced(entries.length, rate, {
    now: () => performance.now(),
    // The shortest wait that a timer has.
    wait: () => sleep(1),
    act: (index) => void pipeline.write(entries[index] ?? ''),
  });
  if (last !== undefined) pipeline.write(last);
}

function flood(server: DemoServer, {pipeline: name, file, chunking, last}: Flood): void {
  const pipeline = server.pipeline(name);
  const log = readFileSync(file);
  const entries = chunking === 'line' ? linesOf(log) : blocksOf(log);
  for (const entry of entries) pipeline.write(entry);
  pipeline.write(last);
}

/**
 * Does something `count` times, `rate` times a second, as evenly as the waits allow. What fell behind is made up for, so
 * that the whole takes as long as it has to.
 */
export async function paced(
  count: number,
  rate: number,
  {
    now,
    wait,
    act,
  }: {
    /** Milliseconds. */
    now: () => number;
    wait: () => Promise<unknown>;
    act: (index: number) => void;
  },
): Promise<void> {
  const begun = now();
  for (let done = 0; done < count; ) {
    await wait();
    const due = Math.min(count, Math.floor(((now() - begun) * rate) / 1000));
    for (; done < due; done++) act(done);
  }
}

async function firstLines(path: string, count: number): Promise<string[]> {
  const lines: string[] = [];
  await using file = await open(path);
  for await (const line of file.readLines()) {
    if (lines.push(line) === count) break;
  }
  if (lines.length < count) throw new Error(`${path} has ${lines.length} lines, not ${count}`);
  return lines;
}
