import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {BusyServer} from '../../../bench/frame/busy-server.ts';
import {writeLog} from '../../../bench/frame/log-data.ts';
import {eventually} from '../../harness/eventually.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';

test('counts what it writes, and writes while it works', async () => {
  await using folder = await temporaryDirectory();
  const log = `${folder.path}/log`;
  await writeLog(log, 2000);
  await using server = new BusyServer({pipelines: ['a', 'b', 'idle'], writers: 2, rate: 1000, log});
  const {lines: before} = await server.ask('state');
  const [a = 0, b = 0] = before;
  // Lines of the runner, the same for both, and of b one line more for being the second.
  expect(b).toBe(a + 1);
  await server.ask('work');
  await eventually(
    async () => ((await server.ask('state')).lines[0] ?? 0) >= a + 20,
    () => '20 lines more',
  );
  const {lines: after, url} = await server.ask('rest');
  expect((after[0] ?? 0) - a).toBe((after[1] ?? 0) - b);
  await sleep(50);
  expect((await server.ask('state')).lines).toEqual(after);
  // What it counts is what a follower gets.
  expect(await linesOf(`${url}/v0/pipelines/a/logs`, after[0] ?? 0)).toBe(after[0]);
});

/** Reads a log until it has so many lines, and what comes with them. */
async function linesOf(url: string, count: number): Promise<number> {
  const {body} = await fetch(url);
  let lines = 0;
  for await (const bytes of body ?? []) {
    lines += Buffer.from(bytes).toString('latin1').split('\n').length - 1;
    if (lines >= count) break;
  }
  return lines;
}
