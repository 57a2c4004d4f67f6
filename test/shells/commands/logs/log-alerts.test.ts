import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {ListPoller} from '../../../../source/engine/pipelines/list-poller.ts';
import {systemClock} from '../../../../source/lib/clock.ts';
import {startLogAlerts} from '../../../../source/shells/commands/logs/log-alerts.ts';
import {openStreams} from '../../../engine/logs/open-streams.ts';
import {eventually} from '../../../harness/eventually.ts';
import {temporaryDirectory} from '../../../harness/temporary-directory.ts';

test('each crash is one alert at once, by the log or the list, however short the run was', async () => {
  await using folder = await temporaryDirectory();
  const {server, client, manager} = await openStreams(['orders']);
  const file = path.join(folder.path, 'alerts');
  const alertsNow = async () => (await readFile(file, 'utf8').catch(() => '')).split('\n').slice(0, -1);
  const poller = new ListPoller({client, clock: systemClock, random: () => 0});
  poller.setAttended(false);
  const end = startLogAlerts({
    ...{command: `cat >> ${file}`, credentialVariables: [], manager, poller, client, clock: systemClock, process},
    note: () => {},
    signal: new AbortController().signal,
  });
  poller.start();
  const stream = manager.open('orders');
  await eventually(
    () => stream.connection.state.kind === 'live',
    () => 'the log is not live',
  );
  const orders = server.pipeline('orders');
  const causes = ['exit status: 5', 'exit status: 6', 'exit status: 7'];
  for (const cause of causes) {
    orders.fail(cause);
    if (cause !== causes.at(-1)) orders.start();
    // No list but that which the log asked for: the next one would be 15 s later.
    await eventually(
      async () => (await alertsNow()).length > causes.indexOf(cause),
      async () => `no alert of ${cause}: ${await alertsNow()}`,
      10_000,
    );
  }
  // `logs` may end with the log, before any list.
  orders.start();
  orders.fail('exit status: 8');
  await eventually(
    () => stream.ends.count === 4,
    () => 'the last end is not in the log',
  );
  manager.close('orders');
  poller.stop();
  await end();
  const told = (await alertsNow()).map((line): unknown => JSON.parse(line));
  expect(told).toEqual(
    [...causes, 'exit status: 8'].map((cause) =>
      expect.objectContaining({kind: 'failed', text: `Failed · ${cause}`, pipeline: 'orders'}),
    ),
  );
});
