import {setImmediate as turn} from 'node:timers/promises';
import tls from 'node:tls';
import {afterAll, beforeAll, describe, expect, type TestContext, test} from 'vitest';
import {createClient} from '../../source/api/client.ts';
import {type Clock, systemClock} from '../../source/lib/clock.ts';
import {type Certificate, makeCertificate} from '../harness/certificate.ts';
import {FakeClock} from '../harness/fake-clock.ts';
import {startReplayServer} from '../harness/replay-server.ts';
import {skipOrFail} from '../harness/tools.ts';

let certificate: Certificate | undefined;
const ownRoots = tls.getCACertificates('default');
beforeAll(() => {
  certificate = makeCertificate({name: 'localhost'});
  if (certificate) tls.setDefaultCACertificates([...ownRoots, certificate.cert]);
});
afterAll(() => tls.setDefaultCACertificates(ownRoots));

/** The pieces that are read before the first wait. */
const atOnce = 9;
const text = 'a line of a log\n'.repeat(25);
const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n';

/** Follows a log that comes byte by byte, each in a turn of the event loop. */
async function follow(context: TestContext, {secure, clock}: {secure: boolean; clock: Clock}) {
  const ownCertificate = secure ? (certificate ?? skipOrFail(context, 'openssl is missing')) : undefined;
  const server = await startReplayServer({
    reply: () => ({bytes: `${head}${text.length.toString(16)}\r\n${text}`, pieces: 'bytes', ending: 'hold'}),
    ...(ownCertificate && {tls: ownCertificate}),
  });
  const client = createClient({baseUrl: server.url, clock, userAgent: 'test'});
  const abort = new AbortController();
  const pieces: string[] = [];
  const ended = client.followLogs('orders', {
    onOpen: () => {},
    onData: (bytes) => pieces.push(Buffer.from(bytes).toString()),
    signal: abort.signal,
  });
  return {
    pieces,
    get received() {
      return pieces.join('');
    },
    async [Symbol.asyncDispose]() {
      abort.abort();
      await ended;
      await server[Symbol.asyncDispose]();
    },
  };
}

describe.each([
  {scheme: 'http', secure: false},
  {scheme: 'https', secure: true},
])('a log that comes in small pieces over $scheme', ({secure}) => {
  test('is read once in 20 ms, and whole', async (context) => {
    await using log = await follow(context, {secure, clock: systemClock});
    while (log.pieces.length === 0) await turn();
    const begun = systemClock.monotonic();
    while (log.received.length < text.length) await turn();
    const waits = (systemClock.monotonic() - begun) / 20;
    expect(log.received).toBe(text);
    // A timer may ring 1 ms early.
    expect(log.pieces.length).toBeLessThanOrEqual(atOnce + 1 + waits * 1.1);
  });

  test('is read at once when it was quiet, and later on after each wait', async (context) => {
    const clock = new FakeClock();
    await using log = await follow(context, {secure, clock});
    while (log.pieces.length < atOnce) await turn();
    for (let most = atOnce; log.received.length < text.length; most++) {
      for (let turns = 0; turns < 20; turns++) await turn();
      expect(log.pieces.length).toBe(most);
      await clock.advance(20);
      while (log.pieces.length === most) await turn();
    }
    expect(log.received).toBe(text);
  });
});
