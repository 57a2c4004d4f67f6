import {createStore, type ReadableStore} from '../lib/store.ts';
import type {Answers, ApiFailure} from './types.ts';

/**
 * What one server has answered so far, over all connections of a client to it: who waits for it learns here that it is
 * back. Requests are told apart by numbers, so that an answer is never taken for news of what happened after its request.
 */
export class ServerAnswers implements Answers {
  readonly #good = createStore(0);
  #asked = 0;
  #hasAnswered = false;

  get asked(): number {
    return this.#asked;
  }

  get good(): ReadableStore<number> {
    return this.#good;
  }

  /** It has answered in the scheme, http or https, in which it is asked. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** A request begins. Answers its number, counted from 1. */
  begin(): number {
    this.#asked += 1;
    return this.#asked;
  }

  /** The request was answered with what it asked for. */
  succeeded(request: number): void {
    this.#hasAnswered = true;
    this.#good.set(Math.max(this.#good.get(), request));
  }

  /** The request was answered, with a refusal or an error. That there is no such pipeline is an answer like any other. */
  refused(request: number, failure: ApiFailure): void {
    // A TLS port answers a plain request with 400.
    if (failure.kind === 'cancelled' || (failure.reason === 'wrong-url' && failure.status === 400)) return;
    this.#hasAnswered = true;
    if (failure.reason === 'unknown-pipeline') this.succeeded(request);
  }
}
