import type net from 'node:net';
import type {buildConnector} from 'undici';
import type {Clock} from '../lib/clock.ts';
import {openTunnel, ProxyError} from './proxy-tunnel.ts';
import {startTls} from './start-tls.ts';
import type {HttpProxy} from './types.ts';
import type {Way} from './way.ts';

/** The code of an error: the peer closed while TLS was being set up. */
export const cutInHandshake = 'CUT_IN_TLS_HANDSHAKE';

/** The server that is meant, whatever the way to it. */
export type Target = {readonly host: string; readonly port: number; readonly secure: boolean};

export type ConnectingOptions = {
  /** Just made, to the target or to the proxy. */
  readonly raw: net.Socket;
  readonly target: Target;
  readonly way: Way;
  readonly clock: Clock;
  /** Milliseconds for the name, TCP, the proxy and TLS together. */
  readonly timeout: number;
  readonly callback: buildConnector.Callback;
};

/** One connection that is being set up: TCP, then the proxy and its tunnel, then TLS. It calls back once. */
export class Connecting {
  readonly #options: ConnectingOptions;
  #cancelTimer = () => {};
  #settled = false;
  #stage: 'proxy' | 'server' | 'server-tls';

  constructor(options: ConnectingOptions) {
    this.#options = options;
    this.#stage = options.way.proxy ? 'proxy' : 'server';
  }

  begin(): void {
    const {raw, clock, timeout} = this.#options;
    this.#cancelTimer = clock.after(timeout, () => this.#fail(errorWithCode('ETIMEDOUT')));
    raw.on('error', this.#fail);
    raw.on('close', () => this.#fail(errorWithCode('ECONNRESET')));
    raw.once('connect', () => this.#onConnect());
  }

  #onConnect(): void {
    const {raw, way} = this.#options;
    const {proxy} = way;
    if (!proxy) this.#atServer(raw);
    else if (proxy.secure) startTls(raw, proxy.host, way, (hop) => this.#atProxy(hop, proxy), this.#fail);
    else this.#atProxy(raw, proxy);
  }

  #atProxy(hop: net.Socket, proxy: HttpProxy): void {
    const {target} = this.#options;
    // What is not for TLS the proxy takes itself, and sends on.
    if (target.secure) openTunnel(hop, proxy, target).then(() => this.#atServer(hop), this.#fail);
    else this.#succeed(hop);
  }

  #atServer(hop: net.Socket): void {
    const {target, way} = this.#options;
    if (!target.secure) {
      this.#succeed(hop);
      return;
    }
    this.#stage = 'server-tls';
    startTls(hop, target.host, way, this.#succeed, this.#fail);
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
    const {proxy} = this.#options.way;
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
