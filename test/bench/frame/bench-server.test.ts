import {writeFile} from 'node:fs/promises';
import {expect, test} from 'vitest';
import {BenchServer} from '../../../bench/frame/bench-server.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';

test('pours the lines that are asked for into one log, and says when it is done', async () => {
  await using folder = await temporaryDirectory();
  const file = `${folder.path}/log`;
  await writeFile(file, 'a\nb\nc\n');
  await using server = await BenchServer.start('orders', 'other');
  await server.pour({pipeline: 'orders', file, lines: 2, rate: 1000, last: 'end'});
  expect((await logOf(server)).split('\n').slice(-4)).toEqual(['a', 'b', 'end', '']);
});

test.for(['line', 'block'] as const)('floods one log with a whole file, by %ss', async (chunking) => {
  await using folder = await temporaryDirectory();
  const file = `${folder.path}/log`;
  await writeFile(file, 'a\nb\nc\n');
  await using server = await BenchServer.start('orders');
  await server.flood({pipeline: 'orders', file, chunking, last: 'end'});
  expect((await logOf(server)).split('\n').slice(-5)).toEqual(['a', 'b', 'c', 'end', '']);
});

async function logOf(server: BenchServer): Promise<string> {
  const {body} = await fetch(server.logUrl('orders'));
  let log = '';
  for await (const bytes of body ?? []) {
    log += Buffer.from(bytes).toString();
    if (log.endsWith('end\n')) break;
  }
  return log;
}
