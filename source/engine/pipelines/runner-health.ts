import type {Clock} from '../../lib/clock.ts';
import {createStore, type ReadableStore} from '../../lib/store.ts';
import {stateOf} from '../api/pipeline-state.ts';
import type {ApiClient, ApiFailure, Pipeline, RetryableReason, RunnerHealth} from '../api/types.ts';
import type {Log} from '../logs/log.ts';
import {forEachLog, type LogRegistry} from '../logs/log-manager.ts';
import type {ListPoller} from './list-poller.ts';
import {hasProcess, type StatsPoller} from './stats-poller.ts';

/** Milliseconds; the server itself checks as often. */
const askEvery = 10_000;
/** Milliseconds in which a runner that works has put into the list what logs or statistics tell of a process. */
const unchangedFor = 30_000;

/** A sign about the runner: it does not give a log, it is being asked for one, or a log has the end of its process. */
type Sign = 'away' | 'asked' | 'ended' | undefined;

type RunnerHealthOptions = {
  readonly client: Pick<ApiClient, 'getRunnerHealth'>;
  readonly clock: Clock;
  readonly logs: LogRegistry<Pick<Log, 'name' | 'snapshot' | 'isRunOver'>>;
  readonly stats: Pick<StatsPoller, 'known'>;
  readonly list: ListPoller['snapshot'];
};

/**
 * Asks the server whether its runner works, while something says that it does not: a log that the runner does not give, or a
 * process that has ended or does not answer while lists have it running for 30 s in which no state of any pipeline has
 * changed. The list alone cannot tell: without a runner, it stays.
 */
export class RunnerHealthReader {
  readonly #options: RunnerHealthOptions;
  readonly #health = createStore<RunnerHealth | undefined>(undefined);
  readonly #stop = new AbortController();
  #cancelTimer: (() => void) | undefined;
  #isAsking = false;
  /** These, and the times below, are monotonic ms. */
  #answeredAt = Number.NEGATIVE_INFINITY;
  #contradictedSince: number | undefined;
  /** States of all pipelines in the list, and since when none has changed. */
  #states = '';
  #statesSince = Number.NEGATIVE_INFINITY;
  #leave = () => {};

  constructor(options: RunnerHealthOptions) {
    this.#options = options;
  }

  /** Health of the runner; undefined: nothing speaks against it, or the server does not tell. */
  get health(): ReadableStore<RunnerHealth | undefined> {
    return this.#health;
  }

  start(): void {
    const {logs, stats, list} = this.#options;
    const check = () => this.#check();
    const leave = [
      forEachLog(logs, (log) => {
        let before: Sign;
        return log.snapshot.subscribe(() => {
          const sign = signOf(log);
          if (sign === before) return;
          before = sign;
          check();
        });
      }),
      ...[stats.known.subscribe(check), list.subscribe(() => this.#onList()), logs.names.subscribe(check)],
    ];
    this.#leave = () => {
      for (const each of leave) each();
    };
    this.#onList();
  }

  stop(): void {
    this.#leave();
    this.#stop.abort();
    this.#cancelTimer?.();
  }

  #onList(): void {
    const {pipelines = []} = this.#options.list.get();
    const states = pipelines
      .map((each) => `${each.id} ${each.deploymentStatus} ${each.deploymentStatusSince}`)
      .join('\n');
    if (states !== this.#states) this.#statesSince = this.#options.clock.monotonic();
    this.#states = states;
    this.#check();
  }

  #check(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const now = this.#options.clock.monotonic();
    const doubtedAt = this.#doubtedAt(now);
    if (doubtedAt > now) this.#health.set(undefined);
    if (doubtedAt === Number.POSITIVE_INFINITY || this.#isAsking) return;
    const wait = Math.max(doubtedAt, this.#answeredAt + askEvery) - now;
    if (wait > 0) this.#cancelTimer = this.#options.clock.after(wait, () => this.#check());
    else void this.#ask();
  }

  /** From when on the runner is doubted; infinity: nothing speaks against it. */
  #doubtedAt(now: number): number {
    const {logs} = this.#options;
    const ended = new Set<string>();
    let isAway = false;
    for (const name of logs.names.get()) {
      const log = logs.get(name);
      const sign = log && signOf(log);
      if (sign === 'ended') ended.add(name);
      // While it is asked for once more, the last answer holds.
      isAway ||= sign === 'away' || (sign === 'asked' && this.#health.get() !== undefined);
    }
    this.#contradictedSince = this.#isContradicted(ended) ? (this.#contradictedSince ?? now) : undefined;
    if (isAway) return now;
    if (this.#contradictedSince === undefined) return Number.POSITIVE_INFINITY;
    return Math.max(this.#contradictedSince, this.#statesSince) + unchangedFor;
  }

  /** Lists have a process running that has ended or cannot be reached. While no list comes, nothing can be said. */
  #isContradicted(ended: ReadonlySet<string>): boolean {
    const {stats, list} = this.#options;
    const {pipelines = [], failure, unansweredSince} = list.get();
    if (failure || unansweredSince !== undefined) return false;
    const known = stats.known.get();
    return pipelines.some((pipeline) => {
      const {name} = pipeline;
      return isContradicted(pipeline, {isRunOver: ended.has(name), failure: known.get(name)?.failure});
    });
  }

  /** Never rejects: an old server does not tell. */
  async #ask(): Promise<void> {
    const {client, clock} = this.#options;
    this.#isAsking = true;
    const health = await client.getRunnerHealth(this.#stop.signal).catch(() => undefined);
    this.#isAsking = false;
    if (this.#stop.signal.aborted) return;
    const now = clock.monotonic();
    this.#answeredAt = now;
    if (this.#doubtedAt(now) <= now) this.#health.set(health);
    this.#check();
  }
}

/** The list has a process running that has ended in its log, or cannot be reached: `failure` of its statistics. */
export function isContradicted(
  pipeline: Pipeline,
  {isRunOver, failure}: {readonly isRunOver: boolean | undefined; readonly failure: ApiFailure | undefined},
): boolean {
  // `Unavailable`: the runner knows it.
  if (!hasProcess(pipeline) || stateOf(pipeline.deploymentStatus).kind === 'failed') return false;
  return isRunOver || hasReason(failure, 'pipeline-unreachable');
}

function signOf({snapshot, isRunOver}: Pick<Log, 'snapshot' | 'isRunOver'>): Sign {
  const {connection} = snapshot.get();
  if (connection?.kind === 'connecting') return 'asked';
  if (connection?.kind === 'waiting' && hasReason(connection.failure, 'runner-unreachable')) return 'away';
  return connection?.kind === 'live' && isRunOver ? 'ended' : undefined;
}

function hasReason(failure: ApiFailure | undefined, reason: RetryableReason): boolean {
  return failure?.kind === 'retryable' && failure.reason === reason;
}
