import net from 'node:net';
import type {buildConnector} from 'undici';
import type {Clock} from '../lib/clock.ts';
import {Connecting} from './connecting.ts';
import type {ReusedReads} from './reused-reads.ts';
import type {Way} from './way.ts';

/** Silence after which TCP probes the peer; libuv then probes each second and gives up after ten. */
const keepAliveDelay = 15_000;

/** Node gives the first of several addresses 250 ms, too short for a distant server; the next one is tried then. */
const addressAttemptTimeout = 1000;

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
  /** How the raw socket is read; default: as Node does. */
  reads?: ReusedReads;
}): buildConnector.connector {
  const {clock, way, timeout, reads} = options;
  return ({hostname, port, protocol}, callback) => {
    const secure = protocol === 'https:';
    const target = {host: hostname, port: port === '' ? (secure ? 443 : 80) : Number(port), secure};
    const firstHop = way.proxy ?? target;
    const raw: net.Socket = net.connect({
      host: firstHop.host,
      port: firstHop.port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveDelay,
      autoSelectFamilyAttemptTimeout: addressAttemptTimeout,
      ...(reads && {onread: reads.onread(() => raw)}),
    });
    options.onSocket?.(raw);
    new Connecting({raw, target, way, clock, timeout, callback}).begin();
    // undici cancels an attempt that nobody waits for through this socket.
    return raw;
  };
}
