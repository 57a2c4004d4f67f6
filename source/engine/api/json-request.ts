import zlib from 'node:zlib';
import type {Dispatcher, Pool} from 'undici';
import type {Clock} from '../../lib/clock.ts';
import {createConnector, type Transport} from './connect.ts';
import type {authHeadersOf, RequestHeaders} from './credentials.ts';
import {ApiError, type Redactor, toApiError} from './errors.ts';
import {type ApiRoute, errorBodyLimit, failureOf, isWebPage} from './http-failure.ts';
import {loadUndici, requestTarget, type ServerAnswers, type Timeouts} from './request.ts';
import {ServerHeaders} from './server-text.ts';
import {transportFailure} from './transport-failure.ts';
import type {ApiFailure} from './types.ts';

/** Connections for all JSON requests; log streams have their own. */
const poolSize = 4;

type JsonRoutesOptions = {
  readonly baseUrl: string;
  readonly authorized: ReturnType<typeof authHeadersOf>;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly timeouts: Timeouts;
  readonly redact: Redactor;
  readonly answers: ServerAnswers;
};

type JsonRequest<T> = {
  readonly route: ApiRoute;
  /** Below the base URL. */
  readonly path: string;
  readonly signal: AbortSignal;
  /** Returns undefined, or throws a `SyntaxError`, when the body does not belong to the route. */
  readonly parse: (body: Uint8Array) => T | undefined | Promise<T | undefined>;
  /** A status beside 200 whose body is one of the route. */
  readonly alsoStatus?: number;
  /** Returns the value that was parsed from the same bytes before, if any. */
  readonly cached?: (wire: RawResponse) => T | undefined;
};

/** The routes with JSON responses, over one pool. */
export class JsonRoutes {
  readonly #options: JsonRoutesOptions;
  #pool: Pool | undefined;

  constructor(options: JsonRoutesOptions) {
    this.#options = options;
  }

  async read<T>(request: JsonRequest<T>): Promise<T> {
    const {value} = await this.get(request);
    return value;
  }

  /**
   * Throws an `ApiError`, also for a response that `parse` does not accept. All failures pass here, so no message contains a
   * credential or a control character.
   */
  async get<T>(request: JsonRequest<T>): Promise<{readonly value: T; readonly wire: RawResponse}> {
    const {authorized, redact} = this.#options;
    try {
      return await authorized(request.signal, (headers) => this.#ask(request, headers));
    } catch (error) {
      throw error instanceof ApiError ? toApiError(error.failure, redact) : error;
    }
  }

  /** Ends the requests in progress. */
  async close(): Promise<void> {
    const closing = this.#pool;
    this.#pool = undefined;
    await closing?.destroy();
  }

  async #ask<T>(
    request: JsonRequest<T>,
    headers: RequestHeaders,
  ): Promise<{readonly value: T; readonly wire: RawResponse}> {
    const {baseUrl, transport, answers} = this.#options;
    const {route, signal} = request;
    const url = baseUrl + request.path;
    const number = answers.start();
    // Most answers are nine tenths smaller so.
    const wire = await this.#send({url, signal, headers: {...headers, 'accept-encoding': 'gzip'}});
    answers.began(wire.headers);
    const cached = request.cached?.(wire);
    if (cached !== undefined) {
      answers.succeeded(number);
      return {value: cached, wire};
    }
    const body = await decodeBody(wire, url);
    const isAnswer = wire.status === 200 || wire.status === request.alsoStatus;
    const usable = isAnswer && !isWebPage(wire.headers, body);
    const value = usable ? await parsed(body, request) : undefined;
    if (value === undefined) {
      const sent = {route, url, authorized: 'authorization' in headers, proxy: transport.proxy};
      // An error of the API is small; to read all of what is none would cost a multiple of its size.
      const failure = failureOf({...wire, ...sent, body: body.subarray(0, errorBodyLimit)});
      answers.refused(number, failure);
      throw new ApiError(failure);
    }
    answers.succeeded(number);
    return {value, wire};
  }

  async #send(request: Sent): Promise<RawResponse> {
    const {baseUrl, transport, clock, timeouts} = this.#options;
    const undici = await loadUndici();
    this.#pool ??= new undici.Pool(new URL(baseUrl).origin, {
      connections: poolSize,
      allowH2: false,
      // Our own clock times both.
      bodyTimeout: 0,
      headersTimeout: 0,
      // Below the server's own 5 s, so that a request seldom meets a connection that is being closed.
      keepAliveTimeout: 4000,
      connect: createConnector({clock, transport, timeout: timeouts.connect}),
    });
    return collectBody(this.#pool, request, this.#options);
  }
}

async function parsed<T>(body: Uint8Array, {parse, signal}: JsonRequest<T>): Promise<T | undefined> {
  try {
    return await parse(body);
  } catch (error) {
    if (signal.aborted) throw new ApiError({kind: 'cancelled'});
    // No JSON of the API, or nested so deep that reading it overflows the stack.
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/**
 * Bytes of the largest body, also decompressed. 5,000 pipelines are about 7 MB, and the statistics of a connector that fails
 * all the time 70 kB: a server that sends more than this is not Feldera. What is refused costs twice as much for a moment.
 */
const bodyLimit = 20 * 1024 * 1024;

/** `bytes`: the whole body, still compressed; of an error, up to a limit. */
type RawResponse = {readonly status: number; readonly headers: ServerHeaders; readonly bytes: Buffer};

type Sent = {readonly url: string; readonly headers: RequestHeaders; readonly signal: AbortSignal};

/** Returns a response of any status. Throws an `ApiError` without one: `cancelled` by `signal`, or of the transport. */
async function collectBody(pool: Dispatcher, request: Sent, options: JsonRoutesOptions): Promise<RawResponse> {
  const {url, headers} = request;
  const {transport, clock, timeouts, answers} = options;
  if (request.signal.aborted) throw new ApiError({kind: 'cancelled'});
  const controller = new AbortController();
  const {signal} = controller;
  const stop = (failure: ApiFailure): void => controller.abort(new ApiError(failure));
  const cancel = (): void => stop({kind: 'cancelled'});
  const limit = (milliseconds: number): (() => void) =>
    clock.after(milliseconds, () => {
      const message = `the server did not answer within ${milliseconds / 1000} s`;
      stop({kind: 'retryable', reason: 'timeout', message});
    });

  request.signal.addEventListener('abort', cancel);
  const cancelTotal = limit(timeouts.total);
  const cancelHeaders = limit(timeouts.headers);
  try {
    const response = await pool.request({...requestTarget(url, transport.proxy), method: 'GET', headers, signal});
    cancelHeaders();
    const {statusCode: status} = response;
    const bytes =
      status === 200
        ? await readBody(response.body, response.headers['content-length'])
        : await readErrorBody(response.body, options);
    signal.throwIfAborted();
    return {status, headers: new ServerHeaders(response.headers), bytes};
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof ApiError ? error : new ApiError(transportFailure(error, url, answers.hasAnswered));
  } finally {
    cancelHeaders();
    cancelTotal();
    request.signal.removeEventListener('abort', cancel);
  }
}

/** `declared`: the header with its length. */
async function readBody(body: AsyncIterable<unknown>, declared: unknown): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop early destroys the body, and its connection with it.
  for await (const piece of body) {
    if (!(piece instanceof Uint8Array)) continue;
    pieces.push(piece);
    length += piece.length;
    if (length > bodyLimit || Number(declared) > bodyLimit) throw tooLarge();
  }
  return Buffer.concat(pieces);
}

function tooLarge(): ApiError {
  const message = `the answer is larger than ${bodyLimit / (1024 * 1024)} MiB`;
  return new ApiError({kind: 'retryable', reason: 'protocol', message});
}

/** Returns what comes within limits of time and bytes. Never fails: the status is enough. */
async function readErrorBody(
  body: Dispatcher.ResponseData['body'],
  {clock, timeouts}: JsonRoutesOptions,
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const cancelTimer = clock.after(timeouts.errorBody, () => body.destroy());
  try {
    for await (const piece of body) {
      if (!(piece instanceof Uint8Array)) continue;
      pieces.push(piece);
      length += piece.length;
      if (length >= errorBodyLimit) break;
    }
  } catch {
    // Cut, or too slow.
  } finally {
    cancelTimer();
  }
  return Buffer.concat(pieces).subarray(0, errorBodyLimit);
}

/** Servers may compress errors too. The body of an error that cannot be decoded is empty: the status is enough. */
async function decodeBody({status, headers, bytes}: RawResponse, url: string): Promise<Uint8Array> {
  const {encoding} = headers;
  if (encoding === 'identity' || bytes.length === 0) return bytes;
  try {
    if (encoding !== 'gzip' && encoding !== 'x-gzip') throw new Error('an unknown encoding');
    return await gunzip(bytes);
  } catch (error) {
    if (status !== 200) return Buffer.alloc(0);
    if (error instanceof ApiError) throw error;
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    const message = `${url} answered in an encoding that cannot be read (${encoding})`;
    throw new ApiError({kind: 'retryable', reason: 'protocol', message});
  }
}

/** Bytes. To join Node's own pieces of 16 KiB costs more than to decompress them. */
const pieceLength = 256 * 1024;

/** Runs off the main thread. Rejects when the body is broken, incomplete, or too large. */
function gunzip(bytes: Buffer): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    zlib.gunzip(bytes, {maxOutputLength: bodyLimit, chunkSize: pieceLength}, (error, plain) => {
      if (error) reject(error);
      else resolve(plain);
    });
  });
}
