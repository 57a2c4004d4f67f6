import {once} from 'node:events';
import {createServer} from 'node:net';

/**
 * A port of 127.0.0.1 that nobody listens on, from below those that the kernel gives to outgoing connections: one that it
 * gave us could be somebody's by the time that a server binds it.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = createServer();
    server.listen(port, '127.0.0.1');
    const free = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!free) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
  throw new Error('no free port among 100');
}
