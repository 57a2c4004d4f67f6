import net from 'node:net';
import type {HttpProxy} from './types.ts';

/** Bytes of a proxy's answer that are read; those seen have a few hundred. */
const answerLimit = 16 * 1024;

/** The way to the server ends at the proxy. The message is one line for the user. */
export class ProxyError extends Error {
  constructor(proxy: HttpProxy, words: string) {
    super(`the proxy ${authority(proxy)} from ${proxy.from} ${words}`);
    this.name = 'ProxyError';
  }
}

/** The header that a proxy asks for, if it is to have one. */
export function proxyHeaders({login}: HttpProxy): Readonly<Record<string, string>> {
  return login === undefined ? {} : {'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}`};
}

/** Asks the proxy at the other end of `socket` to pass everything on to `target` (CONNECT, RFC 9110, section 9.3.6). */
export async function openTunnel(
  socket: net.Socket,
  proxy: HttpProxy,
  target: {readonly host: string; readonly port: number},
): Promise<void> {
  const to = authority(target);
  const headers = Object.entries({host: to, ...proxyHeaders(proxy)}).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`CONNECT ${to} HTTP/1.1\r\n${headers.join('')}\r\n`);
  const [statusLine = ''] = (await readHead(socket, proxy)).split('\r\n', 1);
  const status = /^HTTP\/1\.[01] (\d{3})\b/.exec(statusLine)?.[1];
  if (status === undefined) throw new ProxyError(proxy, 'does not answer in HTTP');
  if (status === '407') throw new ProxyError(proxy, `wants a login: put http://user:password@… into ${proxy.from}`);
  if (!status.startsWith('2')) throw new ProxyError(proxy, `does not lead to ${to} (${status})`);
}

/**
 * The answer up to its empty line. Read by hand: `data` events would leave the socket flowing, and what follows is for
 * TLS. A server says nothing before the client's hello, so nothing follows yet.
 */
async function readHead(socket: net.Socket, proxy: HttpProxy): Promise<string> {
  let head = '';
  const {promise, resolve, reject} = Promise.withResolvers<void>();
  const onReadable = () => {
    for (let piece: unknown = socket.read(); piece instanceof Uint8Array; piece = socket.read()) {
      head += Buffer.from(piece).toString('latin1');
    }
    if (head.includes('\r\n\r\n')) resolve();
    else if (head.length > answerLimit) reject(new ProxyError(proxy, 'sends an answer without end'));
  };
  const onEnd = () => reject(new ProxyError(proxy, 'closed the connection without an answer'));
  socket.on('readable', onReadable);
  socket.once('end', onEnd);
  socket.once('close', onEnd);
  try {
    await promise;
    return head;
  } finally {
    socket.off('readable', onReadable);
    socket.off('end', onEnd);
    socket.off('close', onEnd);
  }
}

function authority({host, port}: {readonly host: string; readonly port: number}): string {
  return `${net.isIPv6(host) ? `[${host}]` : host}:${port}`;
}
