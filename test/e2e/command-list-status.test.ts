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

/** What was recorded of a server of version 0.60, which is not supported, and a version that one answers. */
async function oldServer({tellsVersion = true} = {}) {
  const recorded = (name: string) => readFileSync(new URL(`../wire/${name}.raw`, import.meta.url));
  const list = recorded('43a-v0.60-list-status');
  const logs = recorded('43e-v0.60-log-shutdown');
  const json = (body: string) =>
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const [orders] = JSON.parse(list.subarray(list.indexOf('\r\n\r\n')).toString());
  const server = await startReplayServer({
    reply: (head) => {
      const path = head.split(/[ ?]/)[1] ?? '';
      if (path.endsWith('/config')) return tellsVersion ? {bytes: json('{"version":"0.60.0"}')} : undefined;
      // Without its last chunk: the end of the log is not checked here.
      if (path.endsWith('/logs')) return {bytes: logs.subarray(0, -'0\r\n\r\n'.length), ending: 'hold'};
      return {bytes: path.endsWith('/orders') ? json(JSON.stringify(orders)) : list};
    },
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return (...args: string[]) => runCommand([...args, '--host', server.url]);
}

test('a server that is not supported: each command reports that once, and what works', async () => {
  const pipetail = await oldServer();
  const line = /^pipetail: Feldera 0\.60\.0 is not supported, 0\.97 and newer are: the list and live logs work,.*\n$/;
  const list = await pipetail('list');
  expect(list.stderr).toMatch(line);
  expect(list.stdout).toMatch(/\nnever +Shutdown .*\norders +Running .*\nsqlbad +SqlError .*\n$/);
  const status = await pipetail('status', 'orders', '-o', 'json');
  expect(JSON.parse(status.stderr)).toEqual({message: expect.stringMatching(/^Feldera 0\.60\.0 is not supported/)});
  expect(JSON.parse(status.stdout)).toMatchObject([{serverVersion: '0.60.0', connectorErrors: null}]);
  const logs = await pipetail('logs', 'orders');
  expect(logs.stderr.split('\n').filter((row) => line.test(`${row}\n`))).toHaveLength(1);
  expect(logs.stdout).toMatch(/INFO End of logs: pipeline is being shutdown\n$/);
});

test('a server that does not send its version keeps nothing from ending', async () => {
  const pipetail = await oldServer({tellsVersion: false});
  const logs = await pipetail('logs', 'orders');
  expect(logs.stdout).toMatch(/INFO End of logs: pipeline is being shutdown\n$/);
  const status = await pipetail('status', 'orders', '-o', 'json');
  expect(JSON.parse(status.stdout)).toMatchObject([{name: 'orders', serverVersion: null}]);
});
