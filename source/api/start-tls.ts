import net from 'node:net';
import tls from 'node:tls';
import type {Way} from './way.ts';

/**
 * Begins TLS with `hostname` on a socket that stands; HTTP/1.1 alone is offered. Each of the two is called at most once,
 * save that `fail` also hears of what goes wrong later.
 */
export function startTls(
  raw: net.Socket,
  hostname: string,
  {insecure, secureContext}: Way,
  succeed: (socket: net.Socket) => void,
  fail: (error: Error) => void,
): void {
  const socket = tls.connect({
    socket: raw,
    host: hostname,
    // A bare address must not be sent as a server name (RFC 6066, section 3).
    ...(net.isIP(hostname) === 0 ? {servername: hostname} : {}),
    ALPNProtocols: ['http/1.1'],
    secureContext: secureContext(),
    rejectUnauthorized: !insecure,
  });
  socket.on('error', fail);
  socket.once('secureConnect', () => succeed(socket));
}
