import {expect, test} from 'vitest';
import {failureIn} from '../harness/log-reader.ts';
import {felderaForAll, needsOwnServer, ownManager, Rig} from './suite.ts';

felderaForAll();

type Listed = {readonly name: string; readonly connectorErrors: number | null};
type Line = {readonly time: string | null; readonly level: string | null; readonly message: string};

test('0.280: runs, records, what it does not tell, and its version', async (context) => {
  needsOwnServer(context);
  const [begins, ends] = ['Resources transition: stopped -> provisioning', 'Resources transition: stopping -> stopped'];
  await using manager = await ownManager({version: '0.280'});
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
  expect(JSON.parse(status.stdout)).toMatchObject([{serverVersion: '0.280.0', connectorErrors: null}]);

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
  await view.terminal.waitFor(() => /● old +Running +–$/.test(view.list()[0] ?? ''));
  await view.terminal.press('{');
  await view.terminal.waitFor(begins);
  await view.terminal.press('{');
  await view.terminal.waitFor(/run 1 of 2 · stopped · \d\d:\d\d:\d\d – \d\d:\d\d:\d\d/);
  await view.terminal.press('g');
  await view.terminal.waitFor(/\d INFO {2}runner +Fresh start of pipeline logs/);
  expect(lines.some(({message}) => message.startsWith(ends))).toBe(true);
  await view.terminal.press('i');
  await view.terminal.waitFor('Feldera 0.280.0');
});
