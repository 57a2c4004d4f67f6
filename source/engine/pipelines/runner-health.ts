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
export function runnerHealthReader({client, clock, logs, stats, list}: RunnerHealthOptions) {
  const health = createStore<RunnerHealth | undefined>(undefined);
  const stopping = new AbortController();
  let cancelTimer = () => {};
  let isAsking = false;
  /** These, and the times below, are monotonic ms. */
  let answeredAt = Number.NEGATIVE_INFINITY;
  let contradictedSince: number | undefined;
  /** States of all pipelines in the list, and since when none has changed. */
  let states = '';
  let statesSince = Number.NEGATIVE_INFINITY;
  let leaving: readonly (() => void)[] = [];

  function onList(): void {
    const {pipelines = []} = list.get();
    const now = pipelines.map((each) => `${each.id} ${each.deploymentStatus} ${each.deploymentStatusSince}`).join('\n');
    if (now !== states) statesSince = clock.monotonic();
    states = now;
    check();
  }

  function check(): void {
    cancelTimer();
    const now = clock.monotonic();
    const doubtedAt = doubtedFrom(now);
    if (doubtedAt > now) health.set(undefined);
    if (doubtedAt === Number.POSITIVE_INFINITY || isAsking) return;
    const wait = Math.max(doubtedAt, answeredAt + askEvery) - now;
    if (wait > 0) cancelTimer = clock.after(wait, check);
    else void ask();
  }

  /** From when on the runner is doubted; infinity: nothing speaks against it. */
  function doubtedFrom(now: number): number {
    const ended = new Set<string>();
    let isAway = false;
    for (const name of logs.names.get()) {
      const log = logs.get(name);
      const sign = log && signOf(log);
      if (sign === 'ended') ended.add(name);
      // While it is asked for once more, the last answer holds.
      isAway ||= sign === 'away' || (sign === 'asked' && health.get() !== undefined);
    }
    contradictedSince = isAnyContradicted(ended) ? (contradictedSince ?? now) : undefined;
    if (isAway) return now;
    if (contradictedSince === undefined) return Number.POSITIVE_INFINITY;
    return Math.max(contradictedSince, statesSince) + unchangedFor;
  }

  /** Lists have a process running that has ended or cannot be reached. While no list comes, nothing can be said. */
  function isAnyContradicted(ended: ReadonlySet<string>): boolean {
    const {pipelines = [], failure, unansweredSince} = list.get();
    if (failure || unansweredSince !== undefined) return false;
    const known = stats.known.get();
    return pipelines.some((pipeline) => {
      const {name} = pipeline;
      return isContradicted(pipeline, {isRunOver: ended.has(name), failure: known.get(name)?.failure});
    });
  }

  /** Never rejects: an old server does not tell. */
  async function ask(): Promise<void> {
    isAsking = true;
    const answer = await client.getRunnerHealth(stopping.signal).catch(() => undefined);
    isAsking = false;
    if (stopping.signal.aborted) return;
    answeredAt = clock.monotonic();
    if (doubtedFrom(answeredAt) <= answeredAt) health.set(answer);
    check();
  }

  /** Checks when the sign of a log changes, not at each of its lines. */
  function onSign(log: Pick<Log, 'snapshot' | 'isRunOver'>): () => void {
    let before: Sign;
    return log.snapshot.subscribe(() => {
      const sign = signOf(log);
      if (sign === before) return;
      before = sign;
      check();
    });
  }

  return {
    /** Health of the runner; undefined: nothing speaks against it, or the server does not tell. */
    health: health as ReadableStore<RunnerHealth | undefined>,
    start() {
      leaving = [
        forEachLog(logs, onSign),
        stats.known.subscribe(check),
        list.subscribe(onList),
        logs.names.subscribe(check),
      ];
      onList();
    },
    stop() {
      for (const each of leaving) each();
      stopping.abort();
      cancelTimer();
    },
  };
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
