import {expect, onTestFinished, test} from 'vitest';
import {DemoServer} from '../../source/demo/server.ts';
import {runCommand} from '../harness/program.ts';

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
  expect((await pipetail('list', '-o', 'wide')).stdout).toMatch(/etl .*Pipeline check failed: .*\n/);
  expect(
    (await pipetail('list', '-o', 'name', '--status', 'Running,failed')).stdout.trim().split('\n').toSorted(),
  ).toEqual(['etl', 'orders']);
  const json = JSON.parse((await pipetail('list', '--output', 'json', '--status=stopped')).stdout);
  expect(json).toMatchObject([{name: 'fraud', state: 'Stopped', deploymentError: null}]);
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
  expect(stdout).toMatch(/^etl\n {2}state +Failed\n {2}since +\d{4}-/);
  expect(stdout).toContain('    the second line\n');
  const all = await pipetail('status', '-o', 'json');
  expect(
    JSON.parse(all.stdout)
      .map(({name}: {name: string}) => name)
      .toSorted(),
  ).toEqual(['etl', 'fraud', 'orders']);
  expect(JSON.parse((await pipetail('status', 'fraud', '-o', 'json')).stdout)).toMatchObject({name: 'fraud'});
  expect((await pipetail('status', '*d*')).stdout.match(/^\w+$/gm)?.toSorted()).toEqual(['fraud', 'orders']);
});

test('status: which was meant', async () => {
  const {pipetail} = await setUp();
  const message = "there is no pipeline 'ordesr' · did you mean 'orders'?";
  expect(await pipetail('status', 'ordesr')).toMatchObject({code: 1, stdout: '', stderr: `pipetail: ${message}\n`});
  const json = await pipetail('status', 'ordesr', '-o', 'json');
  expect(JSON.parse(json.stderr)).toEqual({error: message, code: 1});
});
