import type {Client, Dispatcher} from 'undici';
import type {Clock} from '../../lib/clock.ts';
import {createConnector, type Transport} from './connect.ts';
import {ApiError, type Redactor, toApiError} from './errors.ts';
import {errorBodyLimit, failureOf} from './http-failure.ts';
import {loadUndici, requestTarget, type ServerAnswers, type Timeouts} from './request.ts';
import {type SentHeaders, ServerHeaders} from './server-text.ts';
import {SocketReads} from './socket-reads.ts';
import {describeCut, transportFailure} from './transport-failure.ts';
import type {ApiFailure, BodyEnd, LogHandlers} from './types.ts';

type LogRequestOptions = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly transport: Transport;
  readonly handlers: LogHandlers;
  readonly clock: Clock;
  readonly timeouts: Timeouts;
  readonly redact: Redactor;
  readonly answers: ServerAnswers;
};

/** `sized`: the end of the log differs from a cut. `refused`: the body is collected, as it explains the refusal. */
type Phase =
  | {readonly kind: 'waiting'}
  | {readonly kind: 'open'; readonly sized: boolean}
  | {readonly kind: 'refused'; readonly status: number; readonly headers: ServerHeaders; readonly body: Uint8Array[]}
  | {readonly kind: 'settled'};

/** See `ApiClient.followLogs`. */
export async function followLog(options: LogRequestOptions): Promise<BodyEnd> {
  const undici = await loadUndici();
  if (options.handlers.signal.aborted) throw new ApiError({kind: 'cancelled'});
  return await new LogRequest(undici.Client, options).end;
}

/** One log, on its own connection. No Node stream lies in between: the server drops a follower that stops reading. */
class LogRequest implements Dispatcher.DispatchHandler {
  readonly end: Promise<BodyEnd>;
  readonly #options: LogRequestOptions;
  readonly #client: Dispatcher;
  readonly #resolve: (end: BodyEnd) => void;
  readonly #reject: (error: unknown) => void;
  readonly #reads: SocketReads;
  readonly #requestNumber: number;
  #phase: Phase = {kind: 'waiting'};
  #cancelTimer: (() => void) | undefined;

  constructor(UndiciClient: typeof Client, options: LogRequestOptions) {
    this.#options = options;
    const {promise, resolve, reject} = Promise.withResolvers<BodyEnd>();
    this.end = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    const {url, headers, transport, handlers, clock, timeouts} = options;
    this.#requestNumber = options.answers.start();
    this.#reads = new SocketReads({clock, deliver: handlers.onData, onError: this.#onHandlerError});
    const {origin, path} = requestTarget(url, transport.proxy);
    this.#client = new UndiciClient(origin, {
      allowH2: false,
      // Quiet logs stay open for days, and the wait for headers is timed on our own clock.
      bodyTimeout: 0,
      headersTimeout: 0,
      connect: createConnector({clock, transport, timeout: timeouts.connect, reads: this.#reads}),
    });
    handlers.signal.addEventListener('abort', this.#abort);
    this.#client.dispatch({method: 'GET', path, headers}, this);
  }

  /** The connection is open, and undici is about to write the request. */
  onRequestStart(): void {
    if (this.#phase.kind !== 'waiting') return;
    const {clock, timeouts} = this.#options;
    this.#cancelTimer = clock.after(timeouts.headers, () => {
      const message = `the server sent no headers for ${timeouts.headers / 1000} s`;
      this.#fail({kind: 'retryable', reason: 'timeout', message});
    });
  }

  onResponseStart(_controller: unknown, status: number, sent: SentHeaders): void {
    // Interim responses (1xx) come here too; the final one follows.
    if (status < 200 || this.#phase.kind !== 'waiting') return;
    this.#cancelTimer?.();
    const headers = new ServerHeaders(sent);
    this.#options.answers.began(headers);
    // Feldera never compresses a log.
    if (status === 200 && headers.mediaType === 'text/plain' && headers.encoding === 'identity') {
      // From here on no one keeps the bytes: undici kept those of the headers, and a refusal keeps its body.
      this.#reads.reuse();
      const sized = headers.has('transfer-encoding') || headers.has('content-length');
      this.#phase = {kind: 'open', sized};
      this.#options.answers.succeeded(this.#requestNumber);
      try {
        this.#options.handlers.onOpen();
      } catch (error) {
        this.#onHandlerError(error);
      }
    } else {
      this.#phase = {kind: 'refused', status, headers, body: []};
      this.#cancelTimer = this.#options.clock.after(this.#options.timeouts.errorBody, () => this.#refuse());
    }
  }

  onResponseData(_controller: unknown, piece: Buffer): void {
    const phase = this.#phase;
    if (phase.kind === 'open') {
      this.#reads.append(piece);
    } else if (phase.kind === 'refused') {
      phase.body.push(piece);
      if (phase.body.reduce((sum, {length}) => sum + length, 0) >= errorBodyLimit) this.#refuse();
    }
  }

  onResponseEnd(): void {
    this.#reads.flush();
    const phase = this.#phase;
    if (phase.kind === 'refused') this.#refuse();
    if (phase.kind !== 'open') return;
    // A body without length and chunks (HTTP/1.0) ends with its connection: its end looks like a cut.
    const end: BodyEnd = phase.sized ? {kind: 'clean'} : {kind: 'cut', message: 'the connection closed'};
    this.#settle(() => this.#resolve(end));
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#reads.flush();
    switch (this.#phase.kind) {
      case 'waiting':
        this.#fail(transportFailure(error, this.#options.url, this.#options.answers.hasAnswered));
        break;
      case 'refused':
        this.#refuse();
        break;
      case 'open':
        this.#settle(() => this.#resolve({kind: 'cut', message: describeCut(error)}));
        break;
      case 'settled':
        break;
    }
  }

  readonly #abort = (): void => {
    const wasOpen = this.#phase.kind === 'open';
    this.#settle(() => {
      if (wasOpen) this.#resolve({kind: 'aborted'});
      else this.#reject(new ApiError({kind: 'cancelled'}));
    });
  };

  /** Fails with the meaning of the response, from the part of its body that came. */
  #refuse(): void {
    const phase = this.#phase;
    if (phase.kind !== 'refused') return;
    const {url, headers, transport} = this.#options;
    const body = Buffer.concat(phase.body).subarray(0, errorBodyLimit);
    const answer = {route: 'logs', url, status: phase.status, headers: phase.headers, body} as const;
    const request = {authorized: 'authorization' in headers, proxy: transport.proxy};
    const failure = failureOf({...answer, ...request});
    this.#options.answers.refused(this.#requestNumber, failure);
    this.#fail(failure);
  }

  #fail(failure: ApiFailure): void {
    this.#settle(() => this.#reject(toApiError(failure, this.#options.redact)));
  }

  /** A handler threw, which is a bug of ours: the stream ends, and the caller gets the error. */
  readonly #onHandlerError = (error: unknown): void => this.#settle(() => this.#reject(error));

  #settle(answer: () => void): void {
    if (this.#phase.kind === 'settled') return;
    this.#phase = {kind: 'settled'};
    this.#cancelTimer?.();
    this.#options.handlers.signal.removeEventListener('abort', this.#abort);
    this.#reads.end();
    this.#closeSocket();
    // The connection is closed already: this frees the rest of undici's client.
    this.#client.destroy(null, () => {});
    answer();
  }

  /**
   * With RST: after a FIN the server keeps the follower of a silent pipeline until it has written a few more lines.
   * While the socket connects there is nothing to reset, and Node would delay the reset until it has connected.
   */
  #closeSocket(): void {
    const {socket} = this.#reads;
    if (socket === undefined || socket.destroyed) return;
    if (socket.connecting) socket.destroy();
    else socket.resetAndDestroy();
  }
}
