import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {eventually} from '../harness/eventually.ts';
import {failureIn} from '../harness/log-reader.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import type {Version} from './kit.ts';
import {felderaForAll, needsOlderServer, ownManager, Rig, rowOf} from './suite.ts';

felderaForAll();

type Listed = {readonly name: string; readonly connectorErrors: number | null};
type Line = {readonly time: string | null; readonly level: string | null; readonly message: string};

const statuses = ['Status transition: stopped -> provisioning', 'Status transition: stopping -> stopped'];
const resources = ['Resources transition: stopped -> provisioning', 'Resources transition: stopping -> stopped'];

test.for<{
  readonly version: Version;
  /** Lines of JSON in the logs. */
  readonly json: boolean;
  readonly said: readonly string[];
}>([
  {version: '0.100', json: false, said: statuses},
  {version: '0.200', json: false, said: resources},
  {version: '0.200', json: true, said: resources},
  {version: '0.280', json: false, said: resources},
])('$version, JSON $json: runs, records, what it does not tell, and its version', async (row, context) => {
  const {version, json} = row;
  const [begins = '', ends = ''] = row.said;
  needsOlderServer(context);
  await using manager = await ownManager({version, json});
  const client = manager.client();
  const rig = new Rig(client);
  await client.put('old');
  await client.run('old');
  await client.stop('old');
  await client.run('old');

  const [listed]: Listed[] = JSON.parse((await rig.run('list', '-o', 'json')).stdout);
  expect(listed).toMatchObject({name: 'old', state: 'Running', connectorErrors: null});
  const status = await rig.run('status', 'old', '-o', 'json');
  expect(status.stderr).toBe('');
  expect(JSON.parse(status.stdout)).toMatchObject([{serverVersion: `${version}.0`, connectorErrors: null}]);

  const api = rig.api();
  const {signal} = new AbortController();
  const why = async (asked: Promise<unknown>) => {
    const failure = failureIn(await asked.then(() => undefined).catch((error: unknown) => error));
    return failure.kind === 'cancelled' ? failure.kind : failure.reason;
  };
  // The parameter is ignored, and what the process does not tell is undefined.
  expect(await api.getStats('old', signal)).toMatchObject({state: 'Running', outputStall: undefined, connectors: []});
  expect(await why(api.getTimeSeries('old', signal))).toBe('unsupported');
  expect(await why(api.listEvents('old', signal))).toBe('unsupported');
  await api.close();

  const logs = (await rig.run('logs', 'old', '-o', 'json')).stdout.trimEnd().split('\n');
  const lines: Line[] = logs.map((line) => JSON.parse(line));
  expect(lines[0]).toMatchObject({level: 'INFO', message: 'Fresh start of pipeline logs'});
  expect(lines.filter(({time, level}) => time === null || level === null)).toEqual([]);

  await using view = await rig.open(['old'], {cols: 130, rows: 30});
  await view.live(/run 2 of 2 · running · since /);
  // Of its errors it tells nothing. The list may come after the log.
  await view.terminal.waitFor(() => /● Running +–$/.test(view.list()[0] ?? ''));
  await view.terminal.press('{');
  await view.terminal.waitFor(begins);
  await view.terminal.press('{');
  await view.terminal.waitFor(/run 1 of 2 · stopped · \d\d:\d\d:\d\d – \d\d:\d\d:\d\d/);
  await view.terminal.press('g');
  await view.terminal.waitFor(/\d INFO {2}runner +Fresh start of pipeline logs/);
  expect(lines.some(({message}) => message.startsWith(ends))).toBe(true);
  await view.terminal.press('i');
  await view.terminal.waitFor(`Feldera ${version}.0`);
});

test('0.100: a resume after a pause alerts nothing, a crash once', async (context) => {
  needsOlderServer(context);
  await using manager = await ownManager({version: '0.100'});
  await using folder = await temporaryDirectory();
  const alerts = path.join(folder.path, 'alerts');
  const client = manager.client();
  const rig = new Rig(client);
  await client.put('old');
  await client.run('old');
  await using view = await rig.open(['old', '--on-alert', `cat >> ${alerts}`], {cols: 130, rows: 30});
  const seen = async (row: string, run: RegExp) => {
    await view.terminal.waitFor(() => rowOf(view, 'old').includes(row) && run.test(view.shown()[0] ?? ''));
  };
  await seen('● Running', /run 1 of 1 · running · since /);
  await client.pause('old');
  await seen('‖ Paused', /run 1 of 1 · paused · since /);
  // There is no other call for it.
  await client.start('old');
  await seen('● Running', /run 1 of 1 · running · since /);
  // It may end before it has answered.
  await client.control('old', {exit: 5}).catch(() => {});
  await view.terminal.waitFor(() => rowOf(view, 'old').includes('✗ Failed'));
  const told = await eventually(
    async () => {
      const text = await readFile(alerts, 'utf8').catch(() => '');
      return text.endsWith('\n') ? text.trimEnd().split('\n') : undefined;
    },
    () => 'the crash has no alert',
  );
  expect(told.map((line): unknown => JSON.parse(line))).toEqual([
    expect.objectContaining({kind: 'failed', pipeline: 'old', text: expect.stringMatching(/^Failed · .*5/)}),
  ]);
});
