import http from 'node:http';
import net from 'node:net';

export type ConnectProxy = AsyncDisposable & {
  readonly port: number;
  /** `CONNECT host:port`, or `GET http://…` of a plain request, in order. */
  readonly seen: readonly string[];
  /** Tunnels that the client ended with a reset. */
  readonly resets: () => number;
  /** Connections of clients that are open now. */
  readonly open: () => number;
};

export type ConnectProxyOptions = {
  /** `user:password` that must be given. */
  readonly login?: string;
  /** The status of the reply to every CONNECT. */
  readonly refuse?: number;
};

/** A real HTTP proxy on loopback. Every name is this machine's own: a test's server can have any. */
export async function startConnectProxy({login, refuse}: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const seen: string[] = [];
  const clients = new Set<net.Socket>();
  let resets = 0;
  const isWelcome = (header: string | undefined): boolean =>
    login === undefined || header === `Basic ${Buffer.from(login).toString('base64')}`;

  const server = http.createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    if (!isWelcome(request.headers['proxy-authorization'])) {
      response.writeHead(407).end();
      return;
    }
    const {port, pathname, search} = new URL(request.url ?? '');
    const {'proxy-authorization': _, ...headers} = request.headers;
    const onward = http.request({host: '127.0.0.1', port, path: pathname + search, headers}, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    onward.end();
  });
  server.on('connection', (socket) => {
    clients.add(socket);
    socket.on('close', () => clients.delete(socket));
  });
  server.on('connect', (request, client) => {
    seen.push(`CONNECT ${request.url}`);
    client.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET') resets += 1;
    });
    const status = isWelcome(request.headers['proxy-authorization']) ? refuse : 407;
    if (status !== undefined) {
      client.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      return;
    }
    const onward = net.connect(Number(request.url?.split(':').at(-1)), '127.0.0.1', () => {
      // In two pieces, as a busy proxy may send it.
      client.write('HTTP/1.1 200 Connection est');
      setImmediate(() => {
        client.write('ablished\r\nvia: test\r\n\r\n');
        client.pipe(onward);
        onward.pipe(client);
      });
    });
    onward.on('error', () => client.destroy());
    // As a proxy does: one half's end is the other's.
    client.on('close', () => onward.destroy());
    onward.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    seen,
    resets: () => resets,
    open: () => clients.size,
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
