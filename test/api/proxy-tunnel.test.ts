import {expect, type TestContext, test} from 'vitest';
import {createClient} from '../../source/api/client.ts';
import type {HttpProxy} from '../../source/api/types.ts';
import {systemClock} from '../../source/lib/clock.ts';
import {type Certificate, makeCertificate} from '../harness/certificate.ts';
import {type ConnectProxy, startConnectProxy} from '../harness/connect-proxy.ts';
import {eventually} from '../harness/eventually.ts';
import {failureIn, readLogs} from '../harness/log-reader.ts';
import {startReplayServer} from '../harness/replay-server.ts';
import {skipOrFail} from '../harness/tools.ts';

const head = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-type: text/plain; charset=utf-8\r\n\r\n';
const list = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n[]';
const {signal} = new AbortController();

function need(context: TestContext): Certificate {
  return makeCertificate({name: 'feldera.test'}) ?? skipOrFail(context, 'openssl is missing');
}

const through = (proxy: Pick<ConnectProxy, 'port'>, login?: string): HttpProxy => ({
  host: '127.0.0.1',
  port: proxy.port,
  secure: false,
  login,
  from: 'HTTPS_PROXY',
});

function clientOf(baseUrl: string, proxy: HttpProxy, roots: readonly string[] = []) {
  return createClient({baseUrl, clock: systemClock, userAgent: 'test', proxy, trust: {roots}});
}

/** The message of the failure to fetch the list. */
async function failure(baseUrl: string, proxy: HttpProxy, roots: readonly string[] = []): Promise<string> {
  const client = clientOf(baseUrl, proxy, roots);
  const error = await client.listPipelines(signal).catch((reason: unknown) => reason);
  await client.close();
  const found = failureIn(error);
  return found.kind === 'cancelled' ? '' : found.message;
}

test('TLS goes through a tunnel, the name is looked up by the proxy, and the certificate is the server’s', async (context) => {
  const certificate = need(context);
  await using proxy = await startConnectProxy({login: 'me:p@ss'});
  await using server = await startReplayServer({reply: () => ({bytes: list, ending: 'hold'}), tls: certificate});
  const client = clientOf(`https://feldera.test:${server.port}`, through(proxy, 'me:p@ss'), [certificate.cert]);
  expect(await client.listPipelines(signal)).toEqual([]);
  expect(proxy.seen).toEqual([`CONNECT feldera.test:${server.port}`]);
  expect(server.connections[0]?.requests[0]).not.toContain('proxy-authorization');
  await client.close();
  await server.untilOpen(0);
});

test('a log through the tunnel is whole, and closing it resets the way to the proxy', async (context) => {
  const certificate = need(context);
  await using proxy = await startConnectProxy();
  const bytes = `${head}2\r\na\n\r\n`;
  await using server = await startReplayServer({reply: () => ({bytes, ending: 'hold'}), tls: certificate});
  const client = clientOf(`https://feldera.test:${server.port}`, through(proxy), [certificate.cert]);
  const abort = new AbortController();
  const {end, body} = await readLogs(client, {signal: abort.signal, onData: () => abort.abort()});
  expect(end).toEqual({kind: 'aborted'});
  expect(body.toString()).toBe('a\n');
  await server.untilOpen(0);
  await eventually(
    () => proxy.open() === 0,
    () => `${proxy.open()} connections at the proxy`,
  );
  expect(proxy.resets()).toBe(1);
});

test('plain http goes through the proxy with its whole URL, and its login', async () => {
  await using proxy = await startConnectProxy({login: 'me:secret'});
  await using server = await startReplayServer({reply: () => ({bytes: list, ending: 'hold'})});
  const client = clientOf(`http://feldera.test:${server.port}/eu`, through(proxy, 'me:secret'));
  expect(await client.listPipelines(signal)).toEqual([]);
  expect(proxy.seen).toEqual([`GET http://feldera.test:${server.port}/eu/v0/pipelines?selector=status`]);
  await client.close();
});

test('what is wrong at the proxy is said of the proxy, without the password', async (context) => {
  const {cert, key} = need(context);
  await using server = await startReplayServer({reply: () => ({bytes: list}), tls: {cert, key}});
  const url = `https://feldera.test:${server.port}`;
  await using strict = await startConnectProxy({login: 'me:secret'});
  await using closed = await startConnectProxy({refuse: 503});
  const at = (proxy: ConnectProxy) => `the proxy 127.0.0.1:${proxy.port} from HTTPS_PROXY`;
  expect(await failure(url, through(strict, 'me:wrong'))).toBe(
    `${at(strict)} wants a login: put http://user:password@… into HTTPS_PROXY`,
  );
  expect(await failure(url, through(closed))).toBe(`${at(closed)} does not lead to feldera.test:${server.port} (503)`);
  expect(await failure(url, through({port: 9}))).toBe(
    'the proxy 127.0.0.1:9 from HTTPS_PROXY cannot be reached (ECONNREFUSED)',
  );
  expect(await failure(url.replace('https', 'http'), through(strict))).toMatch(/^the proxy wants a login/);
  expect(server.connections).toHaveLength(0);
});

test('a proxy that is no proxy', async () => {
  const greetings = [
    ['SSH-2.0-x\r\n\r\n', 'does not answer in HTTP'],
    ['x'.repeat(20_000), 'sends an answer without end'],
  ] as const;
  for (const [greeting, words] of greetings) {
    await using odd = await startReplayServer({reply: () => undefined, greeting});
    expect(await failure('https://feldera.test', through(odd))).toBe(
      `the proxy 127.0.0.1:${odd.port} from HTTPS_PROXY ${words}`,
    );
    await odd.untilOpen(0);
  }
});

test('a certificate that is refused behind a proxy is still the server’s', async (context) => {
  await using proxy = await startConnectProxy();
  await using server = await startReplayServer({reply: () => ({bytes: list}), tls: need(context)});
  expect(await failure(`https://feldera.test:${server.port}`, through(proxy))).toMatch(
    /^the certificate of feldera\.test:\d+ is self-signed/,
  );
});

test('over TLS to the proxy, TLS within TLS', async (context) => {
  const certificate = need(context);
  await using proxy = await startConnectProxy();
  const net = await import('node:net');
  const tls = await import('node:tls');
  const front = tls.createServer(certificate, (client) => {
    const onward = net.connect(proxy.port, '127.0.0.1');
    client.pipe(onward).pipe(client);
    client.on('error', () => onward.destroy());
    onward.on('error', () => client.destroy());
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const address = front.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  await using server = await startReplayServer({reply: () => ({bytes: list, ending: 'hold'}), tls: certificate});
  const way: HttpProxy = {...through({port}), secure: true};
  const url = `https://feldera.test:${server.port}`;
  // The proxy has no certificate for its address.
  expect(await failure(url, way, [certificate.cert])).toMatch(/cannot be reached \(ERR_TLS_CERT_ALTNAME_INVALID\)$/);
  const client = createClient({
    ...{baseUrl: url, clock: systemClock, userAgent: 'test', proxy: way},
    trust: {insecure: true},
  });
  expect(await client.listPipelines(signal)).toEqual([]);
  await client.close();
  front.close();
});
