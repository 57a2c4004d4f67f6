import {afterEach, describe, expect, it} from 'vitest';
import {connectorErrors, parseError} from '../../demo/connector-errors.ts';
import type {DemoServerOptions} from '../../demo/demo.ts';
import {processLog} from '../../demo/process-log.ts';
import {DemoServer} from '../../demo/server.ts';
import {createClient} from '../../source/engine/api/client.ts';
import type {ApiClient} from '../../source/engine/api/types.ts';
import {systemClock} from '../../source/lib/clock.ts';
import {FakeClock} from '../harness/fake-clock.ts';
import {failureIn} from '../harness/log-reader.ts';
import {type Exchange, RawClient} from '../harness/raw-client.ts';
import {recording, shape} from './recording.ts';

const open: {close: () => Promise<void>}[] = [];
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.close();
});

/** A server with one stopped pipeline, `orders`, and a client of it. */
async function serverWith(options: DemoServerOptions = {}) {
  const server = await DemoServer.start(options);
  const client = createClient({baseUrl: server.url, clock: systemClock, userAgent: 'test'});
  open.push(server, client);
  return {server, client, pipeline: server.addPipeline('orders')};
}

const signal = new AbortController().signal;

async function exchange({url}: DemoServer, path: string): Promise<Exchange> {
  const client = await RawClient.request(url + path);
  await client.completed();
  client.reset();
  if (!client.exchange) throw new Error('no answer');
  return client.exchange;
}

const reasonOf = async (promise: Promise<unknown>): Promise<string | undefined> => {
  const failure = await promise.then(() => undefined, failureIn);
  return failure && failure.kind !== 'cancelled' ? failure.reason : undefined;
};

/** The reason for which each route is refused. All are asked at once, so each promise has its handler from the start. */
const reasonsOfAll = (client: ApiClient) =>
  Promise.all(
    [
      client.getStats('orders', signal),
      client.getTimeSeries('orders', signal),
      client.listEvents('orders', signal),
    ].map(reasonOf),
  );

describe('replies of the recordings, byte for byte', () => {
  const unknown = '00000000-0000-0000-0000-000000000000';

  it.each([
    ['18c-events-unknown-id.raw', `/v0/pipelines/orders/events/${unknown}`],
    ['22-stats-of-stopped-pipeline.raw', '/v0/pipelines/orders/stats?include_connector_errors=true'],
    ['22-stats-of-stopped-pipeline.raw', '/v0/pipelines/orders/time_series'],
  ])('%s', async (file, path) => {
    const {server} = await serverWith();
    const answer = await exchange(server, path);
    expect(shape(answer)).toEqual(shape(recording(file)));
    expect(answer.body.toString()).toBe(recording(file).body.toString());
  });

  it('the heads of the others', async () => {
    const {server, pipeline} = await serverWith();
    pipeline.start();
    const heads = [
      ['18a-events-all.raw', 'events?selector=all'],
      ['18b-events-latest.raw', 'events/latest'],
      ['25b-stats-plain.raw', 'stats'],
      ['26-time-series.raw', 'time_series'],
    ] as const;
    for (const [file, path] of heads) {
      expect(shape(await exchange(server, `/v0/pipelines/orders/${path}`))).toEqual(shape(recording(file)));
    }
  });

  it('a parameter that is no switch, which only the process checks', async () => {
    const {server, pipeline} = await serverWith();
    const path = '/v0/pipelines/orders/stats?include_connector_errors=1';
    expect((await exchange(server, path)).statusLine).toBe('HTTP/1.1 503 Service Unavailable');
    pipeline.start();
    const answer = await exchange(server, path);
    expect(answer.statusLine).toBe('HTTP/1.1 400 Bad Request');
    expect(answer.body.toString()).toBe('Query deserialize error: provided string was not `true` or `false`');
  });

  it('of a pipeline that starts, the statuses of its resources', async () => {
    const {server, pipeline} = await serverWith();
    const details = async () =>
      JSON.parse((await exchange(server, '/v0/pipelines/orders/stats')).body.toString()).details;
    pipeline.setDesired('Running');
    expect(await details()).toEqual({pipeline_name: 'orders', status: 'Stopped', desired_status: 'Provisioned'});
    pipeline.provision();
    expect(await details()).toEqual({pipeline_name: 'orders', status: 'Provisioning', desired_status: 'Provisioned'});
  });

  it('an event whose id is none', async () => {
    const {server} = await serverWith();
    const answer = await exchange(server, '/v0/pipelines/orders/events/abc');
    expect(answer.statusLine).toBe('HTTP/1.1 400 Bad Request');
    expect(JSON.parse(answer.body.toString()).error_code).toBe('InvalidUuidParam');
  });
});

describe('through the client', () => {
  it('a deployed pipeline has statistics, a time series and events', async () => {
    const clock = new FakeClock(Date.UTC(2026, 0, 1));
    const {client, pipeline} = await serverWith({clock});
    pipeline.start([{kind: 'input', name: 'orders.kafka', hasHealth: true}]);
    pipeline.run.receive('orders.kafka', 250);
    pipeline.run.step();
    const report = connectorErrors(pipeline, processLog(pipeline, {shape: 'plain'}));
    for (let event = 1; event <= 30; event++) report(parseError('orders.kafka', event, 'missing field `id`', '{}'));
    const stats = await client.getStats('orders', signal);
    expect(stats.state).toBe('Running');
    expect(stats.connectors).toMatchObject([
      {
        name: 'orders.kafka',
        records: 250,
        health: {status: 'Healthy'},
        errors: [{kind: 'parse', count: 30}, {count: 0}],
      },
    ]);
    expect(stats.connectors[0]?.errors[0]?.retained).toHaveLength(30);
    const [listed] = await client.listPipelines(signal);
    expect(listed?.connectorErrors).toBe(30);
    await clock.advance(1500);
    expect(await client.getTimeSeries('orders', signal)).toMatchObject({
      samples: [{at: Date.UTC(2026, 0, 1, 0, 0, 1), processedRecords: 250}],
    });
    const events = await client.listEvents('orders', signal);
    expect(events.map(({status}) => status)).toEqual([
      'Running',
      'Initializing',
      'Provisioning',
      ...['Stopped', 'Stopped', 'Stopped'],
    ]);
    expect(await client.getEvent('orders', events[0]?.id ?? '', signal)).toMatchObject({
      id: events[0]?.id,
    });
    pipeline.pause();
    expect((await client.getStats('orders', signal)).state).toBe('Paused');
    pipeline.fail('Pipeline process exited prematurely with exit status: 3');
    expect(await reasonOf(client.getStats('orders', signal))).toBe('not-deployed');
    const [failed] = await client.listEvents('orders', signal);
    expect(failed).toMatchObject({status: 'Stopped', hasError: true});
    expect((await client.getEvent('orders', failed?.id ?? '', signal)).deploymentError?.cause).toBe(
      'Pipeline process exited prematurely with exit status: 3',
    );
  });

  it('a new process has another incarnation, and counters that begin at 0', async () => {
    const {client, pipeline} = await serverWith();
    const incarnations = new Set<string>();
    for (let start = 0; start < 2; start++) {
      pipeline.start();
      const {incarnation, bufferedRecords} = await client.getStats('orders', signal);
      incarnations.add(incarnation);
      expect(bufferedRecords).toBe(0);
      pipeline.run.receive('orders.kafka', 10);
      pipeline.run.step();
      pipeline.stop();
    }
    expect(incarnations.size).toBe(2);
  });

  it('an old server lacks routes, or ignores the parameter', async () => {
    const old = await serverWith({lacks: ['events', 'stats', 'time-series']});
    old.pipeline.start();
    expect(await reasonsOfAll(old.client)).toEqual(['unsupported', 'unsupported', 'unsupported']);
    const middle = await serverWith({lacks: ['connector-errors']});
    middle.pipeline.start();
    middle.pipeline.run.addError({endpoint: 'a.b', kind: 'parse', message: 'x'});
    const {connectors} = await middle.client.getStats('orders', signal);
    expect(connectors[0]?.errors[0]).toEqual({kind: 'parse', count: 1, retained: undefined});
    const [listed] = await middle.client.listPipelines(signal);
    expect(listed?.connectorErrors).toBeUndefined();
  });

  it('an unknown pipeline, and a refusal of one route', async () => {
    const {server, client, pipeline} = await serverWith();
    pipeline.start();
    expect(await reasonOf(client.getStats('x', signal))).toBe('unknown-pipeline');
    expect(await reasonOf(client.listEvents('x', signal))).toBe('unknown-pipeline');
    server.refuse({kind: 'pipeline-unreachable', of: 'stats'});
    expect(await reasonOf(client.getStats('orders', signal))).toBe('pipeline-unreachable');
    expect(await reasonOf(client.getStats('orders', signal))).toBeUndefined();
  });
});
