import {once} from 'node:events';
import net from 'node:net';
import {setImmediate as turn} from 'node:timers/promises';
import tls from 'node:tls';
import {afterAll, beforeAll, describe, expect, type TestContext, test} from 'vitest';
import {createClient} from '../../../source/engine/api/client.ts';
import {SocketReads} from '../../../source/engine/api/socket-reads.ts';
import {type Clock, systemClock} from '../../../source/lib/clock.ts';
import {type Certificate, makeCertificate} from '../../harness/certificate.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {startReplayServer} from '../../harness/replay-server.ts';
import {skipOrFail} from '../../harness/tools.ts';

function open() {
  const delivered: string[] = [];
  const reads = new SocketReads({
    clock: systemClock,
    deliver: (bytes) => delivered.push(Buffer.from(bytes).toString()),
    onError: (error) => expect.unreachable(String(error)),
  });
  return {reads, delivered};
}

describe('pieces of a body', () => {
  test('are delivered together with those of the same turn, from a copy', async () => {
    const {reads, delivered} = open();
    const piece = Buffer.from('first\n');
    reads.append(piece);
    piece.write('other\n');
    reads.append(piece);
    expect(delivered).toEqual([]);
    await turn();
    reads.append(Buffer.from('c\n'));
    await turn();
    expect(delivered).toEqual(['first\nother\n', 'c\n']);
  });

  test('are delivered at once by a flush, and nothing twice', async () => {
    const {reads, delivered} = open();
    reads.append(Buffer.from('a'));
    reads.flush();
    reads.flush();
    expect(delivered).toEqual(['a']);
    await turn();
    expect(delivered).toEqual(['a']);
  });

  test('of any size: every byte once, in order', async () => {
    const {reads, delivered} = open();
    const sizes = [1, 60_000, 5_536, 1, 65_536, 65_537, 200_000, 3, 65_533, 2];
    const sent = sizes.map((size, index) => `${index}`.repeat(size));
    for (const text of sent) reads.append(Buffer.from(text));
    await turn();
    expect(delivered.join('')).toBe(sent.join(''));
  });

  test('are not delivered after the end', async () => {
    const {reads, delivered} = open();
    reads.append(Buffer.from('a'));
    reads.end();
    reads.flush();
    reads.append(Buffer.alloc(100_000));
    await turn();
    expect(delivered).toEqual([]);
  });

  test('what the receiver throws is reported, also from a later turn', async () => {
    const bug = new Error('a bug');
    const errors: unknown[] = [];
    const deliver = () => {
      throw bug;
    };
    const reads = new SocketReads({clock: systemClock, deliver, onError: (error) => errors.push(error)});
    reads.append(Buffer.from('a'));
    await turn();
    expect(errors).toEqual([bug]);
  });
});

describe('the pace', () => {
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
    test('is read at once when it was quiet, then once in 20 ms, and whole', async (context) => {
      const clock = new FakeClock();
      await using log = await follow(context, {secure, clock});
      // Each moves the event loop on by a turn.
      while (log.pieces.length < atOnce) await clock.advance(0);
      for (let most = atOnce; log.received.length < text.length; most++) {
        for (let turns = 0; turns < 20; turns++) await clock.advance(0);
        expect(log.pieces.length).toBe(most);
        await clock.advance(20);
        while (log.pieces.length === most) await clock.advance(0);
      }
      expect(log.received).toBe(text);
    });
  });
});

describe('reused buffers', () => {
  /** A socket that is read so, and the one at its other end. */
  async function connect(reads: SocketReads) {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const {port}: net.AddressInfo = Object(server.address());
    const accepted = once(server, 'connection');
    const socket = net.connect({port, host: '127.0.0.1', onread: reads.onread});
    reads.socket = socket;
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
      const {reads} = open();
      await using ends = await connect(reads);
      reads.reuse();
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
    const {reads} = open();
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
    reads.reuse();
    for (const text of ['e', 'f', 'g', 'h']) await send(text);
    expect(new Set(taken.slice(-4).map(({buffer}) => buffer)).size).toBe(2);
  });

  test('the socket stops reading while it is paused', async () => {
    const {reads} = open();
    await using ends = await connect(reads);
    reads.reuse();
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
