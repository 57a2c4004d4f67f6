import {once} from 'node:events';
import net from 'node:net';
import {setImmediate as turn} from 'node:timers/promises';
import tls from 'node:tls';
import {afterAll, beforeAll, describe, expect, type TestContext, test} from 'vitest';
import {createClient} from '../../source/api/client.ts';
import {GatheredPieces, ReusedReads} from '../../source/api/socket-reads.ts';
import {type Clock, systemClock} from '../../source/lib/clock.ts';
import {type Certificate, makeCertificate} from '../harness/certificate.ts';
import {FakeClock} from '../harness/fake-clock.ts';
import {startReplayServer} from '../harness/replay-server.ts';
import {skipOrFail} from '../harness/tools.ts';

function gather(): {pieces: GatheredPieces; delivered: string[]} {
  const delivered: string[] = [];
  return {pieces: new GatheredPieces((bytes) => delivered.push(Buffer.from(bytes).toString())), delivered};
}

test('pieces of one turn are delivered together, those of the next on their own', async () => {
  const {pieces, delivered} = gather();
  pieces.push(Buffer.from('a\n'));
  pieces.push(Buffer.from('b'));
  expect(delivered).toEqual([]);
  await turn();
  expect(delivered).toEqual(['a\nb']);
  pieces.push(Buffer.from('c\n'));
  await turn();
  expect(delivered).toEqual(['a\nb', 'c\n']);
});

test('a piece is copied: its memory may be used again', async () => {
  const {pieces, delivered} = gather();
  const piece = Buffer.from('first');
  pieces.push(piece);
  piece.write('other');
  pieces.push(piece);
  await turn();
  expect(delivered).toEqual(['firstother']);
});

test('flush delivers at once, and nothing twice', async () => {
  const {pieces, delivered} = gather();
  pieces.push(Buffer.from('a'));
  pieces.flush();
  pieces.flush();
  expect(delivered).toEqual(['a']);
  await turn();
  expect(delivered).toEqual(['a']);
});

test('any sizes: every byte once, in order', async () => {
  const {pieces, delivered} = gather();
  const sent = [1, 60_000, 5_536, 1, 65_536, 65_537, 200_000, 3, 65_533, 2].map((size, index) =>
    `${index}`.repeat(size),
  );
  for (const text of sent) pieces.push(Buffer.from(text));
  await turn();
  expect(delivered.join('')).toBe(sent.join(''));
});

describe('read pace', () => {
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
});

describe('reused reads', () => {
  /** A socket that is read so, and the one at its other end. */
  async function connect(reads: ReusedReads) {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const {port}: net.AddressInfo = Object(server.address());
    const accepted = once(server, 'connection');
    const socket: net.Socket = net.connect({port, host: '127.0.0.1', onread: reads.onread(() => socket)});
    const [other]: net.Socket[] = await accepted;
    if (!other) throw new Error('no connection');
    return {
      socket,
      other,
      async [Symbol.asyncDispose]() {
        socket.destroy();
        other.destroy();
        server.close();
        await once(server, 'close');
      },
    };
  }

  /** Pieces of 1 to 100,000 bytes, each of one letter. */
  const pieces = Array.from({length: 60}, (_, index) => Buffer.alloc((index ** 5 % 100_000) + 1, 97 + (index % 26)));
  const all = Buffer.concat(pieces);

  describe.each(['at once', 'late'] as const)('what is taken %s', (when) => {
    test('is what came', async () => {
      const reads = new ReusedReads();
      await using ends = await connect(reads);
      reads.begin();
      const taken: Buffer[] = [];
      let length = 0;
      const takeAll = () => {
        for (let piece: unknown = ends.socket.read(); piece instanceof Buffer; piece = ends.socket.read()) {
          taken.push(Buffer.from(piece));
          length += piece.length;
        }
      };
      // Somebody has to listen, or the end of the reading is not heard.
      ends.socket.on('readable', () => when === 'at once' && takeAll());
      for (const piece of pieces) {
        ends.other.write(piece);
        for (let turns = piece.length % 7; turns > 0; turns--) await turn();
        if (piece.length % 3 === 0) takeAll();
      }
      for (; length < all.length; takeAll()) await turn();
      expect(Buffer.concat(taken).equals(all)).toBe(true);
    });
  });

  test('until it begins what was taken may be kept, and from then on nothing new is made for what is taken at once', async () => {
    const reads = new ReusedReads();
    await using ends = await connect(reads);
    const taken: Buffer[] = [];
    ends.socket.on('readable', () => {
      for (let piece: unknown = ends.socket.read(); piece instanceof Buffer; piece = ends.socket.read())
        taken.push(piece);
    });
    const send = async (text: string) => {
      const before = taken.length;
      ends.other.write(text);
      while (taken.length === before) await turn();
    };
    for (const text of ['a', 'b', 'c', 'd']) await send(text);
    expect(taken.map(String)).toEqual(['a', 'b', 'c', 'd']);
    reads.begin();
    for (const text of ['e', 'f', 'g', 'h']) await send(text);
    expect(new Set(taken.slice(-4).map(({buffer}) => buffer)).size).toBe(2);
  });

  test('the socket stops reading while it is paused', async () => {
    const reads = new ReusedReads();
    await using ends = await connect(reads);
    reads.begin();
    ends.socket.on('readable', () => ends.socket.read());
    ends.other.write('first');
    while (ends.socket.bytesRead < 5) await turn();
    ends.socket.pause();
    ends.other.write(Buffer.alloc(1000));
    while (ends.other.writableLength > 0) await turn();
    for (let turns = 0; turns < 20; turns++) await turn();
    expect(ends.socket.bytesRead).toBe(5);
    ends.socket.resume();
    while (ends.socket.bytesRead < 1005) await turn();
  });
});
