import {describe, expect, test} from 'vitest';
import {createClient} from '../../source/api/client.ts';
import {fixedCredentials} from '../../source/api/credentials.ts';
import type {ApiClient, ApiFailure} from '../../source/api/types.ts';
import {systemClock} from '../../source/lib/clock.ts';
import {FakeClock} from '../harness/fake-clock.ts';
import {type LogOutcome, readLogs} from '../harness/log-reader.ts';
import {type Reply, startReplayServer} from '../harness/replay-server.ts';

const head =
  'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-type: text/plain; charset=utf-8\r\n' +
  'content-encoding: identity\r\n\r\n';
const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const lastChunk = '0\r\n\r\n';

function clientOf(baseUrl: string, {token, ...more}: {token?: string; clock?: FakeClock} = {}): ApiClient {
  const credentials = fixedCredentials(token);
  return createClient({baseUrl, clock: systemClock, userAgent: 'test', credentials, ...more});
}

/** Follows the logs of a server that answers each request with `reply`, and checks that no socket is left. */
async function follow(reply: Reply): Promise<LogOutcome> {
  await using server = await startReplayServer({reply: () => reply});
  const outcome = await readLogs(clientOf(server.url));
  await server.untilOpen(0);
  expect(server.connections).toHaveLength(1);
  return outcome;
}

function summary(failure: ApiFailure | undefined): string {
  return failure === undefined || failure.kind === 'cancelled'
    ? String(failure?.kind)
    : `${failure.kind} ${failure.reason}`;
}

describe('the request', () => {
  test('is HTTP/1.1, asks for no compression, and carries the token and the agent', async () => {
    await using server = await startReplayServer({reply: () => ({bytes: head + lastChunk, ending: 'hold'})});
    await readLogs(clientOf(`${server.url}/prefix/`, {token: 'apikey:abc'}), {name: 'a b'});
    const request = server.connections[0]?.requests[0]?.toLowerCase();
    expect(request).toMatch(/^get \/prefix\/v0\/pipelines\/a%20b\/logs http\/1\.1\r\n/);
    expect(request).toContain('\r\nauthorization: bearer apikey:abc');
    expect(request).toContain('\r\nuser-agent: test');
    expect(request).not.toContain('accept-encoding');
  });

  test('has a connection of its own, which ends with it', async () => {
    await using server = await startReplayServer({reply: () => ({bytes: head + chunk('a\n'), ending: 'hold'})});
    const client = clientOf(server.url);
    const aborts = [0, 1, 2].map(() => new AbortController());
    const streams = [];
    for (const {signal} of aborts) {
      const opened = Promise.withResolvers<void>();
      streams.push(readLogs(client, {signal, onData: () => opened.resolve()}));
      await opened.promise;
    }
    expect(server.open()).toBe(3);
    aborts[1]?.abort();
    await server.untilOpen(2);
    for (const abort of aborts) abort.abort();
    await server.untilOpen(0);
    expect((await Promise.all(streams)).map(({end}) => end)).toEqual([1, 2, 3].map(() => ({kind: 'aborted'})));
    expect(server.connections.map(({requests}) => requests.length)).toEqual([1, 1, 1]);
  });

  test('closes its connection after a clean end, though the server would keep it', async () => {
    const {end} = await follow({bytes: head + chunk('a\n') + lastChunk, ending: 'hold'});
    expect(end).toEqual({kind: 'clean'});
  });
});

describe('a flood', () => {
  const size = 16 * 1024 * 1024;
  const flood = `${size.toString(16)}\r\n${'0123456789abcde\n'.repeat(size / 16)}\r\n`;

  test.each([
    {what: 'that ends', rest: lastChunk, ending: 'hold'},
    {what: 'that is cut', rest: '', ending: 'fin'},
  ] as const)('$what comes in turns that leave room for keys, and comes whole', async ({rest, ending}) => {
    await using server = await startReplayServer({reply: () => ({bytes: head + flood + rest, ending})});
    let inTurn = 0;
    let most = 0;
    let received = 0;
    const end = await clientOf(server.url).followLogs('orders', {
      onOpen: () => {},
      onData(bytes) {
        if (inTurn === 0) {
          setImmediate(() => {
            most = Math.max(most, inTurn);
            inTurn = 0;
          });
        }
        inTurn += bytes.length;
        received += bytes.length;
      },
      signal: new AbortController().signal,
    });
    expect(end.kind).toBe(ending === 'fin' ? 'cut' : 'clean');
    expect(received).toBe(size);
    // The piece that passes the bound comes on top.
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual((256 + 64) * 1024);
  });
});

describe('closing', () => {
  test('resets the socket of an open stream', async () => {
    await using server = await startReplayServer({reply: () => ({bytes: head + chunk('a\n'), ending: 'hold'})});
    const abort = new AbortController();
    const outcome = await readLogs(clientOf(server.url), {signal: abort.signal, onData: () => abort.abort()});
    expect(outcome.end).toEqual({kind: 'aborted'});
    expect(outcome.body.toString()).toBe('a\n');
    expect(await server.connections[0]?.closed).toBe('rst');
  });

  test('nothing is delivered after an abort, even of what was read already', async () => {
    const bytes = head + chunk(`${'a'.repeat(50_000)}\n`).repeat(8);
    await using server = await startReplayServer({reply: () => ({bytes, ending: 'hold'})});
    const abort = new AbortController();
    let calls = 0;
    const onData = () => {
      calls += 1;
      abort.abort();
    };
    const outcome = await readLogs(clientOf(server.url), {signal: abort.signal, onData});
    expect(calls).toBe(1);
    expect(outcome.body.length).toBeLessThan(8 * 50_001);
    await server.untilOpen(0);
  });

  test('an abort in onOpen ends the stream before its first byte', async () => {
    await using server = await startReplayServer({reply: () => ({bytes: head + chunk('a\n'), ending: 'hold'})});
    const abort = new AbortController();
    const outcome = await readLogs(clientOf(server.url), {signal: abort.signal, onOpen: () => abort.abort()});
    expect(outcome.end).toEqual({kind: 'aborted'});
    expect(outcome.body).toHaveLength(0);
    await server.untilOpen(0);
  });

  test('an abort before the headers is a cancellation, and resets too', async () => {
    const abort = new AbortController();
    await using server = await startReplayServer({
      reply: () => {
        abort.abort();
        return undefined;
      },
    });
    const clock = new FakeClock();
    const outcome = await readLogs(clientOf(server.url, {clock}), {signal: abort.signal});
    expect(outcome.failure).toEqual({kind: 'cancelled'});
    expect(await server.connections[0]?.closed).toBe('rst');
    expect(clock.pending).toBe(0);
  });

  test('an abort before the connection makes none', async () => {
    await using server = await startReplayServer({reply: () => undefined});
    const outcome = await readLogs(clientOf(server.url), {signal: AbortSignal.abort()});
    expect(outcome.failure).toEqual({kind: 'cancelled'});
    expect(server.connections).toHaveLength(0);
  });

  test('what a handler throws reaches the caller as it is', async () => {
    await using server = await startReplayServer({reply: () => ({bytes: head + chunk('a\n'), ending: 'hold'})});
    const bug = new Error('a bug');
    const onData = (): void => {
      throw bug;
    };
    await expect(readLogs(clientOf(server.url), {onData})).rejects.toBe(bug);
    await server.untilOpen(0);
  });
});

describe('hostile servers', () => {
  test('accept, then reset', async () => {
    const {failure} = await follow({bytes: '', ending: 'rst'});
    expect(summary(failure)).toBe('retryable unreachable');
  });

  test('accept, then close', async () => {
    const {failure} = await follow({bytes: '', ending: 'fin'});
    expect(summary(failure)).toBe('retryable unreachable');
  });

  test('nothing listens', async () => {
    const server = await startReplayServer({reply: () => undefined});
    await server[Symbol.asyncDispose]();
    const {failure} = await readLogs(clientOf(server.url));
    expect(summary(failure)).toBe('retryable unreachable');
  });

  test.each(['fin', 'rst'] as const)('a body cut by %s keeps every byte that came', async (ending) => {
    // Small enough to be in the reader's hands before the reset: what was still on its way is lost with a reset.
    const text = `${'line\n'.repeat(2000)}half a li`;
    for (let round = 0; round < 10; round++) {
      const {end, body} = await follow({bytes: head + chunk(text), ending});
      expect(end).toEqual({kind: 'cut', message: ending === 'rst' ? 'the connection was reset' : expect.any(String)});
      expect(body.equals(Buffer.from(text))).toBe(true);
    }
  });

  test('connection: close does not hide a cut', async () => {
    const bytes = `${head.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n')}5\r\nhal`;
    const {end, body} = await follow({bytes, ending: 'fin'});
    expect(end?.kind).toBe('cut');
    expect(body.toString()).toBe('hal');
  });

  test.each(['fin', 'rst'] as const)(
    'a body that only its connection delimits (%s) is never called clean',
    async (ending) => {
      const {end, body} = await follow({bytes: 'HTTP/1.0 200 OK\r\ncontent-type: text/plain\r\n\r\na\nb', ending});
      expect(end?.kind).toBe('cut');
      expect(body.toString()).toBe('a\nb');
    },
  );

  test('200, then silence', async () => {
    const clock = new FakeClock();
    await using server = await startReplayServer({reply: () => ({bytes: head, ending: 'hold'})});
    const abort = new AbortController();
    const opened = Promise.withResolvers<void>();
    const outcome = readLogs(clientOf(server.url, {clock}), {signal: abort.signal, onOpen: opened.resolve});
    await opened.promise;
    // A quiet pipeline is nothing unusual: no timer waits, whatever time passes.
    await clock.advance(7 * 24 * 3600 * 1000);
    expect(clock.pending).toBe(0);
    expect(server.open()).toBe(1);
    abort.abort();
    expect((await outcome).end).toEqual({kind: 'aborted'});
  });

  test.each([
    ['no headers at all', ''],
    ['headers that come without end', 'HTTP/1.1 200 OK\r\nx: y\r\n'],
    ['interim answers only', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(3)],
  ])('%s: a time limit', async (_name, bytes) => {
    const clock = new FakeClock();
    const asked = Promise.withResolvers<void>();
    await using server = await startReplayServer({
      reply: () => {
        asked.resolve();
        return {bytes, ending: 'hold'};
      },
    });
    const outcome = readLogs(clientOf(server.url, {clock}));
    await asked.promise;
    await clock.advance(15_000);
    expect(summary((await outcome).failure)).toBe('retryable timeout');
    await server.untilOpen(0);
    expect(clock.pending).toBe(0);
  });

  test('headers larger than 16 KiB', async () => {
    const {failure} = await follow({bytes: `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(40_000)}`, ending: 'hold'});
    expect(summary(failure)).toBe('retryable protocol');
  });

  test('an endless line', async () => {
    const piece = chunk('x'.repeat(65_536));
    const {end, body} = await follow({bytes: head + piece.repeat(64), ending: 'fin'});
    expect(end?.kind).toBe('cut');
    expect(body).toHaveLength(64 * 65_536);
  });

  test('a redirect, endless or not, is not followed', async () => {
    const {failure} = await follow({
      bytes: 'HTTP/1.1 302 Found\r\nlocation: /v0/pipelines/orders/logs\r\ncontent-length: 0\r\n\r\n',
      ending: 'hold',
    });
    expect(summary(failure)).toBe('fatal wrong-url');
  });

  test('gzip that was not requested', async () => {
    const bytes = head.replace('identity', 'gzip') + chunk('\u001f\u008b');
    const {failure, opened} = await follow({bytes, ending: 'fin'});
    expect(summary(failure)).toBe('retryable protocol');
    expect(failure).toMatchObject({message: expect.stringContaining('gzip')});
    expect(opened).toBe(0);
  });

  test.each([
    ['too long', 'content-length: 9', 'cut', 'a\nb\n'],
    ['too short', 'content-length: 2', 'clean', 'a\n'],
  ])('a content-length that is %s', async (_name, length, kind, text) => {
    const bytes = `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n${length}\r\n\r\na\nb\n`;
    const {end, body} = await follow({bytes, ending: 'fin'});
    expect(end?.kind).toBe(kind);
    expect(body.toString()).toBe(text);
  });

  test.each([
    ['no number', 'zz\r\nnonsense'],
    ['a negative size', '-5\r\nnonsense'],
    ['a size beyond 64 bits', `${'f'.repeat(17)}\r\nnonsense`],
    ['data longer than its size', '2\r\nnonsense'],
    ['a web page in the middle', '<!doctype html><html></html>'],
  ])('chunk garbage: %s', async (_name, garbage) => {
    const {end, body} = await follow({bytes: `${head}${chunk('a\n')}${garbage}`, ending: 'hold'});
    expect(end).toEqual({kind: 'cut', message: expect.stringContaining('broke the HTTP protocol')});
    expect(body.toString()).toMatch(/^a\n(no)?$/);
  });

  test('no HTTP at all', async () => {
    const {failure} = await follow({bytes: 'SSH-2.0-OpenSSH_9.6\r\n', ending: 'hold'});
    expect(summary(failure)).toBe('retryable protocol');
  });

  test('talks before it is asked', async () => {
    await using server = await startReplayServer({reply: () => undefined, greeting: '220 mail.example ESMTP\r\n'});
    const {failure} = await readLogs(clientOf(server.url));
    expect(failure?.kind).toBe('retryable');
    await server.untilOpen(0);
  });

  test('100 Continue, which was not requested', async () => {
    const {failure} = await follow({bytes: `HTTP/1.1 100 Continue\r\n\r\n${head}${lastChunk}`, ending: 'hold'});
    expect(summary(failure)).toBe('retryable protocol');
  });

  test('103 Early Hints before the real answer', async () => {
    const hints = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n';
    const {end, body, opened} = await follow({bytes: hints + head + chunk('a\n') + lastChunk, ending: 'hold'});
    expect(end).toEqual({kind: 'clean'});
    expect(opened).toBe(1);
    expect(body.toString()).toBe('a\n');
  });

  test('an upgrade that was not requested', async () => {
    const bytes = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n';
    const {failure} = await follow({bytes, ending: 'hold'});
    expect(summary(failure)).toBe('retryable protocol');
  });

  test('a web page', async () => {
    const bytes = 'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 15\r\n\r\n<!doctype html>';
    const {failure, body, opened} = await follow({bytes, ending: 'hold'});
    expect(summary(failure)).toBe('fatal wrong-url');
    expect(failure).toMatchObject({message: expect.stringMatching(/web page.*base URL/)});
    expect([body.length, opened]).toEqual([0, 0]);
  });

  test('a 200 with an error in JSON', async () => {
    const json = '{"message":"database is away","error_code":"DatabaseError","details":null}';
    const bytes = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${json.length}\r\n\r\n${json}`;
    const {failure} = await follow({bytes, ending: 'hold'});
    expect(failure).toMatchObject({kind: 'retryable', message: 'the server failed (200 database is away)'});
  });

  test('an error whose body never ends is read as far as it came', async () => {
    const clock = new FakeClock();
    await using server = await startReplayServer({
      reply: () => ({bytes: 'HTTP/1.1 500 Oops\r\ncontent-type: text/plain\r\n\r\nout of ', ending: 'hold'}),
    });
    // The limit on the headers out of the way: what is under test is the one on the body, 5 s.
    const client = createClient({baseUrl: server.url, clock, userAgent: 'test', timeouts: {headers: 1e9}});
    const outcome = readLogs(client);
    await expect.poll(() => server.connections[0]?.requests.length).toBe(1);
    await expect
      .poll(async () => {
        await clock.advance(5000);
        return server.open();
      })
      .toBe(0);
    expect((await outcome).failure).toMatchObject({kind: 'retryable', reason: 'server-error'});
  });

  test('an error with a body without bounds', async () => {
    const bytes = `HTTP/1.1 500 Oops\r\ncontent-type: text/plain\r\n\r\n${'x'.repeat(1_000_000)}`;
    const {failure} = await follow({bytes, ending: 'hold'});
    expect(failure).toMatchObject({kind: 'retryable', reason: 'server-error'});
    expect(failure && 'message' in failure && failure.message.length).toBeLessThan(500);
  });

  test('an error cut in the middle of its body', async () => {
    const bytes = 'HTTP/1.1 503 Away\r\nretry-after: 5\r\ncontent-length: 100\r\n\r\n{"message":';
    const {failure} = await follow({bytes, ending: 'rst'});
    expect(failure).toMatchObject({kind: 'retryable', reason: 'server-error', retryAfter: 5000});
  });

  test('echoes the token', async () => {
    const json = '{"message":"key apikey:s3cr3t is bad","error_code":"AuthenticationFailed"}';
    const bytes = `HTTP/1.1 401 No\r\ncontent-length: ${json.length}\r\n\r\n${json}`;
    await using server = await startReplayServer({reply: () => ({bytes, ending: 'hold'})});
    const {failure} = await readLogs(clientOf(server.url, {token: 'apikey:s3cr3t'}));
    expect(failure).toMatchObject({message: 'the server refused the credentials (401 key … is bad)'});
  });
});
