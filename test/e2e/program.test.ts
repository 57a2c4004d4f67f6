import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import type {DemoPipeline} from '../../demo/pipeline.ts';
import {configurationLines, kafkaInputOf} from '../../demo/process-log.ts';
import {programOf} from '../../demo/program.ts';
import {DemoServer} from '../../demo/server.ts';
import {eventually} from '../harness/eventually.ts';
import {openProgram, runCommand} from '../harness/program.ts';
import {View} from './viewer.ts';

/** Starts with a password in its configuration, as a pipeline prints it. */
function start(orders: DemoPipeline, topic: string, password: string): void {
  orders.start();
  const {transport, ...input} = kafkaInputOf('orders.kafka', topic);
  const config = {...transport.config, 'sasl.password': password};
  const inputs = [{...input, transport: {...transport, config}}];
  for (const line of configurationLines(orders, {inputs})) orders.print('stdout', line);
  orders.write(`[orders] ${orders.stamp()}  INFO a::b:  began`);
}

async function ordersServer() {
  const server = await DemoServer.start();
  const inputs = [kafkaInputOf('orders.kafka', 'orders')];
  const views = Array.from({length: 40}, (_, at) => ({
    create: `VIEW v${at}`,
    query: `SELECT id FROM orders WHERE id > ${at}`,
  }));
  const programCode = programOf([
    {create: 'TABLE orders', columns: ['id BIGINT NOT NULL'], connectors: inputs},
    ...views,
  ]);
  const orders = server.addPipeline('orders', {programCode});
  start(orders, 'orders', 'hunter-1');
  orders.stop();
  start(orders, 'orders-v2', 'hunter-2');
  orders.write(`[orders] ${orders.stamp()} ERROR a::b:  parse error on input endpoint 'orders.kafka': missing field`);
  return {server, programCode};
}

test('what changed since the run before, without credentials, on the screen and in the shell', async () => {
  const {server} = await ordersServer();
  await using _ = {[Symbol.asyncDispose]: () => server.close()};
  await using view = new View(await openProgram(['--host', server.url, 'orders'], {cols: 80, rows: 24}));
  const {terminal} = view;
  await view.live('parse error');
  await terminal.press('D');
  await terminal.waitFor(/ Changes in run 2 since run 1 /);
  await terminal.waitFor(/ run 2 +running, began at .*\n run 1 +stopped after /);
  await terminal.waitFor(/ program +version 1 on platform .* in both runs \(API\)/);
  await terminal.waitFor(/ configuration +2 differences/);
  await terminal.waitFor(/▸ changed {2}inputs\.orders\.kafka\.transport\.config\.topic {2}"orders" → "orders-v2"/);
  await terminal.waitFor(
    /changed +inputs\.orders\.kafka\.transport\.config\.sasl\.password\s+\(hidden, \d+ characters\)/,
  );
  expect(terminal.text()).not.toContain('hunter');
  expect(terminal.text()).toMatch(/ Kinds of records *\n.*ERROR .*parse error on input/);
  // To the configuration of the newer run.
  await terminal.press('Enter');
  await terminal.waitFor(/▸.*Pipeline configuration/);
  const {stdout, code} = await runCommand(['diff', 'orders', '--host', server.url]);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /\nconfiguration: 2 differences\n {2}changed {2}inputs\.orders\.kafka\.transport\.config\.topic {2}"orders" → "orders-v2"\n/,
  );
  expect(stdout).not.toContain('hunter');
});

test('from an error to its SQL, and the whole program, saved', async () => {
  const {server, programCode} = await ordersServer();
  await using _ = {[Symbol.asyncDispose]: () => server.close()};
  await using view = new View(await openProgram(['--host', server.url, 'orders'], {cols: 80, rows: 24}));
  const {terminal} = view;
  await view.live('parse error');
  await terminal.press('E', 'Enter');
  await terminal.waitFor(/ program *\n orders\.kafka is declared at line 6 \(version 1\): *\n/);
  await terminal.waitFor(/ 6 │ +"name": "kafka", *\n +│ +\^{15} *\n/);
  await terminal.press('Esc', 'd');
  await terminal.waitFor('The last minute');
  // The page may still be loading.
  await terminal.pressUntil('S', / save .* to /);
  await terminal.type('orders.sql');
  await terminal.waitFor('save the program to orders.sql');
  await terminal.press('Enter');
  await terminal.waitFor(/saved \d+ lines.*\.sql/);
  const file = /to (\S+\.sql)/.exec(terminal.text())?.[1] ?? '';
  const saved = await eventually(
    () => readFile(path.resolve(terminal.home, file.replace(/^~\//, '')), 'utf8').catch(() => undefined),
    () => `no ${file}`,
  );
  expect(saved).toBe(programCode);
});
