import type {ApiClient, ApiFailure, RetryableReason, RunnerHealth} from '../api/types.ts';
import type {Clock} from '../lib/clock.ts';
import {createStore, type ReadableStore} from '../lib/store.ts';
import type {ListPoller} from './list-poller.ts';
import type {Log} from './log.ts';
import {forEachLog, type OpenLogs} from './log-manager.ts';
import {hasProcess, type StatsPoller} from './stats-poller.ts';

/** Milliseconds; the server itself checks as often. */
const askEvery = 10_000;

type RunnerHealthOptions = {
  readonly client: Pick<ApiClient, 'getRunnerHealth'>;
  readonly clock: Clock;
  readonly logs: OpenLogs<Pick<Log, 'name' | 'snapshot'>>;
  readonly stats: Pick<StatsPoller, 'known'>;
  readonly list: ListPoller['snapshot'];
};

/**
 * Asks the server whether its runner works, while something says that it does not: a log that the runner does not give, or
 * statistics of a process that is gone while the list has it running. The list alone cannot tell: without a runner, it stays.
 */
export class RunnerHealthReader {
  readonly #options: RunnerHealthOptions;
  readonly #health = createStore<RunnerHealth | undefined>(undefined);
  readonly #stop = new AbortController();
  #cancelTimer: (() => void) | undefined;
  #isAsking = false;
  #leave = () => {};

  constructor(options: RunnerHealthOptions) {
    this.#options = options;
  }

  /** Undefined: nothing speaks against the runner, or the server does not tell. */
  get health(): ReadableStore<RunnerHealth | undefined> {
    return this.#health;
  }

  start(): void {
    const {logs, stats, list} = this.#options;
    const check = () => this.#check();
    const leave = [
      forEachLog(logs, ({snapshot}) => snapshot.subscribe(check)),
      ...[stats.known.subscribe(check), list.subscribe(check), logs.names.subscribe(check)],
    ];
    this.#leave = () => {
      for (const each of leave) each();
    };
  }

  stop(): void {
    this.#leave();
    this.#stop.abort();
    this.#cancelTimer?.();
  }

  #check(): void {
    if (!this.#isDoubted) this.#health.set(undefined);
    else if (!this.#isAsking && !this.#cancelTimer) void this.#ask();
  }

  get #isDoubted(): boolean {
    const {logs, stats, list} = this.#options;
    const isAway = logs.names.get().some((name) => {
      const connection = logs.get(name)?.snapshot.get().connection;
      // While it is asked for once more, the last answer holds.
      if (connection?.kind === 'connecting') return this.#health.get() !== undefined;
      return connection?.kind === 'waiting' && hasReason(connection.failure, 'runner-unreachable');
    });
    if (isAway) return true;
    const runs = new Set((list.get().pipelines ?? []).filter(hasProcess).map(({name}) => name));
    return [...stats.known.get()].some(([name, {failure}]) => {
      return runs.has(name) && hasReason(failure, 'pipeline-unreachable');
    });
  }

  /** Never rejects: an old server does not tell. */
  async #ask(): Promise<void> {
    const {client, clock} = this.#options;
    this.#isAsking = true;
    const health = await client.getRunnerHealth(this.#stop.signal).catch(() => undefined);
    this.#isAsking = false;
    if (this.#stop.signal.aborted) return;
    this.#health.set(this.#isDoubted ? health : undefined);
    this.#cancelTimer = clock.after(askEvery, () => {
      this.#cancelTimer = undefined;
      this.#check();
    });
  }
}

function hasReason(failure: ApiFailure | undefined, reason: RetryableReason): boolean {
  return failure?.kind === 'retryable' && failure.reason === reason;
}
