import net from 'node:net';
import tls from 'node:tls';
import type {Certificate} from './certificate.ts';

export type TlsFront = AsyncDisposable & {readonly port: number};

/** TLS in front of a plain server on loopback, as a reverse proxy. */
export async function startTlsFront({key, cert}: Certificate, plainPort: number): Promise<TlsFront> {
  const sockets = new Set<net.Socket>();
  const server = tls.createServer({key, cert}, (client) => {
    const onward = net.connect(plainPort, '127.0.0.1');
    for (const [one, other] of [
      [client, onward],
      [onward, client],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
