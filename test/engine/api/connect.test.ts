import {existsSync, readFileSync} from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import tls from 'node:tls';
import {afterAll, beforeAll, describe, expect, type TestContext, test} from 'vitest';
import {createClient} from '../../../source/engine/api/client.ts';
import type {Trust} from '../../../source/engine/api/connect.ts';
import type {ApiClient, HttpProxy} from '../../../source/engine/api/types.ts';
import {systemClock} from '../../../source/lib/clock.ts';
import {type Certificate, makeCertificate} from '../../harness/certificate.ts';
import {type ConnectProxy, startConnectProxy} from '../../harness/connect-proxy.ts';
import {eventually} from '../../harness/eventually.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {failureIn, readLogs} from '../../harness/log-reader.ts';
import {type ReplayServer, startReplayServer} from '../../harness/replay-server.ts';
import {skipOrFail} from '../../harness/tools.ts';

const head = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-type: text/plain; charset=utf-8\r\n\r\n';
const list = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n[]';

describe('connector', () => {
  let trusted: Certificate | undefined;
  const ownRoots = tls.getCACertificates('default');

  beforeAll(() => {
    trusted = makeCertificate({name: 'localhost'});
    if (trusted) tls.setDefaultCACertificates([...ownRoots, trusted.cert]);
  });
  afterAll(() => tls.setDefaultCACertificates(ownRoots));

  function clientOf(baseUrl: string): ApiClient {
    return createClient({baseUrl, clock: systemClock, userAgent: 'test'});
  }

  function need(context: TestContext, certificate: Certificate | undefined): Certificate {
    return certificate ?? skipOrFail(context, 'openssl is missing, or too old for -not_before');
  }

  describe('over TLS', () => {
    test('a server that offers h2 first gets HTTP/1.1', async (context) => {
      const certificate = {...need(context, trusted), alpn: ['h2', 'http/1.1']};
      await using server = await startReplayServer({
        reply: () => ({bytes: `${head}2\r\na\n\r\n0\r\n\r\n`}),
        tls: certificate,
      });
      const {end, body} = await readLogs(clientOf(server.url));
      expect(end).toEqual({kind: 'clean'});
      expect(body.toString()).toBe('a\n');
      expect(server.connections[0]?.alpn()).toBe('http/1.1');
      expect(server.connections[0]?.requests[0]).toMatch(/^GET \S+ HTTP\/1\.1\r\n/);
      await server.untilOpen(0);
    });

    test('closing an open stream resets the socket', async (context) => {
      const bytes = `${head}2\r\na\n\r\n`;
      await using server = await startReplayServer({
        reply: () => ({bytes, ending: 'hold'}),
        tls: need(context, trusted),
      });
      const abort = new AbortController();
      const {end, body} = await readLogs(clientOf(server.url), {signal: abort.signal, onData: () => abort.abort()});
      expect(end).toEqual({kind: 'aborted'});
      expect(body.toString()).toBe('a\n');
      expect(await server.connections[0]?.closed).toBe('rst');
    });

    test.each(['fin', 'rst'] as const)(
      'a cut by %s, without close_notify, keeps every byte that came',
      async (ending) => {
        const certificate = trusted;
        if (certificate === undefined) return;
        const text = `${'line\n'.repeat(2000)}half`;
        const bytes = `${head}${text.length.toString(16)}\r\n${text}`;
        for (let round = 0; round < 10; round++) {
          await using server = await startReplayServer({reply: () => ({bytes, ending}), tls: certificate});
          const {end, body} = await readLogs(clientOf(server.url));
          expect(end?.kind).toBe('cut');
          expect(body.toString() === text).toBe(true);
          await server.untilOpen(0);
        }
      },
    );

    test('the pool closes its connections too', async (context) => {
      await using server = await startReplayServer({
        reply: () => ({bytes: list, ending: 'hold'}),
        tls: need(context, trusted),
      });
      const client = clientOf(server.url);
      expect(await client.listPipelines(new AbortController().signal)).toEqual([]);
      expect(server.open()).toBe(1);
      await client.close();
      await server.untilOpen(0);
    });
  });

  describe('certificates', () => {
    /** The message of the failure to fetch the list, which must be fatal and name the certificate. */
    async function refusal(server: ReplayServer, baseUrl = server.url): Promise<string> {
      const client = clientOf(baseUrl);
      const error = await client.listPipelines(new AbortController().signal).catch((reason: unknown) => reason);
      await client.close();
      await server.untilOpen(0);
      const failure = failureIn(error);
      expect(failure).toMatchObject({kind: 'fatal', reason: 'certificate'});
      return failure.kind === 'fatal' ? failure.message : '';
    }

    test('self-signed', async (context) => {
      const certificate = need(context, makeCertificate({name: 'localhost'}));
      await using server = await startReplayServer({reply: () => ({bytes: list}), tls: certificate});
      expect(await refusal(server)).toMatch(/^the certificate of localhost:\d+ is self-signed/);
      expect(server.connections[0]?.requests).toEqual([]);
    });

    test('for another name, the address included', async (context) => {
      await using server = await startReplayServer({reply: () => ({bytes: list}), tls: need(context, trusted)});
      expect(await refusal(server, `https://127.0.0.1:${server.port}`)).toMatch(/is for another name/);
    });

    test('expired', async (context) => {
      const validity = ['20200101000000Z', '20200201000000Z'] as const;
      const certificate = need(context, makeCertificate({name: 'localhost', validity}));
      tls.setDefaultCACertificates([...ownRoots, certificate.cert]);
      try {
        await using server = await startReplayServer({reply: () => ({bytes: list}), tls: certificate});
        expect(await refusal(server)).toMatch(/has expired/);
      } finally {
        tls.setDefaultCACertificates(trusted ? [...ownRoots, trusted.cert] : ownRoots);
      }
    });

    test('for another name: with its names, and the flag that helps', async (context) => {
      await using server = await startReplayServer({reply: () => ({bytes: list}), tls: need(context, trusted)});
      expect(await refusal(server, `https://127.0.0.1:${server.port}`)).toBe(
        `the certificate of 127.0.0.1:${server.port} is for another name, DNS:localhost (ERR_TLS_CERT_ALTNAME_INVALID): set --host to a name that it is for; --insecure accepts it`,
      );
    });

    test('from an unknown root, until the root is given', async (context) => {
      const issuer = need(context, makeCertificate({name: 'Own Root'}));
      const certificate = need(context, makeCertificate({name: 'localhost', issuer}));
      await using server = await startReplayServer({reply: () => ({bytes: list, ending: 'hold'}), tls: certificate});
      expect(await refusal(server)).toMatch(/: give its root, or the certificate between, with --tls-cert FILE$/);
      const trusts: readonly Trust[] = [{extraRoots: [issuer.cert]}, {roots: [issuer.cert]}];
      for (const trust of trusts) {
        const client = createClient({baseUrl: server.url, clock: systemClock, userAgent: 'test', trust});
        expect(await client.listPipelines(new AbortController().signal)).toEqual([]);
        await client.close();
      }
    });

    test('given roots stand in place of the usual ones', async (context) => {
      const other = need(context, makeCertificate({name: 'Own Root'}));
      await using server = await startReplayServer({reply: () => ({bytes: list}), tls: need(context, trusted)});
      const trust = {roots: [other.cert]};
      const {failure} = await readLogs(
        createClient({baseUrl: server.url, clock: systemClock, userAgent: 'test', trust}),
      );
      expect(failure).toMatchObject({kind: 'fatal', reason: 'certificate'});
    });

    test('any at all with --insecure, for the list and for logs', async (context) => {
      const certificate = need(context, makeCertificate({name: 'elsewhere.example'}));
      await using server = await startReplayServer({
        reply: (request) => ({bytes: request.includes('/logs') ? `${head}0\r\n\r\n` : list, ending: 'hold'}),
        tls: certificate,
      });
      const client = createClient({
        ...{baseUrl: server.url, clock: systemClock, userAgent: 'test'},
        trust: {insecure: true},
      });
      expect(await client.listPipelines(new AbortController().signal)).toEqual([]);
      expect((await readLogs(client)).end).toEqual({kind: 'clean'});
      await client.close();
    });

    test('one that changes between two streams is noticed', async (context) => {
      const certificates = [need(context, trusted), need(context, makeCertificate({name: 'localhost'}))];
      const outcomes = [];
      for (const certificate of certificates) {
        const bytes = `${head}0\r\n\r\n`;
        await using server = await startReplayServer({reply: () => ({bytes}), tls: certificate});
        outcomes.push(await readLogs(clientOf(server.url)));
      }
      expect(outcomes[0]?.end).toEqual({kind: 'clean'});
      expect(outcomes[1]?.failure).toMatchObject({kind: 'fatal', reason: 'certificate'});
    });
  });

  describe('the wrong scheme', () => {
    test('https on a plain port', async () => {
      // As a server does that answers garbage with an error.
      await using server = await startReplayServer({
        reply: () => undefined,
        greeting: 'HTTP/1.1 400 Bad Request\r\n\r\n',
      });
      const {failure} = await readLogs(clientOf(server.url.replace('http:', 'https:')));
      expect(failure).toMatchObject({kind: 'fatal', reason: 'wrong-url', message: expect.stringContaining('http://')});
      await server.untilOpen(0);
    });

    test('https on a plain port that just closes', async () => {
      for (const ending of ['fin', 'rst'] as const) {
        const server = net.createServer((socket) => {
          socket.once('data', () => (ending === 'fin' ? socket.end() : socket.resetAndDestroy()));
        });
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
        const address = server.address();
        const host = `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
        const {failure} = await readLogs(clientOf(`https://${host}`));
        expect(failure).toMatchObject({
          kind: 'retryable',
          message: `the TLS handshake with ${host} failed · if it serves plain http, use --host http://${host}`,
        });
        await new Promise((resolve) => server.close(resolve));
      }
    });

    test('http on a TLS port that answers with an alert', async () => {
      const alert = Buffer.from([0x15, 3, 3, 0, 2, 2, 80]).toString('latin1');
      await using server = await startReplayServer({reply: () => ({bytes: alert, ending: 'fin'})});
      const {failure} = await readLogs(clientOf(server.url));
      expect(failure).toMatchObject({kind: 'fatal', reason: 'wrong-url', message: expect.stringContaining('https://')});
    });

    test('http on a TLS port that just closes', async (context) => {
      await using server = await startReplayServer({reply: () => undefined, tls: need(context, trusted)});
      const {failure} = await readLogs(clientOf(server.url.replace('https://localhost', 'http://127.0.0.1')));
      expect(failure?.kind).not.toBe('cancelled');
      await server.untilOpen(0);
    });
  });

  describe('connecting', () => {
    test('to an IPv6 address in brackets', async (context) => {
      const server = http.createServer((_, response) =>
        response.setHeader('content-type', 'application/json').end('[]'),
      );
      const error = await new Promise((resolve) =>
        server.once('error', resolve).listen(0, '::1', () => resolve(undefined)),
      );
      if (error !== undefined) skipOrFail(context, 'this machine has no ::1');
      const address = server.address();
      const client = clientOf(`http://[::1]:${typeof address === 'object' && address ? address.port : 0}/eu`);
      expect(await client.listPipelines(new AbortController().signal)).toEqual([]);
      await client.close();
      server.close();
    });

    test('a TLS handshake that never ends meets the time limit', async () => {
      await using server = await startReplayServer({reply: () => undefined});
      const clock = new FakeClock();
      const url = server.url.replace('http:', 'https:');
      const outcome = readLogs(createClient({baseUrl: url, clock, userAgent: 'test'}));
      await server.untilOpen(1);
      await clock.advance(10_000);
      expect((await outcome).failure).toMatchObject({kind: 'retryable', reason: 'timeout'});
      await server.untilOpen(0);
      expect(clock.pending).toBe(0);
    });

    test('an abort during the handshake leaves no socket', async () => {
      await using server = await startReplayServer({reply: () => undefined});
      const clock = new FakeClock();
      const abort = new AbortController();
      const url = server.url.replace('http:', 'https:');
      const outcome = readLogs(createClient({baseUrl: url, clock, userAgent: 'test'}), {signal: abort.signal});
      await server.untilOpen(1);
      abort.abort();
      expect((await outcome).failure).toEqual({kind: 'cancelled'});
      await server.untilOpen(0);
      expect(clock.pending).toBe(0);
    });

    test('TCP keepalive probes after 15 s of silence', async (context) => {
      if (!existsSync('/proc/net/tcp')) skipOrFail(context, 'the kernel does not show its sockets in /proc/net/tcp');
      await using server = await startReplayServer({reply: () => ({bytes: head, ending: 'hold'})});
      const abort = new AbortController();
      const opened = Promise.withResolvers<void>();
      const outcome = readLogs(clientOf(server.url), {signal: abort.signal, onOpen: opened.resolve});
      await opened.promise;
      const ends = [server.connections[0]?.port ?? 0, server.port].map(
        (port) => `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`,
      );
      // Columns: slot, local, remote, state, queues, timer:when. Timer 2 is keepalive; `when` is in 1/100 s, hexadecimal. One
      // port may have several connections, such as one that was closed and waits.
      const pattern = new RegExp(`^ *\\d+: ${ends.join(' ')} .* (\\d\\d):(\\w{8}) `, 'm');
      const row = () => readFileSync('/proc/net/tcp', 'utf8').match(pattern);
      // Another timer runs while what was sent has not been acknowledged.
      await eventually(
        () => row()?.[1] === '02',
        () => `${row()}`,
      );
      const [, , when = ''] = row() ?? [];
      abort.abort();
      await outcome;
      expect(Number.parseInt(when, 16)).toBeLessThanOrEqual(1500);
    });
  });
});

describe('proxy tunnel', () => {
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

  test('a failure at the proxy names the proxy, without the password', async (context) => {
    const {cert, key} = need(context);
    await using server = await startReplayServer({reply: () => ({bytes: list}), tls: {cert, key}});
    const url = `https://feldera.test:${server.port}`;
    await using strict = await startConnectProxy({login: 'me:secret'});
    await using closed = await startConnectProxy({refuse: 503});
    const at = (proxy: ConnectProxy) => `the proxy 127.0.0.1:${proxy.port} from HTTPS_PROXY`;
    expect(await failure(url, through(strict, 'me:wrong'))).toBe(`${at(strict)} refuses the login in HTTPS_PROXY`);
    const needsLogin = `${at(strict)} wants a login: put http://user:password@… into HTTPS_PROXY`;
    expect(await failure(url, through(strict))).toBe(needsLogin);
    expect(await failure(url, through(closed))).toBe(
      `${at(closed)} does not lead to feldera.test:${server.port} (503)`,
    );
    expect(await failure(url, through({port: 9}))).toBe(
      'the proxy 127.0.0.1:9 from HTTPS_PROXY cannot be reached (ECONNREFUSED)',
    );
    // A plain request, to which the proxy answers in place of the server: the list's, and a log's.
    const plain = url.replace('https', 'http');
    expect(await failure(plain, through(strict))).toBe(needsLogin);
    expect(await failure(plain, through(strict, 'me:wrong'))).toBe(`${at(strict)} refuses the login in HTTPS_PROXY`);
    const client = clientOf(plain, {...through(strict), from: 'ALL_PROXY'});
    const {failure: refused} = await readLogs(client);
    expect(refused).toMatchObject({message: needsLogin.replaceAll('HTTPS_PROXY', 'ALL_PROXY')});
    await client.close();
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
});
