import {test} from 'vitest';
import {eventually, WAIT_MS} from '../harness/eventually.ts';
import {generated, ordersProgram} from './real-pipeline.ts';
import {felderaForAll, needsOwnServer, prepareOwn, rowOf, stopAtEnd} from './suite.ts';

const feldera = felderaForAll();
/** Megabytes. */
const limit = 1;

prepareOwn(async ({client}) => {
  const storage = {backend: {name: 'default'}, min_storage_bytes: 0};
  await client.put('fills', ordersProgram([generated('gen', 5000)]), {storage, resources: {storage_mb_max: limit}});
});
stopAtEnd('fills');

test('a storage that is nearly full, by the limit of its configuration: status, page and list', async (context) => {
  needsOwnServer(context);
  const rig = feldera();
  await rig.client.run('fills');
  const full = /Storage is nearly full: [\d.]+ [kM]B of 1 MB are in use, \d+ %/;
  const status = async () => (await rig.run('status', 'fills')).stdout;
  await eventually(async () => full.test(await status()), status, WAIT_MS, 2000);
  await using view = await rig.open(['fills'], {cols: 120, rows: 30});
  await view.live();
  await view.terminal.waitFor(() => /● Running/.test(rowOf(view, 'fills')));
  await view.terminal.press('d');
  await view.terminal.waitFor(full);
  await view.terminal.waitFor(/it grew by .* · the pipeline fails when it is full/);
  await view.terminal.waitFor("Feldera's guide: increase the storage of the pipeline");
  await view.terminal.press('Esc');
  await view.terminal.waitFor(() => /◐ Degraded/.test(rowOf(view, 'fills')));
});
