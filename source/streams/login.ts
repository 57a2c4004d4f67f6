import type {ApiClient, ApiFailure, Session} from '../api/types.ts';
import {createStore, type ReadableStore} from '../lib/store.ts';
import type {ListPoller} from './list-poller.ts';

export type LoginOptions = {
  readonly client: Pick<ApiClient, 'getSession' | 'getVersion'>;
  readonly poller: Pick<ListPoller, 'snapshot'>;
};

/**
 * Who we are to the server: asked at the start, and again whenever the list comes back after a refusal. And which version
 * the server has: asked again whenever the list comes back, for the server may have been replaced. That it fails is not
 * shown: the list, which needs the same role, fails in the same words, and an old server lacks the session's route.
 */
export class Login {
  readonly #options: LoginOptions;
  readonly #session = createStore<Session | undefined>(undefined);
  readonly #version = createStore<string | undefined>(undefined);
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

  /** Of the server; undefined until it is known. */
  get version(): ReadableStore<string | undefined> {
    return this.#version;
  }

  start(): void {
    this.#unsubscribe = this.#options.poller.snapshot.subscribe(() => this.#onList());
    void this.#ask();
    void this.#askVersion();
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
    void this.#askVersion();
    if (before.kind === 'fatal' || !this.#session.get()) void this.#ask();
  }

  async #ask(): Promise<void> {
    const session = await this.#options.client.getSession(this.#stop.signal).catch(() => undefined);
    if (session && !this.#stop.signal.aborted) this.#session.set(session);
  }

  async #askVersion(): Promise<void> {
    const version = await this.#options.client.getVersion(this.#stop.signal).catch(() => undefined);
    if (version !== undefined && !this.#stop.signal.aborted) this.#version.set(version);
  }
}

/** The first version whose log survives a stop, and begins with a line that identifies it. */
const oldestSupported = {major: 0, minor: 97};

/** One line about a server that is older than what pipetail supports; undefined of any other, and of an unknown one. */
export function oldServerWords(version: string | undefined): string | undefined {
  if (version === undefined || !isOldServer(version)) return undefined;
  const supported = `${oldestSupported.major}.${oldestSupported.minor}`;
  return (
    `Feldera ${version} is not supported, ${supported} and newer are: the list and live logs work, ` +
    'a stopped pipeline has no log, a reconnect may lose or repeat lines'
  );
}

/** Whether the server is older than what pipetail supports. A version that cannot be read is not. */
export function isOldServer(version: string): boolean {
  const [, major, minor] = /^(\d{1,9})\.(\d{1,9})(?:\.|$)/.exec(version) ?? [];
  if (major === undefined || minor === undefined) return false;
  return Number(major) === oldestSupported.major && Number(minor) < oldestSupported.minor;
}
