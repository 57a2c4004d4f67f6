import type {Dispatcher} from 'undici';
import type {Clock} from '../lib/clock.ts';
import {type AnswerHeaders, errorBodyLimit} from './answer.ts';
import {ApiError} from './api-error.ts';
import {requestTarget} from './base-url.ts';
import type {ServerAnswers} from './server-answers.ts';
import type {Timeouts} from './timeouts.ts';
import {transportFailure} from './transport-failure.ts';
import type {ApiFailure, HttpProxy} from './types.ts';

/** 5,000 pipelines are about 7 MB; a server that sends more than this is not a Feldera. */
export const bodyLimit = 128 * 1024 * 1024;

/** A response whose body, still compressed, has been read to its end (of an error: up to a limit). */
export type WireAnswer = {readonly status: number; readonly headers: AnswerHeaders; readonly bytes: Buffer};

export type LookUp = {
  readonly pool: Dispatcher;
  readonly proxy: HttpProxy | undefined;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly timeouts: Timeouts;
  readonly signal: AbortSignal;
  readonly answers: Pick<ServerAnswers, 'hasAnswered'>;
};

/**
 * One short request over the shared pool. Throws an `ApiError` when no complete answer came: `cancelled` when `signal`
 * was aborted, else what the transport said. Any status is an answer.
 */
export async function lookUp(request: LookUp): Promise<WireAnswer> {
  const {pool, url, headers, clock, timeouts} = request;
  if (request.signal.aborted) throw new ApiError({kind: 'cancelled'});
  const controller = new AbortController();
  const {signal} = controller;
  const stop = (failure: ApiFailure): void => controller.abort(new ApiError(failure));
  const cancel = (): void => stop({kind: 'cancelled'});
  const limit = (milliseconds: number): (() => void) =>
    clock.after(milliseconds, () => {
      const message = `the server did not answer within ${milliseconds / 1000} s`;
      stop({kind: 'retryable', reason: 'timeout', message, url});
    });

  request.signal.addEventListener('abort', cancel);
  const cancelTotal = limit(timeouts.total);
  const cancelHeaders = limit(timeouts.headers);
  try {
    const response = await pool.request({...requestTarget(url, request.proxy), method: 'GET', headers, signal});
    cancelHeaders();
    const {statusCode: status} = response;
    const bytes = status === 200 ? await readBody(response.body, url) : await readErrorBody(response.body, request);
    signal.throwIfAborted();
    return {status, headers: response.headers, bytes};
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof ApiError ? error : new ApiError(transportFailure(error, url, request.answers.hasAnswered));
  } finally {
    cancelHeaders();
    cancelTotal();
    request.signal.removeEventListener('abort', cancel);
  }
}

async function readBody(body: AsyncIterable<unknown>, url: string): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop early destroys the body, and its connection with it.
  for await (const piece of body) {
    if (!(piece instanceof Uint8Array)) continue;
    pieces.push(piece);
    length += piece.length;
    if (length <= bodyLimit) continue;
    const message = `the answer is larger than ${bodyLimit / (1024 * 1024)} MiB`;
    throw new ApiError({kind: 'retryable', reason: 'protocol', message, url});
  }
  return Buffer.concat(pieces);
}

/** The status counts, whatever becomes of the body: as much as comes in a while, up to a limit. */
async function readErrorBody(body: Dispatcher.ResponseData['body'], {clock, timeouts}: LookUp): Promise<Buffer> {
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
