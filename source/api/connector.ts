import net from 'node:net';
import tls from 'node:tls';
import type {buildConnector} from 'undici';
import type {Clock} from '../lib/clock.ts';

/** Silence after which TCP probes the peer; libuv then probes each second and gives up after ten. */
const keepAliveDelay = 15_000;

/** Node gives the first of several addresses 250 ms, too short for a distant server; the next one is tried then. */
const addressAttemptTimeout = 1000;

/**
 * How undici connects. It differs from undici's own connector in that the raw TCP socket is made apart from the TLS
 * socket, and told to `onSocket`: only a raw socket can be closed with a reset (`TLSSocket.resetAndDestroy` throws).
 * HTTP/1.1 alone is offered, and no TLS session is kept, so each connection checks the certificate.
 */
export function createConnector(options: {
  clock: Clock;
  /** Milliseconds for the name, TCP and TLS together. */
  timeout: number;
  onSocket?: (raw: net.Socket) => void;
}): buildConnector.connector {
  return ({hostname, port, protocol}, callback) => {
    const secure = protocol === 'https:';
    const raw = net.connect({
      host: hostname,
      port: port === '' ? (secure ? 443 : 80) : Number(port),
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveDelay,
      autoSelectFamilyAttemptTimeout: addressAttemptTimeout,
    });
    options.onSocket?.(raw);

    let settled = false;
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
      callback(error, null);
    };
    const cancelTimer = options.clock.after(options.timeout, () => fail(errorWithCode('ETIMEDOUT')));

    raw.on('error', fail);
    raw.on('close', () => fail(errorWithCode('ECONNRESET')));
    raw.once('connect', () => {
      if (secure) startTls(raw, hostname, succeed, fail);
      else succeed(raw);
    });
    // undici cancels an attempt that nobody waits for through this socket.
    return raw;
  };
}

function startTls(
  raw: net.Socket,
  hostname: string,
  succeed: (socket: net.Socket) => void,
  fail: (error: Error) => void,
): void {
  const socket = tls.connect({
    socket: raw,
    host: hostname,
    // A bare address must not be sent as a server name (RFC 6066, section 3).
    ...(net.isIP(hostname) === 0 ? {servername: hostname} : {}),
    ALPNProtocols: ['http/1.1'],
  });
  socket.on('error', fail);
  socket.once('secureConnect', () => succeed(socket));
}

function errorWithCode(code: string): Error {
  return Object.assign(new Error(code), {code});
}
