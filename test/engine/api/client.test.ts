import {gzipSync} from 'node:zlib';
import {describe, expect, test} from 'vitest';
import {createClient} from '../../../source/engine/api/client.ts';
import {fixedCredentials} from '../../../source/engine/api/credentials.ts';
import type {ApiClient, ApiFailure} from '../../../source/engine/api/types.ts';
import {systemClock} from '../../../source/lib/clock.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {failureIn, readLogs} from '../../harness/log-reader.ts';
import {type Reply, startReplayServer} from '../../harness/replay-server.ts';

const jsonType = 'content-type: application/json';
const quiet = new AbortController().signal;

function answer(body: string | Buffer, headers = jsonType, status = '200 OK'): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([
    Buffer.from(`HTTP/1.1 ${status}\r\n${headers}\r\ncontent-length: ${bytes.length}\r\n\r\n`),
    bytes,
  ]);
}

type More = {token?: string; clock?: FakeClock; timeouts?: {headers: number; total: number}};

function clientOf(baseUrl: string, {token, ...more}: More = {}): ApiClient {
  const credentials = fixedCredentials(token);
  return createClient({baseUrl, clock: systemClock, userAgent: 'pipetail/test', credentials, ...more});
}

const failureOf = async (promise: Promise<unknown>): Promise<ApiFailure> =>
  failureIn(await promise.then(() => undefined).catch((error: unknown) => error));

/** The failure of the list against a server that sends `reply`; afterwards no socket and no timer is left. */
async function listFailure(reply: Reply, token?: string): Promise<ApiFailure> {
  const clock = new FakeClock();
  await using server = await startReplayServer({reply: () => reply});
  const client = clientOf(server.url, {clock, ...(token === undefined ? {} : {token})});
  const failure = await failureOf(client.listPipelines(quiet));
  await client.close();
  await server.untilOpen(0);
  expect(clock.pending).toBe(0);
  return failure;
}

describe('createClient', () => {
  test('keeps the base URL without its slash', () => {
    expect(clientOf('http://localhost:8080/eu/').baseUrl).toBe('http://localhost:8080/eu');
  });

  test.each(['', 'two words', 'line\nbreak', 'ключ'])('the token %o is refused, unrepeated', (token) => {
    expect(() => clientOf('http://localhost', {token})).toThrow(/API key is empty or holds characters/);
    if (token !== '') expect(() => clientOf('http://localhost', {token})).not.toThrow(token);
  });
});

describe('the base URL', () => {
  test.each([
    ['http://localhost:8080', 'http://localhost:8080'],
    [' https://Prod.Example.COM/ ', 'https://prod.example.com'],
    ['https://example.com:443', 'https://example.com'],
    ['https://example.com/feldera/eu//', 'https://example.com/feldera/eu'],
    ['http://[::1]:8080/', 'http://[::1]:8080'],
  ])('%s is %s', (text, url) => {
    expect(clientOf(text).baseUrl).toBe(url);
    expect(clientOf(url).baseUrl).toBe(url);
  });

  test.each([
    ['', /empty/],
    ['localhost:8080', /no scheme: did you mean http:\/\/localhost:8080\?/],
    ['prod.example.com', /did you mean https:\/\/prod\.example\.com\?/],
    ['10.0.0.7/x', /did you mean http:\/\/10\.0\.0\.7\/x\?/],
    ['http:/localhost', /did you mean http:\/\/localhost\?/],
    ['ftp://example.com', /must begin with http:\/\/ or https:\/\//],
    ['https://example.com/?tenant=a', /query/],
    ['https://example.com/#top', /fragment/],
    ['https://user:secret@example.com', /user name/],
    ['user:secret@example.com', /user name/],
    ['http:/user:secret@example.com', /user name/],
    ['https://exa mple.com', /not a valid URL/],
    ['http://localhost:99999', /not a valid URL/],
  ])('%s is refused in one line', (text, message) => {
    expect(() => clientOf(text)).toThrow(message);
    expect(() => clientOf(text)).not.toThrow(/secret|\n/);
  });
});

describe('a name in a path', () => {
  test.each([
    ['orders', 'orders'],
    ['a/b c', 'a%2Fb%20c'],
    ['..', '%2E%2E'],
    ['ä?#', '%C3%A4%3F%23'],
    ['\ud800', '%EF%BF%BD'],
  ])('%s cannot leave its place; a prefix stays in front', async (name, encoded) => {
    await using server = await startReplayServer({reply: () => ({bytes: answer('{}'), ending: 'hold'})});
    const client = clientOf(`${server.url}/feldera`);
    await failureOf(client.getPipeline(name, quiet));
    await readLogs(client, {name});
    await client.close();
    const paths = server.connections.flatMap(({requests}) => requests.map((head) => head.split(' ', 2)[1]));
    const path = `/feldera/v0/pipelines/${encoded}`;
    expect(paths).toEqual([`${path}?selector=all`, `${path}/logs`]);
  });
});

describe('the list', () => {
  test('asks for gzip, and reads it', async () => {
    const body = gzipSync('[{"id":"1","name":"orders"}]');
    const bytes = answer(body, 'content-type: application/json\r\ncontent-encoding: gzip');
    await using server = await startReplayServer({reply: () => ({bytes, pieces: {seed: 3}, ending: 'hold'})});
    const client = clientOf(`${server.url}/eu`, {token: 'jwt.jwt.jwt'});
    expect((await client.listPipelines(quiet)).map(({name}) => name)).toEqual(['orders']);
    const request = server.connections[0]?.requests[0];
    expect(request).toMatch(/^GET \/eu\/v0\/pipelines\?selector=status HTTP\/1\.1\r\n/);
    expect(request).toContain('\r\naccept-encoding: gzip');
    expect(request).toContain('\r\nauthorization: Bearer jwt.jwt.jwt');
    await client.close();
  });

  test('reads a long list in gzip of several members', async () => {
    const names = Array.from({length: 2000}, (_, index) => `pipeline-${index}`);
    const text = JSON.stringify(names.map((name, index) => ({id: `${index}`, name, description: 'x'.repeat(90)})));
    const body = Buffer.concat([gzipSync(text.slice(0, 100)), gzipSync(text.slice(100, -5)), gzipSync(text.slice(-5))]);
    const bytes = answer(body, 'content-type: application/json\r\ncontent-encoding: gzip');
    await using server = await startReplayServer({reply: () => ({bytes, ending: 'hold'})});
    const client = clientOf(server.url);
    expect((await client.listPipelines(quiet)).map(({name}) => name)).toEqual(names);
    await client.close();
  });

  test('returns the previous array while the bytes, or what they mean, are the same', async () => {
    const bodies = [
      '[{"id":"1","name":"a"}]',
      '[{"id":"1","name":"a"}]',
      '[ {"id":"1","name":"a"}]',
      '[{"id":"2","name":"a"}]',
    ];
    await using server = await startReplayServer({
      reply: (_head, index) => ({bytes: answer(bodies[index] ?? ''), ending: 'hold'}),
    });
    const client = clientOf(server.url);
    const lists = [];
    for (const _ of bodies) lists.push(await client.listPipelines(quiet));
    expect(lists[1]).toBe(lists[0]);
    expect(lists[2]).toBe(lists[0]);
    expect(lists[3]?.[0]?.id).toBe('2');
    await client.close();
  });

  test('a failure in between does not lose the previous list', async () => {
    const replies = [
      answer('[{"id":"1","name":"a"}]'),
      answer('', jsonType, '500 Oops'),
      answer('[{"id":"1","name":"a"}]'),
    ];
    await using server = await startReplayServer({
      reply: (_head, index) => ({bytes: replies[index] ?? '', ending: 'hold'}),
    });
    const client = clientOf(server.url);
    const first = await client.listPipelines(quiet);
    expect(await failureOf(client.listPipelines(quiet))).toMatchObject({kind: 'retryable', reason: 'server-error'});
    expect(await client.listPipelines(quiet)).toBe(first);
    await client.close();
  });
});

describe('look-ups', () => {
  test('share a few connections', async () => {
    await using server = await startReplayServer({reply: () => ({bytes: answer('{"name":"a"}'), ending: 'hold'})});
    const client = clientOf(server.url);
    await Promise.all(Array.from({length: 20}, () => client.getPipeline('a', quiet)));
    expect(server.connections.flatMap(({requests}) => requests)).toHaveLength(20);
    expect(server.connections.length).toBeLessThanOrEqual(4);
    await client.close();
    await server.untilOpen(0);
  });

  test('a pipeline, the session and the version', async () => {
    await using server = await startReplayServer({
      reply: (head) => ({
        bytes: answer(
          head.includes('session')
            ? '{"tenant_name":"acme"}'
            : head.includes('config')
              ? '{"edition":"Open source","version":"0.200.0"}'
              : '{"name":"a","program_error":"bad"}',
        ),
        ending: 'hold',
      }),
    });
    const client = clientOf(server.url);
    expect(await client.getPipeline('a', quiet)).toMatchObject({name: 'a', programError: 'bad'});
    expect(await client.getSession(quiet)).toMatchObject({tenantName: 'acme'});
    expect(await client.getVersion(quiet)).toBe('0.200.0');
    const heads = server.connections.flatMap(({requests}) => requests);
    expect(heads.map((head) => head.split(' HTTP')[0]).toSorted()).toEqual([
      'GET /v0/config',
      'GET /v0/config/session',
      'GET /v0/pipelines/a?selector=all',
    ]);
    for (const head of heads) expect(head).toMatch(/^accept-encoding: gzip\r?$/im);
    await client.close();
  });

  test('statistics, time series and events, compressed', async () => {
    const body = '{"global_metrics":{},"now":1,"samples":[],"event_id":"e","recorded_at":"t"}';
    await using server = await startReplayServer({
      reply: (head) => ({bytes: answer(head.includes('events?') ? '[]' : body), ending: 'hold'}),
    });
    const client = clientOf(server.url);
    expect(await client.getStats('a b', quiet)).toMatchObject({connectors: []});
    expect(await client.getTimeSeries('a b', quiet)).toEqual({samples: []});
    expect(await client.listEvents('a b', quiet)).toEqual([]);
    expect(await client.getEvent('a b', 'e/1', quiet)).toMatchObject({id: 'e', time: 't'});
    const heads = server.connections.flatMap(({requests}) => requests);
    expect(heads.map((head) => head.split(' HTTP')[0]).toSorted()).toEqual([
      'GET /v0/pipelines/a%20b/events/e%2F1?selector=all',
      'GET /v0/pipelines/a%20b/events?selector=status',
      'GET /v0/pipelines/a%20b/stats?include_connector_errors=true',
      'GET /v0/pipelines/a%20b/time_series',
    ]);
    for (const head of heads) expect(head).toMatch(/^accept-encoding: gzip\r?$/im);
    await client.close();
  });

  test('refuses statistics that are larger than any can be, as sent and decompressed', async () => {
    const huge = `{"global_metrics":{},"inputs":[${'0,'.repeat(17 * 1024 * 1024)}0]}`;
    const failure = {kind: 'retryable', reason: 'protocol'};
    await using plain = await startReplayServer({reply: () => ({bytes: answer(huge), ending: 'fin'})});
    expect(await failureOf(clientOf(plain.url).getStats('a', quiet))).toMatchObject(failure);
    const packed = gzipSync(huge);
    const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: ${packed.length}\r\n\r\n`;
    const bytes = Buffer.concat([Buffer.from(head), packed]);
    await using small = await startReplayServer({reply: () => ({bytes, ending: 'fin'})});
    expect(await failureOf(clientOf(small.url).getStats('a', quiet))).toMatchObject(failure);
  });

  test.each([
    ['a declared length', Buffer.from(`HTTP/1.1 200 OK\r\n${jsonType}\r\ncontent-length: 134217728\r\n\r\n[`)],
    [
      'a compressed body',
      answer(gzipSync(Buffer.alloc(128 * 1024 * 1024, ' ')), `${jsonType}\r\ncontent-encoding: gzip`),
    ],
  ])('a list of 128 MiB, by %s, is refused before it is read', async (_by, bytes) => {
    expect(await listFailure({bytes, ending: 'hold'})).toMatchObject({message: 'the answer is larger than 20 MiB'});
  });

  test('an unknown pipeline', async () => {
    const body = '{"message":"Unknown pipeline name \'x\'","error_code":"UnknownPipelineName","details":{}}';
    const bytes = answer(body, 'content-type: application/json', '404 Not Found');
    await using server = await startReplayServer({reply: () => ({bytes, ending: 'fin'})});
    expect(await failureOf(clientOf(server.url).getPipeline('x', quiet))).toMatchObject({
      kind: 'fatal',
      reason: 'unknown-pipeline',
    });
  });

  test('an abort, before and while the server is asked', async () => {
    const abort = new AbortController();
    await using server = await startReplayServer({
      reply: () => {
        abort.abort();
        return undefined;
      },
    });
    const clock = new FakeClock();
    const client = clientOf(server.url, {clock});
    expect(await failureOf(client.listPipelines(AbortSignal.abort()))).toEqual({kind: 'cancelled'});
    expect(server.connections).toHaveLength(0);
    expect(await failureOf(client.listPipelines(abort.signal))).toEqual({kind: 'cancelled'});
    await server.untilOpen(0);
    expect(clock.pending).toBe(0);
  });

  test('an abort in the middle of a body', async () => {
    const abort = new AbortController();
    const bytes = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n[';
    await using server = await startReplayServer({reply: () => ({bytes, ending: 'hold'})});
    const client = clientOf(server.url);
    const failure = failureOf(client.listPipelines(abort.signal));
    await expect.poll(() => server.connections[0]?.requests.length).toBe(1);
    abort.abort();
    expect(await failure).toEqual({kind: 'cancelled'});
    await server.untilOpen(0);
  });

  test('closing the client cancels its requests, and it can be used again', async () => {
    await using server = await startReplayServer({
      reply: (_head, index) => (index === 0 ? undefined : {bytes: answer('[]'), ending: 'hold'}),
    });
    const client = clientOf(server.url);
    const failure = failureOf(client.listPipelines(quiet));
    await expect.poll(() => server.connections[0]?.requests.length).toBe(1);
    await client.close();
    expect(await failure).toEqual({kind: 'cancelled'});
    expect(await client.listPipelines(quiet)).toEqual([]);
    await client.close();
    await server.untilOpen(0);
  });
});

describe('hostile servers', () => {
  test.each([
    ['no answer', '', 15_000],
    ['a body that never ends', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n[', 30_000],
    ['headers that never end', 'HTTP/1.1 200 OK\r\nx: y\r\n', 15_000],
  ])('%s meets its time limit', async (_name, bytes, limit) => {
    const clock = new FakeClock();
    await using server = await startReplayServer({reply: () => ({bytes, ending: 'hold'})});
    const client = clientOf(server.url, {clock});
    const failure = failureOf(client.listPipelines(quiet));
    await expect.poll(() => server.connections[0]?.requests.length).toBe(1);
    await expect
      .poll(async () => {
        await clock.advance(limit);
        return server.open();
      })
      .toBe(0);
    expect(await failure).toMatchObject({kind: 'retryable', reason: 'timeout'});
    expect(clock.pending).toBe(0);
    await client.close();
  });

  const gzip = 'content-type: application/json\r\ncontent-encoding: gzip';
  test.each([
    ['broken gzip', answer('no gzip at all', gzip), 'retryable protocol'],
    ['half a gzip', answer(gzipSync('[1,2,3]').subarray(0, -9), gzip), 'retryable protocol'],
    ['an unknown encoding', answer('[]', 'content-encoding: zstd'), 'retryable protocol'],
    ['half a body', answer('[{"id":"1"').subarray(0, -4), 'retryable unreachable'],
    ['no JSON', answer('[{'), 'retryable protocol'],
    ['an object', answer('{}'), 'retryable protocol'],
    ['a web page', answer('<!doctype html>', 'content-type: text/html'), 'fatal wrong-url'],
    ['an empty 404', answer('', jsonType, '404 Not Found'), 'fatal wrong-url'],
    ['a redirect', answer('', 'location: http://127.0.0.1:1/', '301 Moved'), 'fatal wrong-url'],
    ['no HTTP', Buffer.from('SSH-2.0-OpenSSH\r\n'), 'retryable protocol'],
    ['100 Continue', Buffer.from('HTTP/1.1 100 Continue\r\n\r\n'), 'retryable protocol'],
    ['chunk garbage', Buffer.from('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'), 'retryable protocol'],
  ])('%s', async (_name, bytes, expected) => {
    const failure = await listFailure({bytes, ending: 'fin'});
    expect(failure.kind === 'cancelled' ? '' : `${failure.kind} ${failure.reason}`).toBe(expected);
  });

  test('a compressed error is read', async () => {
    const bytes = answer(gzipSync('{"message":"no","error_code":"InsufficientPermissions"}'), gzip, '403 Forbidden');
    expect(await listFailure({bytes, ending: 'fin'})).toMatchObject({
      reason: 'forbidden',
      message: 'these credentials may not do this (403 no)',
    });
  });

  test('an error whose compression is broken is still that error', async () => {
    const bytes = answer('no gzip', gzip, '503 Away');
    expect(await listFailure({bytes, ending: 'fin'})).toMatchObject({reason: 'server-error'});
  });

  test('an error with a body without bounds', async () => {
    const bytes = `HTTP/1.1 500 Oops\r\ncontent-type: text/plain\r\n\r\n${'x'.repeat(1_000_000)}`;
    expect(await listFailure({bytes, ending: 'hold'})).toMatchObject({kind: 'retryable', reason: 'server-error'});
  });

  test('an error whose body never ends is read as far as it came', async () => {
    const clock = new FakeClock();
    const bytes = 'HTTP/1.1 503 Away\r\ncontent-length: 99\r\n\r\n{';
    await using server = await startReplayServer({reply: () => ({bytes, ending: 'hold'})});
    // The other limits out of the way: what is under test is the one on the body, 5 s.
    const client = clientOf(server.url, {clock, timeouts: {headers: 1e9, total: 1e9}});
    const failure = failureOf(client.listPipelines(quiet));
    await expect.poll(() => server.connections[0]?.requests.length).toBe(1);
    await expect
      .poll(async () => {
        await clock.advance(5000);
        return server.open();
      })
      .toBe(0);
    expect(await failure).toMatchObject({kind: 'retryable', reason: 'server-error'});
    expect(clock.pending).toBe(0);
    await client.close();
  });

  test('a redirect does not take the credentials along', async () => {
    await using target = await startReplayServer({reply: () => ({bytes: answer('[]'), ending: 'fin'})});
    const bytes = answer('', `location: ${target.url}/v0/pipelines`, '307 Temporary Redirect');
    const failure = await listFailure({bytes, ending: 'fin'}, 'apikey:s3cr3t');
    expect(failure).toMatchObject({
      reason: 'wrong-url',
      message: expect.stringContaining(`to ${target.url}/v0/pipelines`),
    });
    expect(target.connections).toHaveLength(0);
  });

  test('a server that echoes the token does not get it shown', async () => {
    const bytes = answer('{"message":"bad key s3cr3t","error_code":"s3cr3t"}', 'x: y', '401 s3cr3t');
    const failure = await listFailure({bytes, ending: 'fin'}, 'apikey:s3cr3t');
    expect(JSON.stringify(failure)).not.toContain('s3cr3t');
    expect(failure).toMatchObject({message: 'the server refused the credentials (401 bad key …)'});
  });
});

describe('what the server has answered', () => {
  const reset: Reply = {bytes: '', ending: 'rst'};
  const isPlain = /before it answered$/;
  const perhapsTls = /if it serves https, use --host https:/;
  const logs = async (client: ApiClient) => (await readLogs(client)).failure ?? {kind: 'cancelled'};
  const list = (client: ApiClient) => failureOf(client.listPipelines(quiet));

  test.each([
    ['a list', answer('[]'), isPlain],
    ['a refusal', answer('', 'www-authenticate: Bearer', '401 Unauthorized'), isPlain],
    ['an error', answer('{}', jsonType, '500 Oops'), isPlain],
    ['nothing', '', perhapsTls],
    ['that it wants TLS', answer('You are speaking plain HTTP to an SSL-enabled port', '', '400 Bad'), perhapsTls],
  ])('after %s a reset comes with the right advice, for the list and for logs', async (_, first, expected) => {
    for (const [before, after] of [
      [list, logs],
      [logs, list],
    ] as const) {
      await using server = await startReplayServer({
        reply: (_head, index) => (index === 0 && first !== '' ? {bytes: first, ending: 'fin'} : reset),
      });
      const client = clientOf(server.url);
      await before(client).catch(() => {});
      expect(await after(client)).toMatchObject({reason: 'unreachable', message: expect.stringMatching(expected)});
      await client.close();
    }
  });

  test('each request has a number; the newest that got its answer is in lastGood', async () => {
    const replies: Reply[] = [
      {bytes: answer('[]'), ending: 'fin'},
      {bytes: answer('{}', jsonType, '500 Oops'), ending: 'fin'},
      {bytes: answer('a line\n', 'content-type: text/plain'), ending: 'fin'},
      {bytes: '', ending: 'rst'},
      {bytes: answer('{"error_code":"UnknownPipelineName","message":"no"}', jsonType, '404 Not Found'), ending: 'fin'},
    ];
    await using server = await startReplayServer({reply: (_head, index) => replies[index]});
    const client = clientOf(server.url);
    const {answers} = client;
    const told: number[] = [];
    answers.lastGood.subscribe(() => told.push(answers.lastGood.get()));
    expect([answers.started, answers.lastGood.get()]).toEqual([0, 0]);
    await client.listPipelines(quiet);
    await list(client);
    await readLogs(client);
    await logs(client);
    await failureOf(client.getPipeline('orders', quiet));
    expect(answers.started).toBe(5);
    expect(told).toEqual([1, 3, 5]);
    await client.close();
  });
});
