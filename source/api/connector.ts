import net from 'node:net';
import tls from 'node:tls';
import type {buildConnector} from 'undici';
import type {Clock} from '../lib/clock.ts';
import {openTunnel, ProxyError} from './proxy-tunnel.ts';
import type {HttpProxy} from './types.ts';

/** Silence after which TCP probes the peer; libuv then probes each second and gives up after ten. */
const keepAliveDelay = 15_000;

/** Node gives the first of several addresses 250 ms, too short for a distant server; the next one is tried then. */
const addressAttemptTimeout = 1000;

/** The code of an error: the peer closed while TLS was being set up. */
export const cutInHandshake = 'CUT_IN_TLS_HANDSHAKE';

/** How a server is reached; the same for all connections to it. */
export type Way = {
  readonly proxy: HttpProxy | undefined;
  /** The certificate of the server, and of the proxy, is not looked at. */
  readonly insecure: boolean;
  readonly secureContext: () => tls.SecureContext;
};

/**
 * How undici connects. It differs from undici's own connector in that the raw TCP socket is made apart from the TLS
 * socket, and told to `onSocket`: only a raw socket can be closed with a reset (`TLSSocket.resetAndDestroy` throws).
 * HTTP/1.1 alone is offered, and no TLS session is kept, so each connection checks the certificate. Behind a proxy the
 * raw socket is the one to the proxy, which ends the other half when it is reset.
 */
export function createConnector(options: {
  clock: Clock;
  way: Way;
  /** Milliseconds for the name, TCP, the proxy and TLS together. */
  timeout: number;
  onSocket?: (raw: net.Socket) => void;
}): buildConnector.connector {
  const {proxy} = options.way;
  return ({hostname, port, protocol}, callback) => {
    const secure = protocol === 'https:';
    const server = {host: hostname, port: port === '' ? (secure ? 443 : 80) : Number(port)};
    const {host, port: firstPort} = proxy ?? server;
    const raw = net.connect({
      host,
      port: firstPort,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveDelay,
      autoSelectFamilyAttemptTimeout: addressAttemptTimeout,
    });
    options.onSocket?.(raw);

    let settled = false;
    let stage: 'proxy' | 'server' | 'server-tls' = proxy ? 'proxy' : 'server';
    const settle = (): boolean => {
      if (settled) return false;
      settled = true;
      cancelTimer();
      return true;
    };
    const succeed = (socket: net.Socket): void => {
      if (settle()) callback(null, socket);
    };
    // Stays attached: a late error of a socket that undici no longer watches must not end the process.
    const fail = (error: Error): void => {
      if (!settle()) return;
      raw.destroy();
      callback(atStage(error), null);
    };
    const atStage = (error: Error): Error => {
      if (proxy && stage === 'proxy') return atTheProxy(error, proxy);
      // Of a connection that was never refused: what a plain server does with a client hello.
      const isCut = stage === 'server-tls' && 'code' in error && error.code === 'ECONNRESET';
      return isCut ? errorWithCode(cutInHandshake) : error;
    };
    const cancelTimer = options.clock.after(options.timeout, () => fail(errorWithCode('ETIMEDOUT')));

    raw.on('error', fail);
    raw.on('close', () => fail(errorWithCode('ECONNRESET')));
    const secureServer = (hop: net.Socket): void => {
      stage = 'server-tls';
      startTls(hop, hostname, options.way, succeed, fail);
    };
    raw.once('connect', () => {
      if (!proxy) {
        if (secure) secureServer(raw);
        else succeed(raw);
        return;
      }
      const throughProxy = (hop: net.Socket): void => {
        if (!secure) {
          succeed(hop);
          return;
        }
        openTunnel(hop, proxy, server).then(() => secureServer(hop), fail);
      };
      if (proxy.secure) startTls(raw, proxy.host, options.way, throughProxy, fail);
      else throughProxy(raw);
    });
    // undici cancels an attempt that nobody waits for through this socket.
    return raw;
  };
}

function startTls(
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

function atTheProxy(error: Error, proxy: HttpProxy): Error {
  if (error instanceof ProxyError) return error;
  const code = 'code' in error ? String(error.code) : error.message;
  return new ProxyError(proxy, `cannot be reached (${code})`);
}

function errorWithCode(code: string): Error {
  return Object.assign(new Error(code), {code});
}
