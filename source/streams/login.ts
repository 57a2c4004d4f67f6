import type {ApiClient, ApiFailure, Session} from '../api/types.ts';
import {createStore, type ReadableStore} from '../lib/store.ts';
import type {ListPoller} from './list-poller.ts';

export type LoginOptions = {
  readonly client: Pick<ApiClient, 'getSession'>;
  readonly poller: Pick<ListPoller, 'snapshot'>;
  /** The server serves the list again after it had refused to. */
  readonly onAdmitted: () => void;
};

/**
 * Who we are to the server: asked at the start, and again whenever the list comes back after a refusal. That it fails
 * is not shown: the list, which needs the same role, fails in the same words, and an old server lacks the route.
 */
export class Login {
  readonly #options: LoginOptions;
  readonly #session = createStore<Session | undefined>(undefined);
  readonly #stop = new AbortController();
  #unsubscribe = () => {};
  #listFailure: ApiFailure | undefined;

  constructor(options: LoginOptions) {
    this.#options = options;
  }

  /** Undefined until it is known. */
  get session(): ReadableStore<Session | undefined> {
    return this.#session;
  }

  start(): void {
    this.#unsubscribe = this.#options.poller.snapshot.subscribe(() => this.#onList());
    void this.#ask();
  }

  stop(): void {
    this.#stop.abort();
    this.#unsubscribe();
  }

  #onList(): void {
    const before = this.#listFailure;
    const {failure} = this.#options.poller.snapshot.get();
    this.#listFailure = failure;
    if (!before || failure) return;
    if (before.kind === 'fatal') this.#options.onAdmitted();
    if (before.kind === 'fatal' || !this.#session.get()) void this.#ask();
  }

  async #ask(): Promise<void> {
    const session = await this.#options.client.getSession(this.#stop.signal).catch(() => undefined);
    if (session && !this.#stop.signal.aborted) this.#session.set(session);
  }
}
