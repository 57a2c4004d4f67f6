import {isCompileStep, isSettled} from '../api/pipeline-state.ts';
import type {ApiFailure, Pipeline} from '../api/types.ts';
import type {LossCount, Marker, OutputStream} from '../buffer/markers.ts';
import {readTime} from '../lib/format.ts';
import type {CountedLog, LogSnapshot} from '../logs/log-source.ts';
import type {UnaskedEnd, UnaskedEnds} from '../logs/log-states.ts';
import {hasProcess} from '../logs/stats-poller.ts';
import {type ConnectorErrors, type ErrorGroup, isUnfinished, watchedKey} from '../records/error-log.ts';
import {clean} from '../terminal/clean.ts';
import {
  failedWords,
  isCompileError,
  isFailing,
  pipelineState,
  serverState,
  stateSince,
  stateWord,
} from '../words/pipeline.ts';
import type {ConnectorStates} from './connector-states.ts';
import type {ConnectorRise} from './connectors.ts';

/** What happened to a pipeline. `id`: the entry to go to; `at`: Unix time in ms; both undefined where there is none. */
export type TimelineEvent = {readonly pipeline: string; readonly id?: number; readonly at?: number} & (
  | {readonly kind: 'silent'; readonly why: string}
  /** `endedByRunner`: the runner ended it, which its log may report, too. */
  | {readonly kind: 'failed'; readonly why: string; readonly endedByRunner?: boolean}
  /** It no longer runs, without a failure: the user stopped or paused it. States in the server's spelling. */
  | {readonly kind: 'stopped' | 'paused'; readonly from: string; readonly to: string}
  /** It runs, and is not known to have run before. */
  | {readonly kind: 'started'; readonly from: string; readonly to: string}
  /** `marker`: the log's own, of the last gap. */
  | {
      readonly kind: 'lost';
      readonly gaps: number;
      readonly atLeast: number;
      readonly atMost: number;
      readonly marker?: Marker;
    }
  /** The log reports it: the server's log began anew. `marker`: the log's own, of the last time. */
  | {readonly kind: 'restarted'; readonly by: 'log'; readonly marker?: Marker}
  /** The list reports it, with states in the server's spelling. */
  | {readonly kind: 'restarted'; readonly by: 'list'; readonly from: string; readonly to: string}
  /** A stream of the process is no longer read until the next start. `marker`: the log's own, of the last time. */
  | {readonly kind: 'unread'; readonly marker?: Marker}
  /** `withheld`: besides the `count` in the log. `isNew`: the log had no error of this group before. */
  | {
      readonly kind: 'errors';
      readonly group: ErrorGroup;
      readonly count: number;
      readonly withheld: number;
      readonly isNew: boolean;
    }
  /** The API counts them. `besidesLog`: those that the log does not have. */
  | {
      readonly kind: 'connectors';
      readonly count: number;
      readonly besidesLog?: boolean;
      /** The connectors, where they are known. */
      readonly rise?: ConnectorRise;
    }
);

export type Incident = Extract<TimelineEvent, {kind: 'silent' | 'lost' | 'unread' | 'restarted'}>;

export function isIncident(event: TimelineEvent): event is Incident {
  return ['silent', 'lost', 'unread', 'restarted'].includes(event.kind);
}

export type LogStatus = {
  readonly name: string;
  /** Lines received since the log was opened. */
  readonly lines: number;
  /** One past the newest entry. */
  readonly endId: number;
  readonly errors: ReadonlyMap<number, ErrorGroup>;
  readonly connectors: ConnectorErrors;
  readonly losses: LossCount;
  /** See `LogStream.ends`. */
  readonly ends: UnaskedEnds;
  /** Streams of the process that nobody reads now. */
  readonly unread: readonly OutputStream[];
  /** Why the log is not followed, in words; undefined while it is, or soon will be. */
  readonly silent: string | undefined;
  /** Unix time in ms; undefined while it is not silent. */
  readonly silentSince: number | undefined;
};

export type PipelineStatus = {
  readonly name: string;
  /** A pipeline that was renamed keeps it; another one of the same name has another. */
  readonly id: string;
  /** Why it fails, in words; undefined if it does not. */
  readonly failing: string | undefined;
  /** It fails because the runner ended it. */
  readonly endedByRunner: boolean;
  /** In the server's spelling (`serverState`). */
  readonly state: string;
  readonly running: boolean;
  /** It runs, or ran in an earlier list. */
  readonly hasRun: boolean;
  /** It was not deployed, or was deployed anew, since it ran last: when it runs, that is another process. */
  readonly hasEnded: boolean;
  /** How often lists have shown that another process runs. */
  readonly starts: number;
  /** The server's id of this start; empty while it is not deployed. */
  readonly deployment: string;
  /** Unix time in ms of the last change of its deployment; 0: not known. */
  readonly since: number;
  /** Its program's status in the server's spelling, and the last change of that. */
  readonly program: string;
  readonly programSince: number;
  /** The same of its failure, a result of the compiler too; 0 while it does not fail. */
  readonly failedAt: number;
  /** Of the last run, as the API counts them (`ConnectorStates`), and the server's id of that run. */
  readonly connectorErrors: number;
  readonly errorsRun: string;
};

/** By name. */
export type PipelineStatuses = ReadonlyMap<string, PipelineStatus>;

/** All pipelines and open logs at one moment, Unix time in ms. */
export type StatusAt = {
  readonly at: number;
  readonly logs: readonly LogStatus[];
  /** Undefined before the first list. */
  readonly pipelines: PipelineStatuses | undefined;
};

/** Nothing for a pipeline that `before` does not have. */
export function listEvents(before: PipelineStatuses, now: PipelineStatuses): readonly TimelineEvent[] {
  const byId = statusesById(before);
  return [...now.values()].flatMap((pipeline) => pipelineEvents(byId.get(pipeline.id), pipeline));
}

function statusesById(statuses: PipelineStatuses): ReadonlyMap<string, PipelineStatus> {
  return new Map([...statuses.values()].map((status) => [status.id, status]));
}

/** The new names of pipelines, by those that they had before. */
export function newNames(before: PipelineStatuses, now: PipelineStatuses): ReadonlyMap<string, string> {
  const byId = statusesById(before);
  const names = [...now.values()].map(({id, name}) => [byId.get(id)?.name ?? name, name] as const);
  return new Map(names.filter(([from, to]) => from !== to));
}

function pipelineEvents(before: PipelineStatus | undefined, now: PipelineStatus): readonly TimelineEvent[] {
  if (!before) return [];
  const {name: pipeline, since: at} = now;
  const events: TimelineEvent[] = [];
  const {failing: why, failedAt, endedByRunner} = now;
  if (why !== undefined && isFailedAnew(before, now)) {
    events.push({kind: 'failed', pipeline, at: failedAt, why, ...(endedByRunner && {endedByRunner})});
  }
  // The error of the last run stands until the next one, whatever the compiler does meanwhile.
  if (endedByRunner && isCompileError(now.program) && hasNewResult(before, now)) {
    events.push({kind: 'failed', pipeline, at: now.programSince, why: stateWord(now.program)});
  }
  if (before.running && !now.running && now.failing === undefined) {
    events.push({kind: endKind(now.state), pipeline, at, from: before.state, to: now.state});
  }
  if (now.running && now.starts > before.starts) {
    const change = {pipeline, at, from: before.state, to: now.state};
    events.push(before.hasRun ? {kind: 'restarted', by: 'list', ...change} : {kind: 'started', ...change});
  }
  const errors = now.connectorErrors - earlierErrors(before, now);
  if (errors > 0) events.push({kind: 'connectors', pipeline, count: errors});
  return events;
}

/** Of the errors of `now`, those that `before` had: a process that was started again counts from zero. */
export function earlierErrors(before: PipelineStatus | undefined, now: PipelineStatus): number {
  const isSameRun = before?.errorsRun === now.errorsRun && before.connectorErrors <= now.connectorErrors;
  return isSameRun ? before.connectorErrors : 0;
}

/** What a pipeline did that no longer runs, by its state in the server's spelling. */
export function endKind(state: string): 'stopped' | 'paused' {
  return state === 'Paused' ? 'paused' : 'stopped';
}

/**
 * What to tell of a pipeline: it has compiled, runs, is stopped or paused, fails or is gone; undefined: none of that.
 * `at`: Unix time in ms; undefined: not known.
 */
export function changeOf(
  before: PipelineStatus,
  now: PipelineStatus | undefined,
): {readonly words: string; readonly at: number | undefined; readonly isFailure?: boolean} | undefined {
  if (!now) return {words: 'deleted', at: undefined};
  const {failing, failedAt, program, programSince: at} = now;
  if (failing !== undefined && isFailedAnew(before, now)) return {words: failing, at: failedAt, isFailure: true};
  if (hasNewResult(before, now) && !now.running) {
    return isCompileError(program) ? {words: stateWord(program), at, isFailure: true} : {words: 'compiled', at};
  }
  if (failing !== undefined || !isSettled(now.state)) return undefined;
  const isNew = now.state !== before.state || now.deployment !== before.deployment;
  return isNew ? {words: stateWord(now.state), at: now.since} : undefined;
}

function hasNewResult(before: PipelineStatus, now: PipelineStatus): boolean {
  const isNew = isCompileStep(before.program) || before.programSince !== now.programSince;
  return isNew && !isCompileStep(now.program);
}

export function isFailedAnew(before: PipelineStatus, now: PipelineStatus): boolean {
  return now.failing !== undefined && (before.failing === undefined || before.failedAt !== now.failedAt);
}

/** Without errors of the `muted` groups. */
export function logEvents(before: LogStatus, now: LogStatus, muted: ReadonlySet<number>): readonly TimelineEvent[] {
  const {name: pipeline, losses} = now;
  const events: TimelineEvent[] = [];
  if (now.silent !== undefined && before.silent === undefined) {
    const {silent: why, silentSince: at} = now;
    events.push({kind: 'silent', pipeline, why, ...(at !== undefined && {at})});
  }
  const gaps = losses.gaps - before.losses.gaps;
  if (gaps > 0) {
    events.push({
      ...{kind: 'lost', pipeline, gaps},
      atLeast: losses.atLeast - before.losses.atLeast,
      atMost: losses.atMost - before.losses.atMost,
      ...placeOf(losses.gap, losses.gapId),
    });
  }
  if (losses.unread > before.losses.unread) {
    events.push({kind: 'unread', pipeline, ...placeOf(losses.unreadMarker, losses.unreadId)});
  }
  if (losses.clears > before.losses.clears) {
    events.push({kind: 'restarted', pipeline, by: 'log', ...placeOf(losses.clear, losses.clearId)});
  }
  return now.errors === before.errors ? events : [...events, ...errorEvents(before, now, muted)];
}

/** The ends that nobody asked for, the oldest first. */
export function endsSince(before: LogStatus, {ends}: LogStatus): readonly UnaskedEnd[] {
  const more = ends.count - before.ends.count;
  return more > 0 ? ends.last.slice(-more) : [];
}

function placeOf(marker: Marker | undefined, id: number | undefined) {
  return {...(marker && {marker, at: marker.at}), ...(id !== undefined && {id})};
}

/** New groups before those with more of the same, the most frequent first. */
function errorEvents(
  before: LogStatus,
  {name: pipeline, errors}: LogStatus,
  muted: ReadonlySet<number>,
): readonly TimelineEvent[] {
  const events: Extract<TimelineEvent, {kind: 'errors'}>[] = [];
  for (const [key, group] of errors) {
    if (muted.has(key) || isUnfinished(key)) continue;
    const earlier = before.errors.get(key);
    // A group that was dropped for newer ones and came back counts from zero.
    const counted = earlier?.firstId === group.firstId ? earlier : undefined;
    const count = group.count - (counted?.count ?? 0);
    const withheld = group.suppressed - (counted?.suppressed ?? 0);
    // Watched lines are found a little later than they come.
    if (count <= 0 || (key !== watchedKey && !isSince(before, group))) continue;
    const isNew = earlier === undefined && key !== watchedKey;
    const {firstId, firstAt, lastId, lastAt} = group;
    const place =
      earlier === undefined && firstId >= before.endId - 1 ? {id: firstId, at: firstAt} : {id: lastId, at: lastAt};
    events.push({kind: 'errors', pipeline, group, count, withheld, isNew, ...place});
  }
  return events.sort((a, b) => Number(b.isNew) - Number(a.isNew) || b.count - a.count);
}

/**
 * Whether an error of the group came after `before`: lines that are read of the past, behind the others, are no news. The
 * last line of before may have been open.
 */
export function isSince(before: LogStatus, {lastId}: Pick<ErrorGroup, 'lastId'>): boolean {
  return lastId >= before.endId - 1;
}

/** `before`: the previous status of the log; `now`: Unix time in ms. */
export function logStatus(
  {name, buffer, errors, losses, ends, snapshot}: Omit<CountedLog, 'addDivider'>,
  before: LogStatus | undefined,
  now: number,
): LogStatus {
  const {connection, unread = []} = snapshot.get();
  const silent = silenceOf(connection, before?.silent);
  const silentSince = silent === undefined ? undefined : (before?.silentSince ?? now);
  return {
    ...{name, lines: buffer.totalLines, endId: buffer.endId, errors: errors.byKey, losses, ends, unread},
    connectors: errors.connectors,
    ...{silent, silentSince},
  };
}

/** Failed attempts after which the server counts as silent: a restart takes at most two. */
const failedAttempts = 3;

/** A log that is silent stays so until it is live again. */
function silenceOf(connection: LogSnapshot['connection'], before: string | undefined): string | undefined {
  switch (connection?.kind) {
    case undefined:
    case 'idle':
    case 'live':
      return undefined;
    case 'gone':
      return connection.reason.kind === 'deleted' ? 'deleted' : failureWords(connection.reason.failure);
    case 'waiting':
      return connection.tries < failedAttempts ? before : failureWords(connection.failure);
    default:
      return before;
  }
}

function failureWords(failure: ApiFailure | undefined): string {
  return failure === undefined || failure.kind === 'cancelled' ? 'does not answer' : clean(failure.message);
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
  {run: errorsRun, errors: connectorErrors}: ReturnType<ConnectorStates['counted']>,
): PipelineStatus {
  const {name, id, deploymentId, deploymentStatus, deploymentStatusSince} = pipeline;
  const running = deploymentStatus === 'Running';
  const failing = failingWords(pipeline);
  // While it stops, it has failed already: that it then is stopped is no other failure.
  const isSame = failing !== undefined && before?.failing === failing && before.state === 'Stopping';
  const failedAt = isSame ? before.failedAt : timeOf(stateSince(pipeline));
  // Servers before 0.148 send no id of the deployment: there, a new date alone may be that of a resume after a pause.
  const isAnew = !['', deploymentId].includes(before?.deployment ?? '') && deploymentId !== '';
  const hasEnded = !hasProcess(pipeline) || isAnew || before?.hasEnded === true;
  return {
    name,
    id,
    failing,
    endedByRunner: failing !== undefined && pipeline.deploymentError !== undefined,
    state: serverState(pipeline),
    running,
    hasRun: running || before?.hasRun === true,
    hasEnded: hasEnded && !running,
    starts: (before?.starts ?? 0) + (running && hasEnded ? 1 : 0),
    deployment: deploymentId,
    since: timeOf(deploymentStatusSince),
    program: pipeline.programStatus,
    programSince: timeOf(pipeline.programStatusSince),
    failedAt: failing === undefined ? 0 : failedAt,
    ...{connectorErrors, errorsRun},
  };
}

/** `Failed · exit status: 101`, `Start failed · no such file`; undefined if it does not fail. */
function failingWords(pipeline: Pipeline): string | undefined {
  const {deploymentError: error, deploymentStatus} = pipeline;
  if (!isFailing(pipeline) && !(error && deploymentStatus === 'Stopping')) return undefined;
  if (!error) return pipelineState(pipeline).word;
  return failedWords({state: serverState(pipeline), error: clean(error.cause), endedStart: error.endedStart});
}

/** Unix time in ms; 0: not known. */
function timeOf(time: string): number {
  const at = readTime(time);
  return Number.isNaN(at) ? 0 : at;
}
