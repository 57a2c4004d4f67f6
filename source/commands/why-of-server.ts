import type {ApiClient, Pipeline, PipelineDetail, PipelineStats} from '../api/types.ts';
import {CheckpointFailures, type FailedCheckpoints} from '../events/checkpoint-failures.ts';
import {errorsIn, forgotten} from '../events/connector-states.ts';
import {connectorsOf, failuresInLog, type LoggedFailure} from '../events/connectors.ts';
import {logFacts} from '../events/event-log.ts';
import {connectorTotalWords} from '../events/event-words.ts';
import type {LogReading} from '../events/log-readings.ts';
import {isDegraded, type LogFacts, type Statement} from '../events/statement.ts';
import {whyOf} from '../events/why.ts';
import type {Clock} from '../lib/clock.ts';
import {someAtATime} from '../logs/pipeline-history.ts';
import {hasProcess, noStats} from '../logs/stats-poller.ts';
import type {ConnectorErrorCount} from '../records/error-log.ts';
import {withServerLog} from './server-log.ts';

type WhyOptions = {
  readonly client: ApiClient;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Reads what the server has of the log, too, for at most some seconds. */
  readonly readsLog: boolean;
};

/** Bytes that are read at a time. */
const blockBytes = 256 * 1024;
/** Milliseconds for a log that is never quiet: what is said of it then is of what has come. */
const logPatience = 3_000;

export type Why = {
  readonly statements: readonly Statement[];
  /** Undefined: not known, since its statistics could not be read. */
  readonly isDegraded: boolean | undefined;
  /** The number of its connector errors with its parts, in words; undefined: not known. */
  readonly connectorErrors: string | undefined;
};

/** How a pipeline is, by one request for its statistics and, if that is wanted, its log. Rejects only when aborted. */
export async function whyOfServer(pipeline: PipelineDetail, {readsLog, ...options}: WhyOptions): Promise<Why> {
  const {client, clock, signal} = options;
  const runs = hasProcess(pipeline);
  const [stats, read] = await Promise.all([
    runs ? unlessFailed(client.getStats(pipeline.name, signal), signal) : undefined,
    runs && readsLog ? unlessFailed(readLog(pipeline.name, options), signal) : undefined,
  ]);
  const known = stats && {...noStats, stats, at: clock.wall()};
  const connectors = connectorsOf(known, read?.failures ?? []);
  const {log, failedCheckpoints} = read ?? {};
  const reading: LogReading = {kind: read ? 'followed' : 'unread'};
  const statements = whyOf({pipeline, hasProcess: runs, known, connectors, log, reading, failedCheckpoints});
  const degraded = isDegraded(statements);
  const isDegradedNow = degraded || known || !runs ? degraded : undefined;
  return {statements, isDegraded: isDegradedNow, connectorErrors: errorsInWords(pipeline, stats, read)};
}

function errorsInWords(
  {connectorErrors}: Pipeline,
  stats: PipelineStats | undefined,
  read: Pick<ReadLog, 'counted' | 'failures'> | undefined,
): string | undefined {
  if (connectorErrors === undefined && !stats) return undefined;
  const ofStats = stats ? errorsIn(stats, [], read?.failures) : 0;
  const isAtLeast = stats !== undefined && forgotten(stats, [], read?.failures).length > 0;
  return connectorTotalWords(Math.max(connectorErrors ?? 0, ofStats), read?.counted, {isAtLeast});
}

/** `why`: the worst of what is wrong; undefined: it is not degraded. */
export type Health = {readonly isDegraded: boolean; readonly why: string | undefined};

/**
 * Whether pipelines are degraded that run and whose connectors have counted errors, by name: of others the list tells
 * nothing. A request for the statistics of each, four at a time.
 */
export async function healthOf(
  pipelines: readonly Pipeline[],
  {client, signal}: Pick<WhyOptions, 'client' | 'signal'>,
): Promise<ReadonlyMap<string, Health>> {
  const troubled = pipelines.filter((each) => hasProcess(each) && (each.connectorErrors ?? 0) > 0);
  const answers = await someAtATime(troubled, async (pipeline) => {
    const stats = await unlessFailed(client.getStats(pipeline.name, signal), signal);
    const known = stats && {...noStats, stats, at: 0};
    if (!known) return [];
    const connectors = connectorsOf(known, []);
    const reading: LogReading = {kind: 'unread'};
    const all = whyOf({pipeline, hasProcess: true, known, connectors, log: undefined, reading});
    return [[pipeline.name, {isDegraded: isDegraded(all), why: isDegraded(all) ? all[1]?.text : undefined}] as const];
  });
  return new Map(answers.flat());
}

type ReadLog = {
  readonly log: LogFacts;
  readonly counted: ConnectorErrorCount;
  readonly failures: readonly LoggedFailure[];
  readonly failedCheckpoints: FailedCheckpoints | undefined;
};

async function readLog(name: string, options: Omit<WhyOptions, 'readsLog'>): Promise<ReadLog> {
  return await withServerLog(name, {...options, note: () => {}, patience: logPatience}, (log) => {
    const {buffer, errors} = log;
    const checkpoints = new CheckpointFailures(buffer, () => errors.connectors.firstId);
    while (!checkpoints.step(blockBytes));
    const failures = failuresInLog({buffer, errors}, errors.connectors.firstId);
    return {log: logFacts(log), counted: errors.connectors, failures, failedCheckpoints: checkpoints.found};
  });
}

async function unlessFailed<T>(answer: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  }
}
