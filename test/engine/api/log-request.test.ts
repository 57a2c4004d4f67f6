import {describe, expect, test} from 'vitest';
import {createClient} from '../../../source/engine/api/client.ts';
import {fixedCredentials} from '../../../source/engine/api/credentials.ts';
import type {ApiClient} from '../../../source/engine/api/types.ts';
import {systemClock} from '../../../source/lib/clock.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {type LogOutcome, readLogs} from '../../harness/log-reader.ts';
import {type Reply, startReplayServer} from '../../harness/replay-server.ts';

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

describe('an answer is a log', () => {
  const plain = 'content-type: text/plain; charset=utf-8\r\n';
  test.each([
    ['200 OK', plain, true],
    ['200 OK', `${plain}content-encoding: identity\r\n`, true],
    ['200 OK', `${plain}content-encoding: gzip\r\n`, false],
    ['206 Partial Content', plain, false],
    ['404 Not Found', plain, false],
    ['200 OK', 'content-type:  Text/Plain ; charset=utf-8\r\n', true],
    ['200 OK', 'content-type: text/html\r\n', false],
    ['200 OK', '', false],
  ])('%s %j: %s', async (status, headers, expected) => {
    const bytes = `HTTP/1.1 ${status}\r\ntransfer-encoding: chunked\r\n${headers}\r\n${lastChunk}`;
    const {opened} = await follow({bytes, ending: 'hold'});
    expect(opened).toBe(expected ? 1 : 0);
  });
});

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

// Each kind of fault, alone and with others: `test/chaos/histories.test.ts`.
describe('hostile servers', () => {
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

  test('an endless line', async () => {
    const piece = chunk('x'.repeat(65_536));
    const {end, body} = await follow({bytes: head + piece.repeat(64), ending: 'fin'});
    expect(end?.kind).toBe('cut');
    expect(body).toHaveLength(64 * 65_536);
  });

  test('an error with a body without bounds', async () => {
    const bytes = `HTTP/1.1 500 Oops\r\ncontent-type: text/plain\r\n\r\n${'x'.repeat(1_000_000)}`;
    const {failure} = await follow({bytes, ending: 'hold'});
    expect(failure).toMatchObject({kind: 'retryable', reason: 'server-error'});
    expect(failure && 'message' in failure && failure.message.length).toBeLessThan(500);
  });

  test('echoes the token', async () => {
    const json = '{"message":"key apikey:s3cr3t is bad","error_code":"AuthenticationFailed"}';
    const bytes = `HTTP/1.1 401 No\r\ncontent-length: ${json.length}\r\n\r\n${json}`;
    await using server = await startReplayServer({reply: () => ({bytes, ending: 'hold'})});
    const {failure} = await readLogs(clientOf(server.url, {token: 'apikey:s3cr3t'}));
    expect(failure).toMatchObject({message: 'the server refused the credentials (401 key *** is bad)'});
  });
});
