import {readdirSync, readFileSync} from 'node:fs';
import {gunzipSync} from 'node:zlib';
import {describe, expect, test} from 'vitest';
import {createClient} from '../../../source/engine/api/client.ts';
import type {ApiClient, ApiFailure} from '../../../source/engine/api/types.ts';
import {systemClock} from '../../../source/lib/clock.ts';
import {failureIn, readLogs} from '../../harness/log-reader.ts';
import {parseExchange} from '../../harness/raw-client.ts';
import {type Pieces, startReplayServer} from '../../harness/replay-server.ts';

const folder = new URL('../../wire/', import.meta.url);
// The two "-tail" recordings are the ends of long captures, without a head: no HTTP exchange.
const recordings = readdirSync(folder)
  .filter((name) => name.endsWith('.raw'))
  .map((name) => ({name, bytes: readFileSync(new URL(name, folder))}))
  .filter(({bytes}) => bytes.subarray(0, 5).toString() === 'HTTP/');

const cuttings: readonly Pieces[] = ['whole', {seed: 1}, {seed: 20261125}, 'bytes'];

/** What each answer that is not a log means on the logs route. */
const failures: Readonly<Record<string, string>> = {
  '08a-unknown-name.raw': 'fatal unknown-pipeline',
  '08b-unknown-route.raw': 'retryable not-ready',
  '08c-trailing-slash.raw': 'retryable not-ready',
  '08d-runner-direct-unknown-uuid.raw': 'retryable not-ready',
  '08e-runner-direct-bad-uuid.raw': 'fatal bad-request',
  '08f-get-unknown-pipeline.raw': 'fatal unknown-pipeline',
  '08g-bad-selector.raw': 'fatal bad-request',
  '08h-post-to-logs.raw': 'retryable not-ready',
  '08i-known-pipeline-runner-not-discovered.raw': 'retryable not-ready',
  '11a-runner-down-503.raw': 'retryable runner-unreachable 5000',
  '11b-runner-frozen-timeout-503.raw': 'retryable runner-unreachable 5000',
  '13a-head-logs.raw': 'retryable not-ready',
  '16a-header-140k.raw': 'fatal headers-too-large',
  '16b-slow-header.raw': 'retryable timeout',
};

const isList = (name: string): boolean => /^(15|16c|30|42a)/.test(name);

/** Responses of other routes, which have tests of their own. */
const isOther = (name: string): boolean => /^(18|22|25|26|34|35b)/.test(name);

test('the recordings are there', () => {
  expect(recordings.length).toBeGreaterThanOrEqual(36);
});

test.each(recordings.filter(({name}) => !isList(name) && !isOther(name)))(
  '$name as a log stream',
  async ({name, bytes}) => {
    const recorded = parseRecording(bytes);
    const messages = new Set<string | undefined>();
    for (const pieces of cuttings) {
      await using server = await startReplayServer({reply: () => ({bytes, pieces, ending: 'fin'})});
      const client = createClient({baseUrl: server.url, clock: systemClock, userAgent: 'test'});
      const {end, failure, opened, body} = await readLogs(client);
      await server.untilOpen(0);
      expect(server.connections).toHaveLength(1);
      if (recorded.status === 200) {
        expect(failure).toBeUndefined();
        expect(body.equals(recorded.body)).toBe(true);
        expect(end).toEqual(recorded.complete ? {kind: 'clean'} : {kind: 'cut', message: expect.any(String)});
        expect(opened).toBe(1);
      } else {
        expect(summary(failure)).toBe(failures[name]);
        expect(opened).toBe(0);
        messages.add(messageOf(failure));
      }
    }
    // The same words however the bytes arrived.
    expect(messages.size).toBe(recorded.status === 200 ? 0 : 1);
  },
);

test.each(recordings.filter(({name}) => isList(name)))('$name as a list', async ({name, bytes}) => {
  const recorded = parseRecording(bytes);
  for (const pieces of cuttings) {
    await using server = await startReplayServer({reply: () => ({bytes, pieces, ending: 'fin'})});
    const client = createClient({baseUrl: server.url, clock: systemClock, userAgent: 'test'});
    const list = client.listPipelines(new AbortController().signal);
    if (name.startsWith('16c')) {
      // The answer of another route: JSON, but no list.
      expect(summary(failureIn(await list.catch((error: unknown) => error)))).toBe('retryable protocol');
    } else {
      type Entry = {id: string; name: string; deployment_status: string};
      const body = name.startsWith('15b') ? gunzipSync(recorded.body) : recorded.body;
      const entries: Entry[] = JSON.parse(body.toString());
      expect((await list).map((pipeline) => [pipeline.id, pipeline.name, pipeline.deploymentStatus])).toEqual(
        entries.map((entry) => [entry.id, entry.name, entry.deployment_status]),
      );
      const codes = (await list).map((pipeline) => pipeline.deploymentError?.errorCode);
      if (name.startsWith('15')) expect(codes).toContain('RunnerCheckError');
      if (name.startsWith('30')) expect(codes).toContain('InitializationError');
    }
    await client.close();
  }
});

test.each(recordings.filter(({name}) => name.startsWith('35b')))('$name as one pipeline', async ({bytes}) => {
  await using server = await startReplayServer({reply: () => ({bytes, pieces: {seed: 1}, ending: 'fin'})});
  const client = createClient({baseUrl: server.url, clock: systemClock, userAgent: 'test'});
  const pipeline = await client.getPipeline('orders-panic', new AbortController().signal);
  expect(pipeline).toMatchObject({name: 'orders-panic', deploymentError: {errorCode: 'RuntimeError.WorkerPanic'}});
  await client.close();
});

/** What the route returns for a recording, or why it fails. */
async function answered<T>(
  name: string,
  ask: (client: ApiClient, signal: AbortSignal) => Promise<T>,
): Promise<T | string> {
  const bytes = readFileSync(new URL(name, folder));
  await using server = await startReplayServer({reply: () => ({bytes, pieces: {seed: 1}, ending: 'fin'})});
  const client = createClient({baseUrl: server.url, clock: systemClock, userAgent: 'test'});
  try {
    return await ask(client, new AbortController().signal);
  } catch (error) {
    return summary(failureIn(error));
  } finally {
    await client.close();
  }
}

describe('what the API tells of one pipeline', () => {
  const stats = (name: string) => answered(name, (client, signal) => client.getStats('orders', signal));
  const events = (name: string) => answered(name, (client, signal) => client.listEvents('orders', signal));

  test('statistics', async () => {
    expect(await stats('25a-stats-connector-errors.raw')).toMatchObject({state: 'Running', bufferedRecords: 0});
    expect(await stats('25b-stats-plain.raw')).toMatchObject({state: 'Running', uptime: 46_243});
    expect(await stats('25c-stats-fatal-input.raw')).toMatchObject({connectors: [{name: 'orders.web'}]});
    // Of the API itself, not of this route.
    expect(await stats('18b-events-latest.raw')).toBe('retryable protocol');
  });

  test('a pipeline that is not deployed has none', async () => {
    expect(await stats('22-stats-of-stopped-pipeline.raw')).toBe('retryable not-deployed 5000');
    const series = await answered('22-stats-of-stopped-pipeline.raw', (client, signal) =>
      client.getTimeSeries('orders', signal),
    );
    expect(series).toBe('retryable not-deployed 5000');
  });

  test('time series', async () => {
    const series = await answered('26-time-series.raw', (client, signal) => client.getTimeSeries('orders', signal));
    expect(series).toMatchObject({samples: {length: 60}});
  });

  test('events, and one with its details', async () => {
    expect(await events('18a-events-all.raw')).toHaveLength(27);
    expect(await events('34-events-all.raw')).toHaveLength(29);
    const one = (name: string) => answered(name, (client, signal) => client.getEvent('orders', 'latest', signal));
    expect(await one('18b-events-latest.raw')).toMatchObject({status: 'Running', deploymentError: undefined});
    expect(await one('18c-events-unknown-id.raw')).toBe('fatal bad-request');
  });

  test('a server, or a pipeline, that is too old for a route', async () => {
    const old = '08b-unknown-route.raw';
    expect(await events(old)).toBe('fatal unsupported');
    expect(await stats(old)).toBe('fatal unsupported');
    expect(await answered(old, (client, signal) => client.getTimeSeries('orders', signal))).toBe('fatal unsupported');
    expect(await answered(old, (client, signal) => client.getPipeline('orders', signal))).toBe('fatal wrong-url');
    // With a body it is of somebody else, and the URL is wrong.
    expect(await events('08a-unknown-name.raw')).toBe('fatal unknown-pipeline');
  });
});

test('an empty 404 on the list is no pipeline that is not ready, but a wrong URL', async () => {
  const bytes = readFileSync(new URL('08b-unknown-route.raw', folder));
  await using server = await startReplayServer({reply: () => ({bytes, ending: 'fin'})});
  const client = createClient({baseUrl: server.url, clock: systemClock, userAgent: 'test'});
  const error = await client.listPipelines(new AbortController().signal).catch((reason: unknown) => reason);
  expect(summary(failureIn(error))).toBe('fatal wrong-url');
});

function summary(failure: ApiFailure | undefined): string {
  if (failure === undefined || failure.kind === 'cancelled') return failure?.kind ?? 'none';
  const retryAfter = failure.kind === 'retryable' ? (failure.retryAfter ?? '') : '';
  return `${failure.kind} ${failure.reason} ${retryAfter}`.trim();
}

function messageOf(failure: ApiFailure | undefined): string | undefined {
  return failure === undefined || failure.kind === 'cancelled' ? undefined : failure.message;
}

/** Taken apart by other code than the client's. */
function parseRecording(bytes: Buffer): {status: number; body: Buffer; complete: boolean} {
  const exchange = parseExchange(bytes);
  if (exchange === undefined) throw new Error('the recording has no whole head');
  return {...exchange, status: Number(exchange.statusLine.split(' ')[1])};
}
