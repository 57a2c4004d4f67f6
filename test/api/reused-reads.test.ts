import {once} from 'node:events';
import net from 'node:net';
import {setImmediate as turn} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import {ReusedReads} from '../../source/api/reused-reads.ts';

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
