import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {RefusalKind} from '../../demo/answers.ts';
import {quiet} from '../../demo/scenario.ts';
import {DemoServer} from '../../demo/server.ts';
import {eventually} from '../harness/eventually.ts';
import {FakeClock} from '../harness/fake-clock.ts';
import {RawClient} from '../harness/raw-client.ts';
import {recording, shape} from './recording.ts';

let server: DemoServer;

beforeEach(async () => {
  server = await DemoServer.start({scenario: quiet('orders', 'fraud')});
});
afterEach(() => server.close());

const logs = (name: string) => `${server.url}/v0/pipelines/${name}/logs`;

const openConnections = () => `${server.openLogConnections()} log connections are open`;

async function statusOf(url: string): Promise<string> {
  const client = await RawClient.request(url, {headers: {connection: 'close'}});
  await client.until(({exchange, end}) => exchange !== undefined || end !== undefined);
  const status = client.exchange?.statusLine.slice(9, 12) ?? client.end ?? '';
  client.reset();
  return status;
}

describe('refusals', () => {
  it.each<[RefusalKind, string]>([
    ['not-ready', '404'],
    ['unreachable', '503'],
    ['channel-full', '503'],
    ['channel-closed', '500'],
    ['unauthorized', '401'],
    ['token-expired', '401'],
    ['forbidden', '403'],
    ['web-console', '200'],
    ['reset', 'reset'],
  ])('%s', async (kind, status) => {
    server.refuse({kind});
    expect(await statusOf(logs('orders'))).toBe(status);
    expect(server.totalLogConnections).toBe(0);
  });

  it('apply to the requests that they name, the given number of times', async () => {
    server.refuse({kind: 'unreachable', name: 'fraud', times: 2});
    server.refuse({kind: 'forbidden', of: 'list'});
    expect(await statusOf(logs('orders'))).toBe('200');
    expect(await statusOf(logs('fraud'))).toBe('503');
    expect(await statusOf(`${server.url}/v0/pipelines`)).toBe('403');
    expect(await statusOf(`${server.url}/v0/pipelines`)).toBe('200');
    expect(await statusOf(logs('fraud'))).toBe('503');
    expect(await statusOf(logs('fraud'))).toBe('200');
  });

  it('are forgotten on request', async () => {
    server.refuse({kind: 'not-ready', times: 1000});
    expect(await statusOf(logs('orders'))).toBe('404');
    server.acceptAgain();
    expect(await statusOf(logs('orders'))).toBe('200');
  });

  it('a frozen runner is refused after ten seconds: 11b', async () => {
    const clock = new FakeClock();
    const frozen = await DemoServer.start({clock, scenario: quiet('demo')});
    frozen.refuse({kind: 'runner-frozen'});
    const client = await RawClient.request(`${frozen.url}/v0/pipelines/demo/logs`, {headers: {connection: 'close'}});
    await eventually(
      () => clock.pending === 1,
      () => 'the server did not wait',
    );
    await clock.advance(9_999);
    expect(client.raw).toHaveLength(0);
    await clock.advance(1);
    await client.ended();
    const expected = recording('11b-runner-frozen-timeout-503.raw');
    expect(client.exchange && shape(client.exchange)).toEqual(shape(expected));
    expect(client.exchange?.body).toEqual(expected.body);
    await frozen.close();
  });
});

describe('a freeze', () => {
  it('sends the head and then nothing, until the thaw', async () => {
    const before = await RawClient.request(logs('orders'));
    await before.shows('Fresh start');
    const length = before.raw.length;
    server.freeze('orders');
    const after = await RawClient.request(logs('orders'));
    const other = await RawClient.request(logs('fraud'));
    await other.shows('Fresh start');
    server.pipeline('orders').write('under the ice');
    await after.until(({exchange}) => exchange !== undefined);
    expect(after.text).toBe('');
    expect(before.raw).toHaveLength(length);
    server.thaw();
    await after.shows('under the ice');
    await before.shows('under the ice');
    for (const client of [before, after, other]) client.reset();
  });
});

describe('counting connections', () => {
  it('counts the open ones, by pipeline and in all', async () => {
    const first = await RawClient.request(logs('orders'));
    const second = await RawClient.request(logs('fraud'));
    await Promise.all([first.shows('Fresh start'), second.shows('Fresh start')]);
    expect([server.openLogConnections(), server.openLogConnections('orders')]).toEqual([2, 1]);
    first.reset();
    await eventually(() => server.openLogConnections() === 1, openConnections);
    expect(server.openLogConnections('orders')).toBe(0);
    expect(server.totalLogConnections).toBe(2);
    second.reset();
  });

  it('a FIN from the client frees nothing before lines are written; a RST does at once', async () => {
    const client = await RawClient.request(logs('orders'));
    await client.shows('Fresh start');
    client.socket.destroy();
    // Another exchange, begun later, is over: the FIN has long arrived.
    expect(await statusOf(`${server.url}/healthz`)).toBe('200');
    expect(server.openLogConnections()).toBe(1);
    await eventually(() => {
      server.pipeline('orders').write('anyone there?');
      return server.openLogConnections() === 0;
    }, openConnections);
  });
});
