import net from 'node:net';
import tls from 'node:tls';

/** How a reply's bytes are written: in one call, one by one, or in pieces of 1 to 64 bytes drawn from a seed. */
export type Pieces = 'whole' | 'bytes' | {readonly seed: number};

/** What a connection gets for one request. `hold` leaves it open after the last byte, `rst` resets it. */
export type Reply = {
  readonly bytes: Uint8Array | string;
  readonly pieces?: Pieces;
  readonly ending?: 'fin' | 'rst' | 'hold';
};

/** One connection as the server saw it. */
type ReplayConnection = {
  /** Heads of the requests, as received. */
  readonly requests: string[];
  /** How the client closed. A reset shows as ECONNRESET. Stays pending while the connection is open. */
  readonly closed: Promise<'fin' | 'rst'>;
  /** What ALPN chose; false without TLS or without ALPN. */
  readonly alpn: () => string | false | null;
  readonly port: number;
};

export type ReplayServer = AsyncDisposable & {
  readonly url: string;
  readonly port: number;
  /** Every connection that was ever made, in order. */
  readonly connections: readonly ReplayConnection[];
  /** Connections open now. */
  readonly open: () => number;
  /** Resolves when the number of open connections is `count`. */
  readonly untilOpen: (count: number) => Promise<void>;
};

export type ReplayOptions = {
  /** The reply to the request with this head; `index` counts the server's requests. Undefined: no answer, ever. */
  readonly reply: (head: string, index: number) => Reply | undefined;
  /** Bytes sent as soon as a connection is open, before any request. */
  readonly greeting?: string;
  readonly tls?: {readonly key: string; readonly cert: string; readonly alpn?: readonly string[]};
};

/** Starts a server on a free loopback port that replies to each request with given bytes, whatever they are. */
export async function startReplayServer(options: ReplayOptions): Promise<ReplayServer> {
  const connections: ReplayConnection[] = [];
  const sockets = new Set<net.Socket>();
  const watchers = new Set<() => void>();
  const changed = (): void => {
    for (const watcher of watchers) watcher();
  };
  let requests = 0;

  const server = net.createServer((raw) => {
    sockets.add(raw);
    raw.setNoDelay(true);
    const socket = options.tls === undefined ? raw : serveTls(raw, options.tls);
    const requestHeads: string[] = [];
    const closed = Promise.withResolvers<'fin' | 'rst'>();
    connections.push({
      requests: requestHeads,
      closed: closed.promise,
      alpn: () => (socket instanceof tls.TLSSocket ? socket.alpnProtocol : false),
      port: raw.remotePort ?? 0,
    });
    const onError = (error: NodeJS.ErrnoException): void => {
      if (error.code === 'ECONNRESET') closed.resolve('rst');
    };
    raw.on('error', onError);
    if (socket !== raw) socket.on('error', onError);
    raw.on('close', () => {
      sockets.delete(raw);
      closed.resolve('fin');
      changed();
    });
    if (options.greeting !== undefined) socket.write(options.greeting);
    let pending = '';
    socket.on('data', (data) => {
      pending += data.toString('latin1');
      for (let end = pending.indexOf('\r\n\r\n'); end !== -1; end = pending.indexOf('\r\n\r\n')) {
        const head = pending.slice(0, end);
        pending = pending.slice(end + 4);
        requestHeads.push(head);
        const reply = options.reply(head, requests++);
        if (reply) send(raw, socket, reply).catch(() => raw.destroy());
      }
    });
    changed();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;

  return {
    port,
    url: options.tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    connections,
    open: () => sockets.size,
    untilOpen: (count) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (sockets.size !== count) return;
          watchers.delete(check);
          resolve();
        };
        watchers.add(check);
        check();
      }),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function serveTls(raw: net.Socket, {key, cert, alpn}: NonNullable<ReplayOptions['tls']>): tls.TLSSocket {
  const secureContext = tls.createSecureContext({key, cert});
  return new tls.TLSSocket(raw, {isServer: true, secureContext, ALPNProtocols: [...(alpn ?? ['http/1.1'])]});
}

async function send(raw: net.Socket, socket: net.Socket, reply: Reply): Promise<void> {
  const bytes = typeof reply.bytes === 'string' ? Buffer.from(reply.bytes) : Buffer.from(reply.bytes);
  const random = typeof reply.pieces === 'object' ? mulberry32(reply.pieces.seed) : undefined;
  const pieceLength = (): number => {
    if (random) return 1 + Math.floor(random() * 64);
    return reply.pieces === 'bytes' ? 1 : bytes.length;
  };
  for (let start = 0; start < bytes.length && !socket.destroyed; ) {
    const end = start + pieceLength();
    await new Promise<void>((resolve) => socket.write(bytes.subarray(start, end), () => resolve()));
    // A turn of the loop, so that the reader sees the pieces one by one.
    await new Promise<void>((resolve) => setImmediate(resolve));
    start = end;
  }
  if (socket.destroyed) return;
  if (reply.ending === 'rst') raw.resetAndDestroy();
  // Without close_notify, as a killed process leaves a TLS connection.
  else if (reply.ending === 'fin') raw.end();
}

/** A small seeded generator of numbers in [0, 1). */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
