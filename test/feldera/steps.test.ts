import {expect, test} from 'vitest';
import {felderaForAll, needsOwnServer, prepareOwn} from './suite.ts';

const feldera = felderaForAll();

prepareOwn(async ({client}) => {
  await client.put('table-steps');
});

/** Lines of Feldera's engine: the one that is compiled for tests has no Delta tables. */
const target = 'dbsp_adapters::integrated::delta_table::input';
const lines = [
  `[table-steps] 2026-12-02T03:00:01.000001Z  INFO ${target}:  delta_table t.delta: snapshot load completed (records: 120000, version: 7)`,
  `[table-steps] 2026-12-02T03:00:02.000001Z  INFO ${target}:  delta_table t.delta: snapshot phase completed, switching to follow mode (records: 120000, version: 7)`,
];

test('what a connector did is in the timeline, of the screen and of the command, and no problem', async (context) => {
  needsOwnServer(context);
  const rig = feldera();
  await rig.client.run('table-steps');
  await rig.client.control('table-steps', {raw: Buffer.from(`${lines.join('\n')}\n`).toString('hex')});
  await using view = await rig.open(['table-steps'], {cols: 120, rows: 40});
  await view.live();
  await view.terminal.press('H');
  await view.terminal.waitFor(/step .*t\.delta: following began \(version 7\)/);
  await view.terminal.waitFor(/step .*t\.delta: snapshot complete: 120,000 records \(version 7\)/);
  const {stdout} = await rig.run('timeline', 'table-steps', '-o', 'json');
  const steps = JSON.parse(stdout).rows.filter(({what}: {what: string}) => what === 'step');
  expect(steps).toMatchObject([
    {time: '2026-12-02T03:00:02.000Z', text: 't.delta: following began (version 7)', from: 'log'},
    {time: '2026-12-02T03:00:01.000Z', text: 't.delta: snapshot complete: 120,000 records (version 7)', from: 'log'},
  ]);
  expect((await rig.run('status', 'table-steps')).stdout).toMatch(/^table-steps\n {2}Running, no known problems/);
});
