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
  const {body} = await fetch(server.logUrl('orders'));
  let log = '';
  for await (const bytes of body ?? []) {
    log += Buffer.from(bytes).toString();
    if (log.endsWith('end\n')) break;
  }
  expect(log.split('\n').slice(-4)).toEqual(['a', 'b', 'end', '']);
});
