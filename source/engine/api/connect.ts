import net from 'node:net';
import tls from 'node:tls';
import type {buildConnector} from 'undici';
import type {Clock} from '../../lib/clock.ts';
import type {SocketReads} from './socket-reads.ts';
import type {HttpProxy} from './types.ts';

/** Means of all connections to reach the server. */
export type Transport = {
  readonly proxy: HttpProxy | undefined;
  /** The certificates of server and proxy are not checked. */
  readonly insecure: boolean;
  readonly secureContext: () => tls.SecureContext;
};

export type Trust = {
  /** Every certificate is trusted, for every name. */
  readonly insecure?: boolean;
  /** PEM certificates in place of the roots of Node and of this machine. */
  readonly roots?: readonly string[];
  /** PEM certificates beside the roots. */
  readonly extraRoots?: readonly string[];
};

/** Error code: the peer closed during the TLS handshake. */
export const cutInHandshake = 'CUT_IN_TLS_HANDSHAKE';

/** Milliseconds of silence before TCP probes the peer; libuv then probes each second and gives up after ten. */
const keepAliveDelay = 15_000;

/** Milliseconds before the next of several addresses is tried; Node's 250 are too few for a distant server. */
const addressAttemptTimeout = 1000;

/**
 * Makes a connector for undici. Unlike undici's own it gives the raw TCP socket to `reads`, because only a raw socket
 * can be closed with a reset (`TLSSocket.resetAndDestroy` throws); a proxy that gets the reset ends its other half. No
 * TLS session is kept, so each connection checks the certificate.
 */
export function createConnector(options: {
  clock: Clock;
  transport: Transport;
  /** Milliseconds for the name, TCP, the proxy and TLS together. */
  timeout: number;
  /** Reads the raw socket; default: Node does. */
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
    setUp({raw, target, transport, clock, timeout, callback});
    // undici destroys it to cancel an attempt.
    return raw;
  };
}

/** Made once: to read 300 roots takes about 30 ms. Trusts the machine's roots beside Node's, as other programs do. */
export function secureContext({roots, extraRoots = []}: Trust): () => tls.SecureContext {
  let context: tls.SecureContext | undefined;
  return () => {
    const usual = () => [...tls.getCACertificates('default'), ...tls.getCACertificates('system')];
    context ??= tls.createSecureContext({ca: [...new Set([...(roots ?? usual()), ...extraRoots])]});
    return context;
  };
}

/** The server itself, not the proxy. */
type Target = {readonly host: string; readonly port: number; readonly secure: boolean};

type Attempt = {
  /** To the proxy or the target, not yet connected. */
  readonly raw: net.Socket;
  readonly target: Target;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly timeout: number;
  readonly callback: buildConnector.Callback;
};

/** Sets up one connection: TCP, the proxy and its tunnel, TLS. Calls back once. */
function setUp({raw, target, transport, clock, timeout, callback}: Attempt): void {
  const {proxy} = transport;
  let isSettled = false;
  let stage: 'proxy' | 'server' | 'server-tls' = proxy ? 'proxy' : 'server';
  const settle = (): boolean => {
    const isFirst = !isSettled;
    isSettled = true;
    cancelTimer();
    return isFirst;
  };
  const succeed = (socket: net.Socket): void => {
    if (settle()) callback(null, socket);
  };
  /** Stays attached: a late error of a socket that undici no longer watches would end the process. */
  const fail = (error: Error): void => {
    if (!settle()) return;
    raw.destroy();
    callback(atStage(error), null);
  };
  const atStage = (error: Error): Error => {
    if (proxy && stage === 'proxy') return errorOfProxy(error, proxy);
    // A server without TLS resets the connection at the client hello.
    const isCut = stage === 'server-tls' && 'code' in error && error.code === 'ECONNRESET';
    return isCut ? errorWithCode(cutInHandshake) : error;
  };
  const atServer = (hop: net.Socket): void => {
    if (!target.secure) {
      succeed(hop);
      return;
    }
    stage = 'server-tls';
    startTls(hop, target.host, transport, succeed, fail);
  };
  const atProxy = (hop: net.Socket, by: HttpProxy): void => {
    // A plain request goes to the proxy itself, which forwards it.
    if (target.secure) openTunnel(hop, by, target).then(() => atServer(hop), fail);
    else succeed(hop);
  };
  const cancelTimer = clock.after(timeout, () => fail(errorWithCode('ETIMEDOUT')));
  raw.on('error', fail);
  raw.on('close', () => fail(errorWithCode('ECONNRESET')));
  raw.once('connect', () => {
    if (!proxy) atServer(raw);
    else if (proxy.secure) startTls(raw, proxy.host, transport, (hop) => atProxy(hop, proxy), fail);
    else atProxy(raw, proxy);
  });
}

function errorOfProxy(error: Error, proxy: HttpProxy): Error {
  if (error instanceof ProxyError) return error;
  const code = 'code' in error ? String(error.code) : error.message;
  return new ProxyError(proxy, `cannot be reached (${code})`);
}

function errorWithCode(code: string): Error {
  return Object.assign(new Error(code), {code});
}

/** `raw` is open. `fail` is also called for errors after `succeed`. */
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

/** Bytes of a proxy's response; proxies send a few hundred. */
const answerLimit = 16 * 1024;

/** The message is one line for the user. */
export class ProxyError extends Error {
  constructor(proxy: HttpProxy, words: string) {
    super(`the proxy ${authority(proxy)} from ${proxy.from} ${words}`);
    this.name = 'ProxyError';
  }

  /** Makes the error of status 407. */
  static ofLogin(proxy: HttpProxy): ProxyError {
    const words = `wants a login: put http://user:password@… into ${proxy.from}`;
    return new ProxyError(proxy, proxy.login === undefined ? words : `refuses the login in ${proxy.from}`);
  }
}

export function proxyHeaders({login}: HttpProxy): Readonly<Record<string, string>> {
  return login === undefined ? {} : {'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}`};
}

/** CONNECT (RFC 9110, section 9.3.6): the proxy at the other end of `socket` forwards everything to `target`. */
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
  if (status === '407') throw ProxyError.ofLogin(proxy);
  if (!status.startsWith('2')) throw new ProxyError(proxy, `does not lead to ${to} (${status})`);
}

/** Read by hand: `data` events would leave the socket flowing, and TLS needs what follows the empty line. */
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
