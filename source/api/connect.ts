import net from 'node:net';
import tls from 'node:tls';
import type {buildConnector} from 'undici';
import type {Clock} from '../lib/clock.ts';
import type {SocketReads} from './socket-reads.ts';
import type {HttpProxy} from './types.ts';

/** How a server is reached; the same for all connections to it. */
export type Transport = {
  readonly proxy: HttpProxy | undefined;
  /** The certificate of the server, and of the proxy, is not checked. */
  readonly insecure: boolean;
  readonly secureContext: () => tls.SecureContext;
};

/** Whose certificates are trusted. */
export type Trust = {
  /** Any certificate is, for any name. */
  readonly insecure?: boolean;
  /** PEM certificates in place of the roots of Node and of this machine. */
  readonly roots?: readonly string[];
  /** PEM certificates beside the roots. */
  readonly extraRoots?: readonly string[];
};

/** The code of an error: the peer closed while TLS was being set up. */
export const cutInHandshake = 'CUT_IN_TLS_HANDSHAKE';

/** Silence after which TCP probes the peer; libuv then probes each second and gives up after ten. */
const keepAliveDelay = 15_000;

/** After this the next of several addresses is tried. Node's 250 ms are too short for a distant server. */
const addressAttemptTimeout = 1000;

/**
 * How undici connects. It differs from undici's own connector in that the raw TCP socket is made apart from the TLS
 * socket, and given to `reads`: only a raw socket can be closed with a reset (`TLSSocket.resetAndDestroy` throws).
 * HTTP/1.1 alone is offered, and no TLS session is kept, so each connection checks the certificate. Behind a proxy the
 * raw socket is the one to the proxy, which ends the other half when it is reset.
 */
export function createConnector(options: {
  clock: Clock;
  transport: Transport;
  /** Milliseconds for the name, TCP, the proxy and TLS together. */
  timeout: number;
  /** How the raw socket is read; default: as Node does. */
  reads?: SocketReads;
}): buildConnector.connector {
  const {clock, transport, timeout, reads} = options;
  return ({hostname, port, protocol}, callback) => {
    const secure = protocol === 'https:';
    const target = {host: hostname, port: port === '' ? (secure ? 443 : 80) : Number(port), secure};
    const firstHop = transport.proxy ?? target;
    const raw = net.connect({
      host: firstHop.host,
      port: firstHop.port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveDelay,
      autoSelectFamilyAttemptTimeout: addressAttemptTimeout,
      ...(reads && {onread: reads.onread}),
    });
    if (reads) reads.socket = raw;
    new Connecting({raw, target, transport, clock, timeout, callback}).start();
    // Through this socket undici cancels an attempt that it does not need.
    return raw;
  };
}

/**
 * Makes the context of all TLS connections, when the first needs it: to read 300 roots takes about 30 ms. The machine's
 * own roots count beside Node's, as for every other program of the user.
 */
export function secureContext({roots, extraRoots = []}: Trust): () => tls.SecureContext {
  let context: tls.SecureContext | undefined;
  return () => {
    const usual = () => [...tls.getCACertificates('default'), ...tls.getCACertificates('system')];
    context ??= tls.createSecureContext({ca: [...new Set([...(roots ?? usual()), ...extraRoots])]});
    return context;
  };
}

/** The server itself, with a proxy before it or without. */
type Target = {readonly host: string; readonly port: number; readonly secure: boolean};

type ConnectingOptions = {
  /** Just made, to the target or to the proxy. */
  readonly raw: net.Socket;
  readonly target: Target;
  readonly transport: Transport;
  readonly clock: Clock;
  /** Milliseconds for the name, TCP, the proxy and TLS together. */
  readonly timeout: number;
  readonly callback: buildConnector.Callback;
};

/** One connection that is being set up: TCP, then the proxy and its tunnel, then TLS. It calls back once. */
class Connecting {
  readonly #options: ConnectingOptions;
  #cancelTimer = () => {};
  #settled = false;
  #stage: 'proxy' | 'server' | 'server-tls';

  constructor(options: ConnectingOptions) {
    this.#options = options;
    this.#stage = options.transport.proxy ? 'proxy' : 'server';
  }

  start(): void {
    const {raw, clock, timeout} = this.#options;
    this.#cancelTimer = clock.after(timeout, () => this.#fail(errorWithCode('ETIMEDOUT')));
    raw.on('error', this.#fail);
    raw.on('close', () => this.#fail(errorWithCode('ECONNRESET')));
    raw.once('connect', () => this.#onConnect());
  }

  #onConnect(): void {
    const {raw, transport} = this.#options;
    const {proxy} = transport;
    if (!proxy) this.#atServer(raw);
    else if (proxy.secure) startTls(raw, proxy.host, transport, (hop) => this.#atProxy(hop, proxy), this.#fail);
    else this.#atProxy(raw, proxy);
  }

  #atProxy(hop: net.Socket, proxy: HttpProxy): void {
    const {target} = this.#options;
    // A plain request goes to the proxy itself, which sends it on.
    if (target.secure) openTunnel(hop, proxy, target).then(() => this.#atServer(hop), this.#fail);
    else this.#succeed(hop);
  }

  #atServer(hop: net.Socket): void {
    const {target, transport} = this.#options;
    if (!target.secure) {
      this.#succeed(hop);
      return;
    }
    this.#stage = 'server-tls';
    startTls(hop, target.host, transport, this.#succeed, this.#fail);
  }

  readonly #succeed = (socket: net.Socket): void => {
    if (this.#settle()) this.#options.callback(null, socket);
  };

  /** Stays attached: a late error of a socket that undici no longer watches must not end the process. */
  readonly #fail = (error: Error): void => {
    if (!this.#settle()) return;
    this.#options.raw.destroy();
    this.#options.callback(this.#atStage(error), null);
  };

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#cancelTimer();
    return true;
  }

  #atStage(error: Error): Error {
    const {proxy} = this.#options.transport;
    if (proxy && this.#stage === 'proxy') return errorOfProxy(error, proxy);
    // Of a connection that was never refused: what a plain server does with a client hello.
    const isCut = this.#stage === 'server-tls' && 'code' in error && error.code === 'ECONNRESET';
    return isCut ? errorWithCode(cutInHandshake) : error;
  }
}

function errorOfProxy(error: Error, proxy: HttpProxy): Error {
  if (error instanceof ProxyError) return error;
  const code = 'code' in error ? String(error.code) : error.message;
  return new ProxyError(proxy, `cannot be reached (${code})`);
}

function errorWithCode(code: string): Error {
  return Object.assign(new Error(code), {code});
}

/**
 * Starts TLS with `hostname` on an open socket; HTTP/1.1 alone is offered. Each callback is called at most once, but
 * `fail` also for what goes wrong later.
 */
function startTls(
  raw: net.Socket,
  hostname: string,
  {insecure, secureContext}: Transport,
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

/** Bytes of a proxy's answer that are read; proxies send a few hundred. */
const answerLimit = 16 * 1024;

/** The proxy does not connect to the server. The message is one line for the user. */
export class ProxyError extends Error {
  constructor(proxy: HttpProxy, words: string) {
    super(`the proxy ${authority(proxy)} from ${proxy.from} ${words}`);
    this.name = 'ProxyError';
  }
}

/** The header of a proxy with a login. */
export function proxyHeaders({login}: HttpProxy): Readonly<Record<string, string>> {
  return login === undefined ? {} : {'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}`};
}

/** Asks the proxy at the other end of `socket` to pass everything on to `target` (CONNECT, RFC 9110, section 9.3.6). */
async function openTunnel(
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
 * TLS. A server sends nothing before the client's hello, so nothing follows yet.
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
