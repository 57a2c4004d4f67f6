import {readFileSync} from 'node:fs';
import {expect, onTestFinished, test} from 'vitest';
import {DemoServer} from '../../demo/server.ts';
import {runCommand} from '../harness/program.ts';
import {startReplayServer} from '../harness/replay-server.ts';

async function setUp(names: readonly string[] = ['orders', 'fraud', 'etl']) {
  const server = await DemoServer.start();
  for (const name of names) server.addPipeline(name);
  onTestFinished(() => server.close());
  const pipetail = (...args: string[]) => runCommand([...args, '--host', server.url]);
  return {server, pipetail};
}

test('list: a table of names and states', async () => {
  const {server, pipetail} = await setUp();
  server.pipeline('orders').start();
  server.pipeline('etl').start();
  server.pipeline('etl').fail('exit status: 101\nand more');
  const {code, stdout, stderr} = await pipetail('list');
  expect({code, stderr}).toEqual({code: 0, stderr: ''});
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map((row) => row.split(/ {2,}/).slice(0, 2));
  expect(rows[0]).toEqual(['NAME', 'STATE']);
  expect(rows.slice(1).toSorted()).toEqual([
    ['etl', 'Failed'],
    ['fraud', 'Stopped'],
    ['orders', 'Running'],
  ]);
  expect(stdout).not.toContain('\u001b');
  expect((await pipetail('list', '-o', 'wide')).stdout).toMatch(/etl .*0\.337\.0 +exit status: 101\n/);
  expect(
    (await pipetail('list', '-o', 'name', '--status', 'Running,failed')).stdout.trim().split('\n').toSorted(),
  ).toEqual(['etl', 'orders']);
  const json = JSON.parse((await pipetail('list', '--output', 'json', '--status=stopped')).stdout);
  expect(json).toMatchObject([{name: 'fraud', state: 'Stopped', deploymentError: null}]);
});

test('tags choose pipelines for list, status and logs', async () => {
  const {server, pipetail} = await setUp(['other']);
  for (const name of ['eu', 'us']) server.addPipeline(name, {tags: ['prod|ef4444', 'team billing']}).start();
  expect(await pipetail('list', '--tag', 'prod', '-o', 'name')).toMatchObject({code: 0, stdout: 'eu\nus\n'});
  expect(await pipetail('list', '--tag', 'prd')).toMatchObject({
    ...{code: 1, stdout: ''},
    stderr: "pipetail: no pipeline has the tag 'prd' · did you mean 'prod'?\n",
  });
  const {stdout} = await pipetail('status', 'tag:team billing');
  expect(stdout.match(/^\w.*/gm)).toEqual(['eu', 'us']);
  expect(stdout).toMatch(/\n {2}tags {14}prod, team billing\n/);
  expect((await pipetail('logs', 'tag:prod')).stdout).toMatch(/^(?:(?:eu|us) \| .*\n){2,}$/);
  expect(await pipetail('logs', 'tag:nothing')).toMatchObject({
    ...{code: 1, stdout: ''},
    stderr: "pipetail: no pipeline matches 'tag:nothing' · run pipetail list to see them all\n",
  });
});

test('list: an empty list is no failure', async () => {
  const {pipetail} = await setUp([]);
  expect(await pipetail('list')).toMatchObject({code: 0, stdout: '', stderr: ''});
  expect(await pipetail('list', '-o', 'json')).toMatchObject({code: 0, stdout: '[]\n', stderr: ''});
});

test('status: the error in full', async () => {
  const {server, pipetail} = await setUp();
  server.pipeline('etl').start();
  server.pipeline('etl').fail('exit status: 101\nthe second line');
  const {code, stdout} = await pipetail('status', 'etl');
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^etl\n {2}Failed · exit status: 101 \(API · since .* UTC\)\n\n {2}state +Failed\n {2}since +\d{4}-/,
  );
  expect(stdout).toContain('    the second line\n');
  const all = await pipetail('status', '-o', 'json');
  expect(
    JSON.parse(all.stdout)
      .map(({name}: {name: string}) => name)
      .toSorted(),
  ).toEqual(['etl', 'fraud', 'orders']);
  expect(JSON.parse((await pipetail('status', 'fraud', '-o', 'json')).stdout)).toMatchObject([{name: 'fraud'}]);
  expect((await pipetail('status', '*d*')).stdout.match(/^\w+$/gm)?.toSorted()).toEqual(['fraud', 'orders']);
});

test('status: which was meant', async () => {
  const {pipetail} = await setUp();
  const message = "there is no pipeline 'ordesr' · did you mean 'orders'?";
  expect(await pipetail('status', 'ordesr')).toMatchObject({code: 1, stdout: '', stderr: `pipetail: ${message}\n`});
  const json = await pipetail('status', 'ordesr', '-o', 'json');
  expect(JSON.parse(json.stderr)).toEqual({error: message, code: 1});
});

/** A recorded log and list, and the version that a server answers; undefined: none. */
async function recordedServer(version: string | undefined) {
  const recorded = (name: string) => readFileSync(new URL(`../wire/${name}.raw`, import.meta.url));
  const list = recorded('15a-list-status');
  const logs = recorded('05b-after-runner-restart');
  const json = (body: string) =>
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const [orders] = JSON.parse(list.subarray(list.indexOf('\r\n\r\n')).toString());
  const server = await startReplayServer({
    reply: (head) => {
      const path = head.split(/[ ?]/)[1] ?? '';
      if (path.endsWith('/config')) return version === undefined ? undefined : {bytes: json(JSON.stringify({version}))};
      if (path.endsWith('/logs')) return {bytes: logs, ending: 'hold'};
      return {bytes: path.endsWith('/pipelines') ? list : json(JSON.stringify(orders))};
    },
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  const {name} = orders;
  return {name, pipetail: (...args: string[]) => runCommand([...args, '--host', server.url])};
}

test('a server older than 0.207: logs says so once, on stderr', async () => {
  const {name, pipetail} = await recordedServer('0.200.0');
  const logs = await pipetail('logs', name);
  const line = 'pipetail: Feldera 0.200 is older than 0.207: lines may repeat after a reconnect';
  expect(logs.stderr.split('\n').filter((row) => row.includes('Feldera'))).toEqual([line]);
  expect(logs.stdout).toContain('Fresh start of pipeline logs');
  const status = await pipetail('status', name, '-o', 'json');
  expect(status.stderr).toBe('');
  expect(JSON.parse(status.stdout)).toMatchObject([{serverVersion: '0.200.0'}]);
});

test('a server that does not send its version keeps nothing from ending', async () => {
  const {name, pipetail} = await recordedServer(undefined);
  expect((await pipetail('logs', name)).stdout).toContain('Fresh start of pipeline logs');
  const status = await pipetail('status', name, '-o', 'json');
  expect(JSON.parse(status.stdout)).toMatchObject([{name, serverVersion: null}]);
});
