import {isCompileStep, isSettled, isUndeployed} from '../../engine/api/pipeline-state.ts';
import type {Pipeline} from '../../engine/api/types.ts';
import {hasProcess} from '../../engine/pipelines/stats-poller.ts';
import {timeOfText} from '../../lib/format.ts';
import type {ConnectorStates} from '../facts/connector-states.ts';
import {
  compilerSentence,
  failureSentence,
  isCompileError,
  serverState,
  stateSince,
  stateWord,
} from '../words/pipeline-words.ts';
import type {PipelineEvent} from './pipeline-event.ts';

/** A pipeline in a list, and what earlier lists add to it: two of them show what happened in between. */
export type PipelineStatus = {
  readonly name: string;
  /** A pipeline that was renamed keeps it; another one of the same name has another. */
  readonly id: string;
  /** Unix time in ms; 0: not known. */
  readonly createdAt: number;
  /** Change when it is reconfigured, and not only then; see `Pipeline`. */
  readonly versions: Pick<Pipeline, 'version' | 'programVersion' | 'platformVersion' | 'description'>;
  /** Why it fails, in words; undefined if it does not. */
  readonly failing: string | undefined;
  /** Why it runs and cannot be reached, in words; undefined: it can be, or does not run. */
  readonly unavailable: string | undefined;
  /** It fails because the runner ended it. */
  readonly endedByRunner: boolean;
  /** State in the server's spelling (`serverState`). */
  readonly state: string;
  readonly running: boolean;
  /** It runs, or ran in an earlier list. */
  readonly hasRun: boolean;
  /** It was not deployed, or was deployed anew, since it ran last: when it runs, that is another process. */
  readonly hasEnded: boolean;
  /** Number of times that lists have shown another process. */
  readonly starts: number;
  /** The server's id of this start; empty while it is not deployed. */
  readonly deployment: string;
  /** Unix time in ms of the last change of its deployment; 0: not known. */
  readonly since: number;
  /** Its program's status in the server's spelling, and the last change of that. */
  readonly program: string;
  readonly programSince: number;
  /** Why its program did not compile, in words; undefined: it did, or has yet to. */
  readonly compileError: string | undefined;
  /** Unix time in ms of its failure, a failed result of the compiler included; 0 while it does not fail. */
  readonly failedAt: number;
  /** It failed then at the earliest: the state of the list before began. The same as `failedAt`: at that very time. */
  readonly failedAfter: number;
  /** Connector errors of the last run, as the API counts them (`ConnectorStates`), and the server's id of that run. */
  readonly connectorErrors: number;
  readonly errorsRun: string;
};

/** Statuses of pipelines, by name. */
export type PipelineStatuses = ReadonlyMap<string, PipelineStatus>;

/** Events between two lists. */
export type ListChange = {
  /** The list before; undefined: `now` is the first one, which makes no events. */
  readonly before: PipelineStatuses | undefined;
  readonly now: PipelineStatuses;
  readonly events: readonly PipelineEvent[];
  /** Pipelines that have other names now, by the names before. */
  readonly names: ReadonlyMap<string, string>;
};

export function listEvents(before: PipelineStatuses, now: PipelineStatuses): readonly PipelineEvent[] {
  const byId = statusesById(before);
  const later = statusesById(now);
  const removed = [...before.values()].flatMap(({id, name}): readonly PipelineEvent[] => {
    if (later.has(id)) return [];
    // When, is not known: another one has its name since then at the latest.
    const next = now.get(name);
    const at = next && !byId.has(next.id) && next.createdAt > 0 ? next.createdAt : undefined;
    return [{kind: 'removed', pipeline: name, from: 'API', count: 1, at}];
  });
  return [...removed, ...[...now.values()].flatMap((each) => pipelineEvents(byId.get(each.id), each))];
}

/** A pipeline that was renamed has another name in each. */
export function statusesById(statuses: PipelineStatuses): ReadonlyMap<string, PipelineStatus> {
  return new Map([...statuses.values()].map((status) => [status.id, status]));
}

/** The new names of pipelines, by those that they had before. */
export function newNames(before: PipelineStatuses, now: PipelineStatuses): ReadonlyMap<string, string> {
  const byId = statusesById(before);
  const names = [...now.values()].map(({id, name}) => [byId.get(id)?.name ?? name, name] as const);
  return new Map(names.filter(([from, to]) => from !== to));
}

function pipelineEvents(before: PipelineStatus | undefined, now: PipelineStatus): readonly PipelineEvent[] {
  const ofApi = {pipeline: now.name, from: 'API', count: 1} as const;
  if (!before) return firstEvents(now);
  const change = {...ofApi, at: now.since, before: before.state, now: now.state};
  const events: PipelineEvent[] = [];
  if (before.name !== now.name) events.push({kind: 'renamed', ...ofApi, before: before.name, now: now.name});
  const {version: earlier} = before.versions;
  const {version} = now.versions;
  if (version !== undefined && earlier !== undefined && isReconfigured(before, now))
    events.push({kind: 'reconfigured', ...ofApi, before: earlier, now: version});
  const {failing: why, failedAt, failedAfter: endedAfter, endedByRunner} = now;
  if (why !== undefined && isNewFailure(before, now))
    events.push({kind: 'failed', ...ofApi, at: failedAt, why, ...(endedByRunner && {endedAfter})});
  // The error of the last run stands until the next one, whatever the compiler does meanwhile.
  if (endedByRunner && now.compileError !== undefined && hasNewResult(before, now))
    events.push({kind: 'failed', ...ofApi, at: now.programSince, why: now.compileError});
  const isSameRun = now.deployment === before.deployment || now.deployment === '';
  // When a run ended that another one follows, no list tells.
  const isPaused = before.running && now.state === 'Paused';
  const wasUp = before.running || before.state === 'Paused' || before.unavailable !== undefined;
  const isStopped = wasUp && isEnding(now.state) && isSameRun;
  if (why === undefined && (isPaused || isStopped)) events.push({kind: isPaused ? 'paused' : 'stopped', ...change});
  // It was paused, or could not be reached, after its start.
  const isLater = isSameRun && (before.state === 'Paused' || before.unavailable !== undefined);
  const start = isLater ? {...change, at: before.since} : change;
  if (now.running && now.starts > before.starts)
    events.push(before.hasRun ? {kind: 'restarted', ...start} : {kind: 'started', ...start});
  if (now.running && isLater && before.state === 'Paused') events.push({kind: 'resumed', ...change});
  const errors = now.connectorErrors - earlierErrors(before, now);
  if (errors > 0) events.push({kind: 'connectors', ...ofApi, count: errors, increase: []});
  return events;
}

/** Somebody changed its program or configuration: another name, description or Feldera alone makes a new version, too. */
function isReconfigured(before: PipelineStatus, now: PipelineStatus): boolean {
  const [a, b] = [before.versions, now.versions];
  if (a.platformVersion !== b.platformVersion) return false;
  const isOther = before.name !== now.name || a.description !== b.description;
  return isOther ? a.programVersion !== b.programVersion : a.version !== b.version;
}

/** Returns what a pipeline did from its creation to the first list that has it. */
function firstEvents(now: PipelineStatus): readonly PipelineEvent[] {
  const {name: pipeline, createdAt, running, since, state, failing: why, failedAt: at, endedByRunner} = now;
  const ofApi = {pipeline, from: 'API', count: 1} as const;
  const ended = endedByRunner && {endedAfter: now.failedAfter};
  return [
    {kind: 'created', ...ofApi, at: createdAt || undefined},
    ...(running ? [{kind: 'started', ...ofApi, at: since, before: undefined, now: state} as const] : []),
    ...(why === undefined ? [] : [{kind: 'failed', ...ofApi, at, why, ...ended} as const]),
  ];
}

/** Returns the number of those errors of `now` that `before` had: a process that was started again counts from zero. */
export function earlierErrors(before: PipelineStatus | undefined, now: PipelineStatus): number {
  const isSameRun = before?.errorsRun === now.errorsRun && before.connectorErrors <= now.connectorErrors;
  return isSameRun ? before.connectorErrors : 0;
}

/** Its process ends, or has ended. `state`: in the server's spelling. */
export function isEnding(state: string): boolean {
  return state === 'Stopping' || isUndeployed(state);
}

/** Milliseconds for which a pipeline cannot be reached before that is told: a busy one may not answer for some seconds. */
export const outagePatience = 10_000;

/**
 * Returns the change to tell of a pipeline: it has compiled, runs, is stopped or paused, fails or is gone; undefined:
 * none of that. That it cannot be reached is told later, and that it can again is no change. `at`: Unix time in ms;
 * undefined: not known.
 */
export function changeOf(
  before: PipelineStatus,
  now: PipelineStatus | undefined,
): {readonly words: string; readonly at: number | undefined; readonly isFailure?: boolean} | undefined {
  if (!now) return {words: 'deleted', at: undefined};
  const {failing, failedAt, compileError, programSince: at} = now;
  if (failing !== undefined && isNewFailure(before, now)) return {words: failing, at: failedAt, isFailure: true};
  if (hasNewResult(before, now) && !now.running) {
    return compileError === undefined ? {words: 'compiled', at} : {words: compileError, at, isFailure: true};
  }
  if (failing !== undefined || now.unavailable !== undefined || !isSettled(now.state)) return undefined;
  const isBack = before.unavailable !== undefined && now.running;
  const isNew = (now.state !== before.state && !isBack) || now.deployment !== before.deployment;
  return isNew ? {words: stateWord(now.state), at: now.since} : undefined;
}

function hasNewResult(before: PipelineStatus, now: PipelineStatus): boolean {
  const isNew = isCompileStep(before.program) || before.programSince !== now.programSince;
  return isNew && !isCompileStep(now.program);
}

function isNewFailure(before: PipelineStatus, now: PipelineStatus): boolean {
  return now.failing !== undefined && (before.failing === undefined || before.failedAt !== now.failedAt);
}

/** `before`: of the list before. `connectors`: has been updated by this list; absent: the list alone counts. */
export function pipelineStatuses(
  pipelines: readonly Pipeline[],
  before?: PipelineStatuses,
  connectors?: Pick<ConnectorStates, 'counted'>,
): PipelineStatuses {
  const byId = statusesById(before ?? new Map());
  const statusOf = (pipeline: Pipeline) => {
    const {name, id, deploymentId: run, connectorErrors: errors = 0} = pipeline;
    return pipelineStatus(pipeline, byId.get(id), connectors?.counted(name) ?? {run, errors});
  };
  return new Map(pipelines.map((pipeline) => [pipeline.name, statusOf(pipeline)]));
}

function pipelineStatus(
  pipeline: Pipeline,
  before: PipelineStatus | undefined,
  {run: errorsRun, errors: connectorErrors}: Pick<ReturnType<ConnectorStates['counted']>, 'run' | 'errors'>,
): PipelineStatus {
  const {name, id, deploymentId, deploymentStatus, deploymentStatusSince} = pipeline;
  const {version, programVersion, platformVersion, description} = pipeline;
  const running = deploymentStatus === 'Running';
  const trouble = failureSentence(pipeline);
  const isUnavailable = deploymentStatus === 'Unavailable' && !pipeline.deploymentError;
  const failing = isUnavailable ? undefined : trouble;
  const at = timeOfText(stateSince(pipeline)) ?? 0;
  // While it stops, it has failed already: that it then is stopped, and stays so in each list, is no other failure.
  const hasStopped = before?.state === 'Stopping' && isUndeployed(deploymentStatus);
  const isSameState = hasStopped || before?.since === at || before?.programSince === at;
  const failed = failing === undefined ? undefined : before?.failing === failing && isSameState ? before : undefined;
  const failedAt = failing === undefined ? 0 : (failed?.failedAt ?? at);
  // One that is stopped had begun to stop before.
  const failedAfter = failed?.failedAfter ?? ((isUndeployed(deploymentStatus) && before?.since) || failedAt);
  const isNewRun = !['', deploymentId].includes(before?.deployment ?? '') && deploymentId !== '';
  const hasEnded = !hasProcess(pipeline) || isNewRun || before?.hasEnded === true;
  return {
    name,
    id,
    createdAt: timeOfText(pipeline.createdAt) ?? 0,
    versions: {version, programVersion, platformVersion, description},
    failing,
    unavailable: isUnavailable ? trouble : undefined,
    endedByRunner: failing !== undefined && pipeline.deploymentError !== undefined,
    state: serverState(pipeline),
    running,
    hasRun: running || before?.hasRun === true,
    hasEnded: hasEnded && !running,
    starts: (before?.starts ?? 0) + (running && hasEnded ? 1 : 0),
    deployment: deploymentId,
    since: timeOfText(deploymentStatusSince) ?? 0,
    program: pipeline.programStatus,
    programSince: timeOfText(pipeline.programStatusSince) ?? 0,
    compileError: isCompileError(pipeline.programStatus) ? compilerSentence(pipeline) : undefined,
    failedAt,
    failedAfter,
    connectorErrors,
    errorsRun,
  };
}
