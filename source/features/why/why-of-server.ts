import {asFailure} from '../../engine/api/errors.ts';
import type {Pipeline, PipelineDetail, RunnerHealth} from '../../engine/api/types.ts';
import {readEventsOf, someAtATime} from '../../engine/pipelines/pipeline-history.ts';
import {sampled} from '../../engine/pipelines/recent-counts.ts';
import {isContradicted} from '../../engine/pipelines/runner-health.ts';
import {allErrors, hasProcess, type KnownStats, noStats} from '../../engine/pipelines/stats-poller.ts';
import type {ConnectorErrorCount} from '../../engine/records/error-log.ts';
import {errorsIn, hasForgotten} from '../../kit/facts/connector-states.ts';
import {failuresInLog, type KnownConnector} from '../../kit/facts/connectors.ts';
import {type Finding, isDegraded} from '../../kit/facts/finding.ts';
import {factsOf, type Gathered, type LogReading, logFacts} from '../../kit/facts/pipeline-facts.ts';
import {connectorTotalWords} from '../../kit/journal/event-words.ts';
import {milestonesOf} from '../../kit/journal/milestones.ts';
import {endInHistory, endInLog, hour} from '../../kit/journal/previous-ends.ts';
import {type ServerLogOptions, withServerLog} from '../../kit/shell/server-log.ts';
import {readTime} from '../../lib/format.ts';
import {errorsKey} from './connector-checks.ts';
import {diagnose, readingKey} from './diagnose.ts';

export type WhyOptions = Omit<ServerLogOptions, 'note' | 'patience'> & {
  /** Connectors with errors are asked about twice. */
  readonly asksTwice?: boolean;
};

/** Bytes that are read at a time. */
const blockBytes = 256 * 1024;
/** Milliseconds for a log that is never quiet: what is said of it then is of what has come. */
const logPatience = 3_000;
/** Milliseconds for all pipelines: those that are left are not asked about. */
const patience = 10_000;
/** Milliseconds between two statistics of connectors with errors, which show whether these come now. */
const readAgainAfter = 2_000;
/** Pipelines that are asked about at a time, each over a connection for its log. */
const atATime = 8;

export type Why = {
  readonly findings: readonly Finding[];
  /** Absent if not known: its statistics or its log could not be read. */
  readonly isDegraded: boolean | undefined;
  /** Absent if it does not run. */
  readonly isLogRead: boolean | undefined;
  /** One line: what keeps it from being well, or caused connector errors; undefined: nothing. */
  readonly trouble: string | undefined;
  /** The number of its connector errors with its parts, in words; undefined: not known. */
  readonly connectorErrors: string | undefined;
};

/**
 * Says how these pipelines are: a request for the statistics of each, and a connection for what the server has of its log.
 * Rejects only when aborted.
 */
export async function whyOfServer(
  pipelines: readonly (Pipeline | PipelineDetail)[],
  options: WhyOptions,
): Promise<readonly Why[]> {
  const {clock} = options;
  const until = clock.monotonic() + patience;
  const {client, signal} = options;
  let runner: Promise<RunnerHealth | undefined> | undefined;
  // Once for all pipelines; an old server does not tell.
  const askRunner = () => (runner ??= unlessFailed(client.getRunnerHealth(signal), signal));
  return await someAtATime(
    pipelines,
    async (pipeline) => {
      const left = until - clock.monotonic();
      return await whyOfOne(pipeline, {...options, askRunner, patience: Math.min(logPatience, left)});
    },
    atATime,
  );
}

async function whyOfOne(
  pipeline: Pipeline | PipelineDetail,
  options: WhyOptions & {readonly patience: number; readonly askRunner: () => Promise<RunnerHealth | undefined>},
): Promise<Why> {
  const runs = hasProcess(pipeline);
  const isAsked = runs && options.patience > 0;
  const [known, {told, isRunOver, counted}, ended] = await Promise.all([
    isAsked ? readStats(pipeline.name, options) : undefined,
    isAsked ? readLog(pipeline.name, options) : notRead({kind: 'unread'}),
    isAsked ? readEnd(pipeline, options) : undefined,
  ]);
  const {stats, failure} = known ?? noStats;
  const isRead = told.log !== undefined;
  const isDoubted = told.reading?.kind === 'unreachable' || isContradicted(pipeline, {isRunOver, failure});
  const runner = isDoubted ? await options.askRunner() : undefined;
  const previousEnd = [told.previousEnd, ended].find((end) => end && options.clock.wall() - end.startedAt < hour);
  const facts = factsOf({pipeline, known, runner, ...told, previousEnd});
  const findings = diagnose(facts);
  const degraded = isDegraded(findings);
  return {
    findings,
    isDegraded: degraded || !runs || (stats && isRead) ? degraded : undefined,
    isLogRead: runs ? isRead : undefined,
    trouble: findings.slice(1).find(isTrouble)?.text,
    connectorErrors: errorsInWords(pipeline, stats && facts.connectors, counted),
  };
}

/** Rejects only when aborted. */
async function readStats(name: string, {client, clock, signal, asksTwice}: WhyOptions): Promise<KnownStats> {
  const ask = async (): Promise<KnownStats> => {
    const answer = await client.getStats(name, signal).catch(asFailure);
    signal.throwIfAborted();
    if ('kind' in answer) return {...noStats, failure: answer};
    const at = clock.wall();
    return {...noStats, stats: answer, at, samples: sampled([], answer, at)};
  };
  const first = await ask();
  if (!asksTwice || !first.stats?.connectors.some((each) => !each.isPaused && allErrors(each) > 0)) return first;
  await clock.sleep(readAgainAfter, signal);
  const second = await ask();
  if (second.stats?.incarnation !== first.stats.incarnation) return second.stats ? second : first;
  return {...second, samples: first.samples, isBrief: true};
}

/** Reads how the run before ended from the API's events. Rejects only when aborted. */
async function readEnd({name, deploymentStatusSince}: Pipeline, {client, clock, signal}: WhyOptions) {
  const since = clock.wall() - hour;
  // A run is at least as old as its state.
  if (readTime(deploymentStatusSince) < since) return undefined;
  const history = await unlessFailed(readEventsOf(client, [name], {since, signal}), signal);
  const events = history?.get(name);
  return events && endInHistory(events);
}

function isTrouble({key, severity}: Finding): boolean {
  return severity === 'degraded' || key === readingKey || key.startsWith(errorsKey);
}

function errorsInWords(
  {connectorErrors}: Pipeline,
  connectors: readonly KnownConnector[] | undefined,
  log: ConnectorErrorCount | undefined,
): string | undefined {
  if (connectorErrors === undefined && !connectors) return undefined;
  const errors = Math.max(connectorErrors ?? 0, errorsIn(connectors ?? []));
  return connectorTotalWords(errors, log, {isAtLeast: hasForgotten(connectors ?? [])});
}

/** The facts that a log tells; those that are absent could not be read. */
type ReadLog = {
  readonly told: Pick<Gathered, 'reading' | 'log' | 'failures' | 'failedCheckpoints' | 'previousEnd'>;
  readonly isRunOver?: boolean;
  readonly counted?: ConnectorErrorCount;
};

function notRead(reading: LogReading): ReadLog {
  return {told: {reading, log: undefined, failures: []}};
}

/** Rejects only when aborted. */
async function readLog(name: string, options: WhyOptions & {readonly patience: number}): Promise<ReadLog> {
  try {
    return await withServerLog(name, options, (log) => {
      const {buffer, errors, isRunOver} = log;
      const {firstId} = errors.connectors;
      const milestones = milestonesOf(buffer);
      while (!milestones.step(blockBytes));
      const told = {
        reading: {kind: 'followed'},
        log: logFacts(log),
        failures: failuresInLog(log, firstId),
        failedCheckpoints: milestones.failedCheckpoints(firstId),
        previousEnd: endInLog(log),
      } as const;
      return {told, isRunOver, counted: errors.connectors};
    });
  } catch (error) {
    if (options.signal.aborted || !(error instanceof Error)) throw error;
    return notRead({kind: 'unreachable', since: undefined, why: error.message});
  }
}

async function unlessFailed<T>(answer: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  }
}
