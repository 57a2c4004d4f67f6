import {open} from 'node:fs/promises';
import {setTimeout as sleep} from 'node:timers/promises';
import {quiet} from '../../source/demo/scenario.ts';
import {DemoServer} from '../../source/demo/server.ts';
import {paced} from './paced.ts';

/** Lines to write: the first of a file, and one of its own after them, by which it is seen that all have come. */
export type Pour = {
  readonly pipeline: string;
  readonly file: string;
  readonly lines: number;
  /** Lines a second. */
  readonly rate: number;
  readonly last?: string;
};

export type BenchAnswer = {readonly url: string};

/** Started by BenchServer with the names of its pipelines: answers once when it listens, then once a pour. */
if (process.argv[1] === import.meta.filename) {
  const server = await DemoServer.start({scenario: quiet(...process.argv.slice(2))});
  const answer = () => process.send?.({url: server.url} satisfies BenchAnswer);
  process.on('message', async (pour: Pour) => {
    await write(server, pour);
    answer();
  });
  process.on('disconnect', () => process.exit());
  answer();
}

async function write(server: DemoServer, {pipeline: name, file, lines, rate, last}: Pour): Promise<void> {
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

async function firstLines(path: string, count: number): Promise<string[]> {
  const lines: string[] = [];
  await using file = await open(path);
  for await (const line of file.readLines()) {
    if (lines.push(line) === count) break;
  }
  if (lines.length < count) throw new Error(`${path} has ${lines.length} lines, not ${count}`);
  return lines;
}
