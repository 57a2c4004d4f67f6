import zlib from 'node:zlib';
import type {Dispatcher, Pool} from 'undici';
import type {Clock} from '../../lib/clock.ts';
import {createConnector, type Transport} from './connect.ts';
import {ApiError} from './errors.ts';
import {type ApiRoute, encodingOf, errorBodyLimit, failureOf, type HttpResponse, isWebPage} from './http-failure.ts';
import {
  type AuthHeaders,
  loadUndici,
  type RequestHeaders,
  requestTarget,
  type ServerAnswers,
  type Timeouts,
} from './request.ts';
import {ServerHeaders} from './server-text.ts';
import {transportFailure} from './transport-failure.ts';
import type {ApiFailure} from './types.ts';

/** Connections for all JSON requests; log streams have their own. */
const poolSize = 4;

type JsonRoutesOptions = {
  readonly baseUrl: string;
  readonly authorized: AuthHeaders;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly timeouts: Timeouts;
  readonly answers: ServerAnswers;
};

export type JsonRequest<T> = {
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

export type JsonRoutes = ReturnType<typeof jsonRoutes>;

/** The routes with JSON responses, over one pool. */
export function jsonRoutes(options: JsonRoutesOptions) {
  const {baseUrl, authorized, transport, clock, timeouts, answers} = options;
  let pool: Pool | undefined;

  async function send(request: Sent): Promise<RawResponse> {
    const undici = await loadUndici();
    pool ??= new undici.Pool(new URL(baseUrl).origin, {
      connections: poolSize,
      allowH2: false,
      // Our own clock times both.
      bodyTimeout: 0,
      headersTimeout: 0,
      // Below the server's own 5 s, so that a request seldom meets a connection that is being closed.
      keepAliveTimeout: 4000,
      connect: createConnector({clock, transport, timeout: timeouts.connect}),
    });
    return collectBody(pool, request, options);
  }

  return {
    /** Throws an `ApiError`, also for a response that `parse` does not accept. */
    get<T>(request: JsonRequest<T>): Promise<{readonly value: T; readonly wire: RawResponse}> {
      const {route, signal} = request;
      const url = baseUrl + request.path;
      return authorized(signal, async (headers) => {
        const number = answers.start();
        // Most answers are nine tenths smaller so.
        const wire = await send({url, signal, headers: {...headers, 'accept-encoding': 'gzip'}});
        answers.began(wire.headers);
        const cached = request.cached?.(wire);
        if (cached !== undefined) {
          answers.succeeded(number);
          return {value: cached, wire};
        }
        const sent = {route, url, authorized: 'authorization' in headers, proxy: transport.proxy};
        const answer: HttpResponse = {...wire, ...sent, body: await decodeBody(wire, url)};
        const isAnswer = answer.status === 200 || answer.status === request.alsoStatus;
        const usable = isAnswer && !isWebPage(answer.headers, answer.body);
        const value = usable ? await parsed(answer.body, request) : undefined;
        if (value === undefined) {
          // An error of the API is small; to read all of what is none would cost a multiple of its size.
          const failure = failureOf({...answer, body: answer.body.subarray(0, errorBodyLimit)});
          answers.refused(number, failure);
          throw new ApiError(failure);
        }
        answers.succeeded(number);
        return {value, wire};
      });
    },
    /** Ends the requests in progress. */
    async close(): Promise<void> {
      const closing = pool;
      pool = undefined;
      await closing?.destroy();
    },
  };
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
  const encoding = encodingOf(headers);
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
