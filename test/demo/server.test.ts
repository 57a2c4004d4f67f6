import {gunzipSync} from 'node:zlib';
import {afterEach, beforeEach, describe, expect, it, onTestFinished} from 'vitest';
import {quiet} from '../../demo/scenario.ts';
import {DemoServer} from '../../demo/server.ts';
import {FakeClock} from '../harness/fake-clock.ts';
import {type Exchange, parseExchange, RawClient} from '../harness/raw-client.ts';
import {recording, recordingBytes, shape, withoutVariables} from './recording.ts';

let server: DemoServer;

beforeEach(async () => {
  server = await DemoServer.start({scenario: quiet('demo')});
});
afterEach(() => server.close());

const close = {connection: 'close'};

async function exchange(path: string, options: Parameters<typeof RawClient.request>[1] = {}): Promise<Exchange> {
  const client = await RawClient.request(server.url + path, {headers: close, ...options});
  await client.ended();
  const answer = client.exchange;
  if (!answer) throw new Error('no answer');
  return answer;
}

describe('whole replies', () => {
  it.each([
    ['08a-unknown-name.raw', 'GET', '/v0/pipelines/nope/logs'],
    ['08b-unknown-route.raw', 'GET', '/v0/nothing'],
    ['08c-trailing-slash.raw', 'GET', '/v0/pipelines/demo/logs/'],
    ['08f-get-unknown-pipeline.raw', 'GET', '/v0/pipelines/nope'],
    ['08g-bad-selector.raw', 'GET', '/v0/pipelines?selector=foo'],
  ])('%s', async (file, method, path) => {
    const answer = await exchange(path, {method, headers: close});
    const expected = recording(file);
    expect(shape(answer)).toEqual(shape(expected));
    expect(answer.body).toEqual(expected.body);
  });

  it.each(['POST', 'HEAD', 'OPTIONS', 'DELETE'])('%s of what the API has: 403', async (method) => {
    // The recordings 08h and 13a are 404: the rig that they are of had no access control.
    const answer = await exchange('/v0/pipelines/demo/logs', {method, headers: close});
    expect(answer.statusLine).toBe('HTTP/1.1 403 Forbidden');
    expect(answer.headers.get('content-type')).toBe('application/json');
    if (method !== 'HEAD') expect(JSON.parse(answer.body.toString()).error_code).toBe('InsufficientPermissions');
  });

  it.each([
    ['POST', '/', 405, 'GET, HEAD'],
    ['POST', '/healthz', 405, 'GET, HEAD'],
    ['GET', '/v0', 404, undefined],
    ['GET', '/config/nothing', 404, undefined],
    ['POST', '/config/authentication', 404, undefined],
    ['POST', '/v0/nothing', 404, undefined],
  ])('%s %s: %d', async (method, path, status, allow) => {
    const answer = await exchange(path, {method, headers: close});
    expect(answer.statusLine).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer.headers.get('allow')).toBe(allow);
    expect(answer.headers.has('access-control-allow-credentials')).toBe(path !== '/' && path !== '/healthz');
  });

  it.each([
    ['gzip', 'gzip'],
    ['gzip, br', 'br'],
    ['gzip;q=0.5, br;q=0.1', 'gzip'],
    ['gzip;q=0', undefined],
    ['identity', undefined],
  ])('accept-encoding: %s gets %s, errors too', async (accept, encoding) => {
    for (const path of ['/v0/pipelines', '/v0/pipelines/nope', '/healthz', '/']) {
      const answer = await exchange(path, {headers: {...close, 'accept-encoding': accept}});
      expect(answer.headers.get('content-encoding')).toBe(encoding);
    }
  });

  it('a runner that is not ready: 08i, empty and chunked', async () => {
    server.refuse({kind: 'not-ready'});
    const answer = await exchange('/v0/pipelines/demo/logs');
    expect(shape(answer)).toEqual(shape(recording('08i-known-pipeline-runner-not-discovered.raw')));
    expect(answer.body).toHaveLength(0);
    expect(answer.complete).toBe(true);
  });

  it('a runner that is down: 11a', async () => {
    server.killRunner();
    const answer = await exchange('/v0/pipelines/demo/logs');
    const expected = recording('11a-runner-down-503.raw');
    expect(shape(answer)).toEqual(shape(expected));
    expect(answer.body).toEqual(expected.body);
  });

  it('headers over 128 KiB: 16a', async () => {
    const answer = await exchange('/v0/pipelines', {headers: {'x-long': 'x'.repeat(140_000)}});
    expect(shape(answer)).toEqual(shape(recording('16a-header-140k.raw')));
  });

  it('a refused request is dated by the clock of the server', async () => {
    const past = await DemoServer.start({clock: new FakeClock(), scenario: quiet('one')});
    onTestFinished(() => past.close());
    const headers = {'x-long': 'x'.repeat(140_000)};
    const dates: unknown[] = [];
    for (const more of [{}, headers]) {
      const client = await RawClient.request(`${past.url}/v0/pipelines`, {headers: more});
      await client.completed();
      dates.push(client.exchange?.headers.get('date'));
      client.reset();
    }
    expect(dates[1]).toBe(dates[0]);
  });

  it('a keep-alive reply has no connection header: 16c', async () => {
    const client = await RawClient.request(`${server.url}/healthz`);
    await client.completed();
    const expected = recording('16c-keepalive-idle-close.raw');
    expect(client.exchange && shape(client.exchange)).toEqual(shape(expected));
    expect(client.exchange?.body).toEqual(expected.body);
    client.reset();
  });

  it('the web console is on every path outside the API', async () => {
    const answer = await exchange('/pipelines/demo');
    expect(answer.statusLine).toBe('HTTP/1.1 200 OK');
    expect(answer.headers.get('content-type')).toBe('text/html');
    expect(answer.body.toString()).toMatch(/^<!doctype html>/);
  });

  it('session and authentication', async () => {
    const session = JSON.parse((await exchange('/v0/config/session')).body.toString());
    expect(Object.keys(session)).toEqual(['tenant_id', 'tenant_name', 'role', 'memberships']);
    expect((await exchange('/config/authentication')).body.toString()).toBe('{}');
  });
});

describe('credentials', () => {
  it('none: 401, empty, with www-authenticate', async () => {
    server.setApiKey('apikey:right');
    const answer = await exchange('/v0/pipelines');
    expect(answer.statusLine).toBe('HTTP/1.1 401 Unauthorized');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(answer.headers.has('content-type')).toBe(false);
    expect(answer.body).toHaveLength(0);
  });

  it('a bad API key: 401, JSON sent as text', async () => {
    server.setApiKey('apikey:right');
    const answer = await exchange('/v0/pipelines', {headers: {...close, authorization: 'Bearer apikey:wrong'}});
    expect(answer.statusLine).toBe('HTTP/1.1 401 Unauthorized');
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(answer.body.toString()).toBe('{"message":"Unauthorized API key","error_code":"AuthenticationFailed"}');
  });

  it('the right one, and none for what is public', async () => {
    server.setApiKey('apikey:right');
    const answer = await exchange('/v0/pipelines', {headers: {...close, authorization: 'Bearer apikey:right'}});
    expect(answer.statusLine).toBe('HTTP/1.1 200 OK');
    expect((await exchange('/config/authentication')).statusLine).toBe('HTTP/1.1 200 OK');
    expect(server.requests.map(({path, authorization}) => [path, authorization])).toEqual([
      ['/v0/pipelines', 'Bearer apikey:right'],
      ['/config/authentication', undefined],
    ]);
  });
});

describe('the list', () => {
  const parse = ({body}: {body: Buffer}): Record<string, unknown>[] => JSON.parse(body.toString());

  /** The four pipelines of the recording, in its order. */
  function recordedPipelines(): void {
    server.deletePipeline('demo');
    server.addPipeline('many').start();
    const long = server.addPipeline('long');
    long.start();
    long.pause();
    const idle = server.addPipeline('idle');
    idle.start();
    idle.fail('Pipeline process exited prematurely with signal: 9 (SIGKILL)');
    server.addPipeline('stopped');
  }

  const vague = (list: unknown) =>
    JSON.parse(
      withoutVariables(JSON.stringify(list).replaceAll(/"refresh_version":\d+/g, '"refresh_version":"<version>"'))
        // The rig that is recorded had no policy (30 has) and no storage (35b has).
        .replaceAll(/"bootstrap_policy":(null|"await_approval")/g, '"bootstrap_policy":"<policy>"')
        .replaceAll(/"storage_status_details":(null|\{[^}]*\})/g, '"storage_status_details":"<details>"'),
    );

  it.each([
    ['status', '15a-list-status.raw'],
    ['status_with_connectors', '15c-list-status-with-connectors.raw'],
  ])('selector=%s: every field in the order of %s', async (selector, file) => {
    recordedPipelines();
    const answer = await exchange(`/v0/pipelines?selector=${selector}`);
    const expected = recording(file);
    expect(shape(answer)).toEqual(shape(expected));
    expect(JSON.stringify(vague(parse(answer)))).toBe(JSON.stringify(vague(parse(expected))));
  });

  it('gzip when asked for: 15b', async () => {
    const plain = await exchange('/v0/pipelines?selector=status');
    const answer = await exchange('/v0/pipelines?selector=status', {headers: {...close, 'accept-encoding': 'gzip'}});
    expect(shape(answer)).toEqual(shape(recording('15b-list-status-gzip.raw')));
    expect(gunzipSync(answer.body)).toEqual(plain.body);
  });

  it('is sorted by id, which is the order of creation', async () => {
    for (let index = 0; index < 20; index++) server.addPipeline(`p${index}`);
    const list = parse(await exchange('/v0/pipelines?selector=status'));
    const ids = list.map(({id}) => String(id));
    expect(ids).toEqual([...ids].sort());
    expect(list.map(({name}) => name)).toEqual(['demo', ...Array.from({length: 20}, (_, index) => `p${index}`)]);
  });

  it('one pipeline: selector=all has the compiler messages', async () => {
    const message = {
      start_line_number: 1,
      start_column: 1,
      end_line_number: 1,
      end_column: 2,
      warning: false,
      error_type: 'Compilation error',
      message: 'no such table',
      snippet: null,
    };
    server.pipeline('demo').setProgram('SqlError', {sql_compilation: {exit_code: 1, messages: [message]}});
    const all: {program_status: string; program_error: unknown} = JSON.parse(
      (await exchange('/v0/pipelines/demo')).body.toString(),
    );
    expect(all.program_status).toBe('SqlError');
    expect(all.program_error).toEqual({
      sql_compilation: {exit_code: 1, messages: [message]},
      rust_compilation: null,
      system_error: null,
    });
    const brief = JSON.parse((await exchange('/v0/pipelines/demo?selector=status')).body.toString());
    expect(brief).not.toHaveProperty('program_error');
  });
});

describe('the log', () => {
  it('is recording 01, chunk by chunk', async () => {
    server.deletePipeline('demo');
    const demo = server.addPipeline('demo');
    const url = `${server.url}/v0/pipelines/demo/logs`;
    const expected = recording('01-catchup-live-restart-delete-clean-end.raw');
    const texts = expected.chunks.map(String);
    // The recorded pipeline was running before its log began.
    demo.setState({resourcesStatus: 'Provisioned', runtimeStatus: 'Running'});
    for (const text of texts.slice(1, 6)) demo.write(text.slice(0, -1));
    const client = await RawClient.request(url);
    await client.shows('catch-up line 4');
    for (const text of texts.slice(6, 12)) demo.write(text.slice(0, -1));
    demo.stop();
    demo.start();
    demo.write('');
    const twoLines = 'Pipeline could not be stopped (will retry): first line\nsecond line of the same message';
    demo.manager('ERROR', 'pipeline_automata', twoLines);
    server.deletePipeline('demo');
    await client.completed();

    const answer = client.exchange;
    expect(answer && shape(answer)).toEqual(shape(expected));
    expect(answer?.chunks.map((chunk) => withoutVariables(chunk.toString()))).toEqual(texts.map(withoutVariables));

    // The connection is kept, as recorded.
    client.socket.write(`GET /healthz HTTP/1.1\r\nhost: ${server.url.slice(7)}\r\n\r\n`);
    await client.until(({exchange}) => parseExchange(exchange?.rest ?? Buffer.alloc(0))?.complete === true);
    const second = parseExchange(client.exchange?.rest ?? Buffer.alloc(0));
    expect(second?.body).toEqual(parseExchange(expected.rest)?.body);
    client.reset();
  });

  it('begins with the notice of recording 02 after 60,000 lines', async () => {
    server.deletePipeline('demo');
    const many = server.addPipeline('many');
    const line = (index: number) =>
      `[many] 2026-11-25T09:08:28.922171Z  INFO dbsp_adapters::controller: flood line ${index} `;
    for (let index = 0; index < 60_000; index++) many.write(line(index));
    const client = await RawClient.request(`${server.url}/v0/pipelines/many/logs`);
    await client.shows('flood line 59999 ');
    const lines = withoutVariables(client.text).split('\n');
    const head = recordingBytes('02-discard-notice-text-head.raw');
    const [notice, first] = withoutVariables(parseExchange(head)?.body.toString() ?? '').split('\n');
    expect(lines.slice(0, 2)).toEqual([notice, first]);
    expect(lines).toHaveLength(1 + 11_764 + 1);
    client.reset();
  });

  it('is emptied by a line over 1,000,000 bytes, which live followers receive in chunks of 32,768: 10c', async () => {
    const demo = server.pipeline('demo');
    const live = await RawClient.request(`${server.url}/v0/pipelines/demo/logs`);
    await live.shows('initializing -> running');
    demo.write('L'.repeat(1_100_000));
    demo.write('after 1.1 MB');
    await live.shows('after 1.1 MB');
    expect(live.text).toContain(`\n${'L'.repeat(1_100_000)}\nafter`);
    expect(Math.max(...(live.exchange?.chunks ?? []).map((chunk) => chunk.length))).toBe(32_768);

    const late = await RawClient.request(`${server.url}/v0/pipelines/demo/logs`);
    await late.shows('after 1.1 MB');
    const expected = recording('10c-after-1100k-catchup.raw').body.toString();
    // Five entries and the long one here, four and the long one there.
    expect(withoutVariables(late.text)).toBe(withoutVariables(expected).replace('... 5 prior', '... 6 prior'));
    live.reset();
    late.reset();
  });

  it('is never compressed: 14a', async () => {
    const client = await RawClient.request(`${server.url}/v0/pipelines/demo/logs`, {
      headers: {'accept-encoding': 'gzip'},
    });
    await client.shows('Fresh start');
    expect(client.exchange && shape(client.exchange)).toEqual(shape(recording('14a-logs-accept-encoding-gzip.raw')));
    client.reset();
  });

  it('has the same bytes when its chunks cut lines and UTF-8 sequences', async () => {
    const ragged = await DemoServer.start({scenario: quiet('demo'), chunking: 'ragged'});
    const lines = Array.from({length: 300}, (_, index) => `日本語 🚀 line ${index}`);
    for (const line of lines) ragged.pipeline('demo').write(line);
    const client = await RawClient.request(`${ragged.url}/v0/pipelines/demo/logs`);
    await client.shows('line 299\n');
    expect(client.text.split('\n').slice(-301, -1)).toEqual(lines);
    const cutInside = (client.exchange?.chunks ?? []).filter((chunk) => chunk.toString().includes('\ufffd'));
    expect(cutInside.length).toBeGreaterThan(10);
    client.reset();
    await ragged.close();
  });

  it('may have a base path', async () => {
    const proxied = await DemoServer.start({scenario: quiet('demo'), basePath: '/feldera'});
    expect(proxied.url).toMatch(/\/feldera$/);
    const client = await RawClient.request(`${proxied.url}/v0/pipelines/demo/logs`);
    await client.shows('Fresh start');
    client.reset();
    await proxied.close();
  });
});

describe('tenants', () => {
  const tenants = [
    {name: 'acme', role: 'read'},
    {name: 'other', role: 'admin'},
  ];

  it('must be named if there are several, and the session has their names', async () => {
    const server = await DemoServer.start({tenants});
    onTestFinished(() => server.close());
    const ask = async (path: string, tenant?: string) => {
      const answer = await fetch(server.url + path, tenant === undefined ? {} : {headers: {'feldera-tenant': tenant}});
      return {status: answer.status, json: await answer.json()};
    };
    expect(await ask('/v0/pipelines')).toMatchObject({
      status: 400,
      json: {error_code: 'AmbiguousTenantMembership'},
    });
    expect(await ask('/v0/pipelines', 'nosuch')).toMatchObject({status: 404, json: {error_code: 'UnknownTenantName'}});
    expect(await ask('/v0/pipelines', 'acme')).toEqual({status: 200, json: []});
    const {json} = await ask('/v0/config/session', 'other');
    expect(json).toMatchObject({tenant_name: 'other', role: 'admin', memberships: [{tenant_name: 'acme'}, {}]});
    expect(await ask('/config/authentication')).toMatchObject({status: 200});
  });
});
