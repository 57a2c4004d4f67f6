import {readFileSync} from 'node:fs';
import path from 'node:path';
import {Ajv2020} from 'ajv/dist/2020.js';
import {describe, expect, onTestFinished, test} from 'vitest';
import {configurationLines, kafkaInputOf} from '../../demo/process-log.ts';
import {DemoServer} from '../../demo/server.ts';
import {recording} from '../demo/recording.ts';
import {root, runCommand} from '../harness/program.ts';

// What the commands print, beside docs/json-schema.json, of which docs/json.md is made.

const schema = JSON.parse(readFileSync(path.join(root, 'docs/json-schema.json'), 'utf8'));
const ajv = new Ajv2020({allErrors: true, allowUnionTypes: true});
ajv.addSchema(schema, 'shapes');

/** What the schema has against a value; none: nothing. */
function mistakes(
  shape: 'logs' | 'list' | 'status' | 'diff' | 'timeline' | 'stderr',
  value: unknown,
): readonly string[] {
  const validate = ajv.getSchema(`shapes#/$defs/${shape}`);
  if (!validate) throw new Error(`the schema has no ${shape}`);
  validate(value);
  return (validate.errors ?? []).map(({instancePath, message}) => `${instancePath} ${message}`);
}

const objectsOf = (text: string): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

async function outputs() {
  const server = await DemoServer.start();
  onTestFinished(() => server.close());
  for (const name of ['orders', 'panic', 'json', 'failed', 'new']) server.addPipeline(name);
  for (const name of ['orders', 'panic', 'json', 'failed']) server.pipeline(name).start();
  for (const [name, file] of [
    ['orders', '27-logs-real-pipeline.raw'],
    ['panic', '35-worker-panic-logs.raw'],
    ['json', '27b-logs-real-pipeline-json.raw'],
  ] as const) {
    for (const line of recording(file).body.toString().trimEnd().split('\n')) server.pipeline(name).write(line);
  }
  const panic = server.pipeline('panic');
  for (const line of [`[panic host=1] ${panic.stamp()}  INFO kafka{ topic="a"}: a::b:  step=1 to="x y"`, 'out\u200b'])
    panic.write(line);
  server.pipeline('failed').fail('exit status: 101\nand more');
  server.pipeline('new').setState({programStatus: 'SqlError'});
  const orders = server.pipeline('orders');
  for (const workers of [1, 2]) {
    orders.stop();
    orders.start();
    const input = kafkaInputOf('orders.kafka', 'orders');
    const transport = {name: 'kafka_input', config: {password: `hunter-${workers}`}};
    for (const line of configurationLines(orders, {workers, inputs: [{...input, transport}]}))
      orders.print('stdout', line);
    orders.write(`[orders] ${orders.stamp()}  INFO a::b:  begin`);
  }
  orders.write(`[orders] ${orders.stamp()} ERROR a::b:  disk full`);
  const pipetail = (...args: string[]) => runCommand([...args, '-o', 'json', '--host', server.url]);
  return {server, pipetail};
}

test('what the commands print has the shapes of the schema', async () => {
  const {pipetail} = await outputs();
  const [logs, list, one, all] = await Promise.all([
    pipetail('logs', 'orders', 'panic', 'json', 'missing'),
    pipetail('list'),
    pipetail('status', 'failed'),
    pipetail('status'),
  ]);
  const [diff, timeline] = await Promise.all([pipetail('diff', 'orders'), pipetail('timeline', 'orders')]);
  const near = objectsOf((await pipetail('logs', 'orders', '--grep', 'disk full', '-C', '1')).stdout);
  expect(near.flatMap((record) => mistakes('logs', record))).toEqual([]);
  const compose = path.join(root, 'test/corpora/containers/compose.log');
  const others = objectsOf((await runCommand(['logs', '--from', compose, '-o', 'json'])).stdout);
  expect(others.flatMap((record) => mistakes('logs', record))).toEqual([]);
  const [unknown, wrong] = await Promise.all([pipetail('status', 'missing'), pipetail('logs')]);
  const records = objectsOf(logs.stdout);
  expect(records.length).toBeGreaterThan(200);
  expect(records.flatMap((record) => mistakes('logs', record))).toEqual([]);
  // Each optional field is among them.
  for (const field of Object.keys(schema.$defs.logs.properties).filter((name) => name !== 'continues')) {
    expect(
      [...records, ...near, ...others].some((record) => Object.hasOwn(record as object, field)),
      field,
    ).toBe(true);
  }
  expect(mistakes('list', JSON.parse(list.stdout))).toEqual([]);
  expect(mistakes('status', JSON.parse(all.stdout))).toEqual([]);
  expect(mistakes('status', JSON.parse(one.stdout))).toEqual([]);
  expect(JSON.parse(one.stdout)).toMatchObject([{deploymentError: {cause: 'exit status: 101'}}]);
  expect(mistakes('diff', JSON.parse(diff.stdout))).toEqual([]);
  expect(mistakes('timeline', JSON.parse(timeline.stdout))).toEqual([]);
  expect(JSON.parse(timeline.stdout).missing).toEqual([]);
  expect(JSON.parse(timeline.stdout).rows).toContainEqual(expect.objectContaining({what: 'run', from: 'log'}));
  expect(JSON.parse(diff.stdout).changes).toContainEqual(expect.objectContaining({change: 'new', level: 'ERROR'}));
  expect(diff.stdout).not.toContain('hunter');
  expect(JSON.parse(diff.stdout).configuration).toMatchObject([
    {path: 'global.workers', before: 1, now: 2, hidden: false},
    {path: 'inputs.orders.kafka.transport.config.password', before: null, now: null, hidden: true},
  ]);
  const lines = [logs, unknown, wrong].flatMap(({stderr}) => objectsOf(stderr));
  expect(lines.flatMap((line) => mistakes('stderr', line))).toEqual([]);
  expect(lines).toMatchObject([{code: 1}, {code: 1}, {code: 2}]);
});

describe('the schema refuses', () => {
  const time = '2026-11-25T12:00:01.000001Z';
  const record = {pipeline: 'orders', time, level: 'INFO', target: null, message: ''};
  const {target: _, ...incomplete} = record;

  test.each<[string, unknown]>([
    ['another field', {...record, more: 1}],
    ['a missing field', incomplete],
    ['another level', {...record, level: 'info'}],
    ['a time in milliseconds', {...record, time: 1}],
    ['a time of another form', {...record, time: '2026-11-25 12:00:01'}],
    ['the time of no record', {...record, time: null, timeFrom: 'before'}],
    ['a number among the fields', {...record, fields: {step: 1}}],
    ['fields that are none', {...record, fields: {}}],
    ['a negated switch', {...record, continues: false}],
  ])('a record with %s', (_name, value) => {
    expect(mistakes('logs', record)).toEqual([]);
    expect(mistakes('logs', value)).not.toEqual([]);
  });

  test('a pipeline with another field, without one, or outside a list', async () => {
    const {pipetail} = await outputs();
    const [pipeline] = JSON.parse((await pipetail('status', 'orders')).stdout);
    const {why, programError, serverVersion, ...listed} = pipeline;
    expect(why.map(({text}: {text: string}) => text)).toEqual([
      'Running',
      expect.stringMatching(/^Its log has errors: /),
    ]);
    expect([programError, typeof serverVersion]).toEqual([null, 'string']);
    expect(mistakes('list', [listed])).toEqual([]);
    for (const field of Object.keys(pipeline)) {
      const {[field]: _field, ...others} = pipeline;
      expect(mistakes('status', [others])).toEqual([expect.stringContaining(field)]);
    }
    expect(mistakes('status', [{...pipeline, more: 1}])).not.toEqual([]);
    expect(mistakes('list', [pipeline])).not.toEqual([]);
    expect(mistakes('list', listed)).not.toEqual([]);
    expect(mistakes('status', [{...pipeline, connectorErrors: '3'}])).not.toEqual([]);
    expect(mistakes('status', [{...pipeline, deploymentError: 'x'}])).not.toEqual([]);
  });

  test.each([
    ['diff', {pipeline: 'orders', changes: []}],
    ['timeline', {pipeline: 'orders', missing: [], rows: [{time: null, what: 'state'}]}],
    ['timeline', {pipeline: 'orders', missing: [{part: 'events'}], rows: []}],
  ] as const)('%s: %j', (shape, value) => {
    expect(mistakes(shape, value)).not.toEqual([]);
  });

  test.each([
    {error: 'x'},
    {message: 'x', code: 1},
    {error: 'x', message: 'x', code: 1},
    {error: 'x', code: 0},
    {message: 'x', more: 1},
    {},
  ])('%j on stderr', (line) => {
    expect(mistakes('stderr', line)).not.toEqual([]);
  });
});
