import {expect, test} from 'vitest';
import {fetchedOnce, generated, ordersProgram} from './real-pipeline.ts';
import {felderaForAll, needsOwnServer, prepareOwn, rowOf, stopAtEnd} from './suite.ts';

const feldera = felderaForAll();

prepareOwn(async ({client}) => {
  const dead = fetchedOnce('web', 'http://127.0.0.1:9/orders.json');
  await client.put('unread-dead', ordersProgram([dead, generated('gen', 40)]));
  await client.put('unread-well', ordersProgram([generated('gen', 40)]));
  for (const name of ['unread-dead', 'unread-well']) await client.run(name);
});
stopAtEnd('unread-dead', 'unread-well');

test('an input that is dead: told where its log was read, and that it was not read elsewhere', async (context) => {
  needsOwnServer(context);
  const rig = feldera();
  await rig.client.run('unread-dead');
  await using following = await rig.start('logs', '--follow', 'unread-dead');
  await following.untilStdout('Input endpoint orders.web failed');
  // Neither list nor statistics tell of it.
  const listed: {name: string}[] = JSON.parse((await rig.run('list', '-o', 'json')).stdout);
  const facts = (name: string) => listed.find((each) => each.name === name);
  expect(facts('unread-dead')).toMatchObject({state: 'Running', degraded: true, logRead: true, connectorErrors: 0});
  expect(facts('unread-well')).toMatchObject({state: 'Running', degraded: false, logRead: true});
  for (const names of [['unread-dead'], ['unread-*']]) {
    const {stdout} = await rig.run('status', ...names);
    expect(stdout).toMatch(
      /^unread-dead\n {2}Running, but degraded \(API\)\n {2}orders\.web stopped with a fatal error: .*Connection refused/,
    );
  }
  await using view = await rig.open(['unread-well'], {cols: 150, rows: 40});
  await view.live();
  await view.terminal.waitFor(() => /^◦ Running/.test(rowOf(view, 'unread-dead')));
  await view.terminal.waitFor(() => / logs? not read /.test(view.header()));
  await view.terminal.waitFor(() => /^● Running$/.test(rowOf(view, 'unread-well')));
  await view.terminal.press('A');
  await view.terminal.waitFor(/ Errors .* \d+ logs? not read/);
  // Moving to it in the list is enough.
  await view.terminal.press('Esc', 'Tab', 'k');
  await view.terminal.waitFor(() => /^◐ Degraded( +\d+✗)?$/.test(rowOf(view, 'unread-dead')));
});

test('without a tab, its log is read where all logs are', async (context) => {
  needsOwnServer(context);
  const rig = feldera();
  await rig.client.run('unread-dead');
  await using view = await rig.open(['unread-well', '--read-logs', 'all'], {cols: 150, rows: 40});
  await view.live();
  await view.terminal.waitFor(() => /^◐ Degraded( +\d+✗)?$/.test(rowOf(view, 'unread-dead')));
  await view.terminal.waitFor(() => !view.header().includes('not read'));
  expect(view.tabBar()).not.toContain('unread-dead');
  await view.terminal.press('A');
  await view.terminal.waitFor(/ unread-dead .*web/);
});
