import type {ApiFailure, Pipeline} from '../api/types.ts';
import type {LossCount} from '../buffer/markers.ts';
import {readTime} from '../lib/format.ts';
import {type ErrorGroup, watchedKey} from '../records/error-log.ts';

import type {ConnectionState} from '../streams/connection/state.ts';
import {type LogStream, notYetRun} from '../streams/log-stream.ts';
import {sanitise} from '../terminal/sanitise.ts';
import {failureWord, isFailing, pipelineState} from '../words/pipeline.ts';

/**
 * Something between two moments that a person would want to know. `id`: the entry to go to, `at`: when it happened, wall
 * milliseconds, where it is known.
 */
export type TimelineEvent = {readonly pipeline: string; readonly id?: number; readonly at?: number} & (
  | {readonly kind: 'failed'; readonly why: string}
  | {readonly kind: 'silent'; readonly why: string}
  /** It ran, and does not any more, without a failure: somebody's doing. `state`: what it is now. */
  | {readonly kind: 'stopped'; readonly state: string}
  | {readonly kind: 'lost'; readonly gaps: number; readonly atLeast: number; readonly atMost: number}
  /** `logCleared`: the server's log began anew, and what the old one lost at its end is unknown. */
  | {readonly kind: 'restarted'; readonly logCleared: boolean}
  /** `isNew`: none of that fingerprint was there before. */
  | {readonly kind: 'errors'; readonly group: ErrorGroup; readonly count: number; readonly isNew: boolean}
  | {readonly kind: 'connectors'; readonly count: number}
);

/** What befalls a pipeline besides errors, and is to be looked at once. */
export type Incident = Extract<TimelineEvent, {kind: 'silent' | 'lost' | 'restarted'}>;

/** What there was to know of one open log at a moment. */
export type LogStatus = {
  readonly name: string;
  /** Lines received, ever. */
  readonly lines: number;
  /** One past the newest entry. */
  readonly endId: number;
  readonly errors: ReadonlyMap<number, ErrorGroup>;
  readonly toll: LossCount;
  /** Why it is not followed at the moment, in words; undefined while it is, or may be soon. */
  readonly silent: string | undefined;
};

/** What the list said of one pipeline. */
export type PipelineStatus = {
  readonly name: string;
  /** Why somebody should look at it, in words; undefined: it is well. */
  readonly failing: string | undefined;
  /** The state in words: `Running`, `Stopped`. */
  readonly state: string;
  readonly running: boolean;
  /** It is stopped, or on its way to run: what fails next is its start. */
  readonly unstarted: boolean;
  /** Which start of it this is, as the server says; empty while there is none. */
  readonly deployment: string;
  /** Wall milliseconds of its last change of state. */
  readonly since: number;
  /** Errors of its connectors, as the server counts them. */
  readonly connectorErrors: number;
};

/** What there was to know at a moment, wall milliseconds. */
export type StatusAt = {
  readonly at: number;
  readonly logs: readonly LogStatus[];
  /** By name; undefined before the first list. */
  readonly pipelines: ReadonlyMap<string, PipelineStatus> | undefined;
};

/** What the lists of two moments say of a pipeline; nothing of one that was not in the first. */
export function pipelineEvents(before: PipelineStatus | undefined, now: PipelineStatus): readonly TimelineEvent[] {
  if (!before) return [];
  const {name: pipeline, since: at} = now;
  const found: TimelineEvent[] = [];
  if (now.failing !== undefined && (before.failing === undefined || before.since !== at)) {
    found.push({kind: 'failed', pipeline, at, why: now.failing});
  }
  if (before.running && !now.running && now.failing === undefined) {
    found.push({kind: 'stopped', pipeline, at, state: now.state});
  }
  // One that was paused and goes on, or could not be asked for a while, runs since another time, too.
  const isSame = now.deployment !== '' && now.deployment === before.deployment;
  if (now.running && before.since !== at && !isSame) {
    found.push({kind: 'restarted', pipeline, at, logCleared: false});
  }
  // A process that was started again counts from zero.
  const errors = now.connectorErrors - (now.connectorErrors < before.connectorErrors ? 0 : before.connectorErrors);
  if (errors > 0) found.push({kind: 'connectors', pipeline, count: errors});
  return found;
}

/** What an open log suffered, besides errors. */
export type Suffered = Pick<LogStatus, 'name' | 'toll' | 'silent'>;

/** What happened in an open log between two moments; fingerprints in `muted` are left out. */
export function logEvents(
  before: LogStatus | undefined,
  now: LogStatus,
  muted: ReadonlySet<number>,
): readonly TimelineEvent[] {
  if (!before) return [];
  const incidents = incidentsOf(before, now);
  return now.errors === before.errors ? incidents : [...incidents, ...errorHappenings(before, now, muted)];
}

/** That a log fell silent, lost entries or began anew between two moments. */
export function incidentsOf(before: Suffered, now: Suffered): readonly Incident[] {
  const {name: pipeline, toll} = now;
  const found: Incident[] = [];
  if (now.silent !== undefined && before.silent === undefined) {
    found.push({kind: 'silent', pipeline, why: now.silent});
  }
  const gaps = toll.gaps - before.toll.gaps;
  if (gaps > 0) {
    found.push({
      ...{kind: 'lost', pipeline, gaps},
      atLeast: toll.atLeast - before.toll.atLeast,
      atMost: toll.atMost - before.toll.atMost,
      ...(toll.gapId !== undefined && {id: toll.gapId}),
    });
  }
  if (toll.lives > before.toll.lives) {
    found.push({kind: 'restarted', pipeline, logCleared: true, ...(toll.lifeId !== undefined && {id: toll.lifeId})});
  }
  return found;
}

/** New ones before known ones, the most frequent first. */
function errorHappenings(
  before: LogStatus,
  {name: pipeline, errors}: LogStatus,
  muted: ReadonlySet<number>,
): readonly TimelineEvent[] {
  const found: (TimelineEvent & {kind: 'errors'})[] = [];
  for (const [key, group] of errors) {
    if (muted.has(key)) continue;
    const known = before.errors.get(key);
    // A fingerprint that had given way to others and came back has been counted anew.
    const count = group.count - (known && known.firstId === group.firstId ? known.count : 0);
    if (count <= 0) continue;
    const isNew = known === undefined && key !== watchedKey;
    const {firstId, firstAt, lastId, lastAt} = group;
    const where = known === undefined ? {id: firstId, at: firstAt} : {id: lastId, at: lastAt};
    found.push({kind: 'errors', pipeline, group, count, isNew, ...where});
  }
  return found.sort((a, b) => Number(b.isNew) - Number(a.isNew) || b.count - a.count);
}

/** Failed attempts after which a server is said not to answer: a restart of it is over within two. */
const patience = 3;

/** What there is to know of an open log now. `silent`: why it is not followed. */
export function logStatus(stream: LogStream, silent: string | undefined): LogStatus {
  const {name, buffer, errors, losses} = stream;
  return {name, lines: buffer.totalLines, endId: buffer.endId, errors: errors.byKey, toll: losses, silent};
}

/** What the list says of each pipeline, by name. `before`: what the list before it said. */
export function pipelineStatuses(
  pipelines: readonly Pipeline[],
  before?: ReadonlyMap<string, PipelineStatus>,
): ReadonlyMap<string, PipelineStatus> {
  return new Map(pipelines.map((pipeline) => [pipeline.name, pipelineSight(pipeline, before?.get(pipeline.name))]));
}

function pipelineSight(pipeline: Pipeline, before: PipelineStatus | undefined): PipelineStatus {
  const {name, deploymentId, deploymentStatus, deploymentStatusSince, connectorErrors} = pipeline;
  const running = deploymentStatus === 'Running';
  const since = readTime(deploymentStatusSince);
  return {
    name,
    failing: failingWords(pipeline, before),
    state: pipelineState(pipeline).word,
    running,
    unstarted: notYetRun.has(deploymentStatus) || (deploymentStatus === 'Stopping' && before?.unstarted === true),
    deployment: deploymentId,
    since: Number.isNaN(since) ? 0 : since,
    connectorErrors: connectorErrors ?? 0,
  };
}

/** `Failed · exit status: 101`, `Start failed · no such file`; undefined while it is well. */
function failingWords(pipeline: Pipeline, before: PipelineStatus | undefined): string | undefined {
  if (!isFailing(pipeline)) return undefined;
  const {deploymentError, deploymentStatusSince} = pipeline;
  if (!deploymentError) return failureWord(pipeline);
  const cause = sanitise(deploymentError.cause).text;
  const isAsBefore = before?.since === readTime(deploymentStatusSince) && before.failing?.endsWith(cause);
  if (isAsBefore) return before.failing;
  return `${before?.unstarted ? 'Start failed' : failureWord(pipeline)} · ${cause}`;
}

/** Why a log is not followed; undefined while it is, or will be soon. Once it is not (`before`), only a live one is. */
export function silenceOf(connection: ConnectionState, before: string | undefined): string | undefined {
  switch (connection.kind) {
    case 'idle':
    case 'live':
      return undefined;
    case 'gone':
      return connection.reason.kind === 'deleted' ? 'deleted' : failureWords(connection.reason.failure);
    case 'waiting':
      return connection.tries < patience ? before : failureWords(connection.failure);
    default:
      return before;
  }
}

function failureWords(failure: ApiFailure | undefined): string {
  return failure === undefined || failure.kind === 'cancelled' ? 'does not answer' : sanitise(failure.message).text;
}
