import {
  type ConnectorErrorCount,
  type ErrorGroup,
  type ErrorLog,
  watchPatternKey,
} from '../../engine/records/error-log.ts';
import {sameFailure} from '../../engine/records/same-failure.ts';
import {connectorTotal, type FailedConnector} from '../facts/connector-states.ts';
import type {ConnectorIncrease} from '../facts/connectors.ts';
import type {Listed} from './journal.ts';
import type {LogStatus} from './log-status.ts';
import {type EventOf, eventKind, type PipelineEvent} from './pipeline-event.ts';
import {earlierErrors, type PipelineStatus} from './pipeline-status.ts';

/** An event of the errors page. */
export type ErrorRow = PipelineEvent & {
  /** Identifies the row while its count and place change. */
  readonly key: string;
  readonly state: 'unseen' | 'seen' | 'muted';
  /** True if a disconnection, a deletion or a lost stream is over: the log is followed again, or the stream read. */
  readonly isOver?: boolean;
};

/** State of one pipeline, and what of it was seen. */
type PipelineView = {
  readonly name: string;
  /** Absent: no list has it. */
  readonly status?: PipelineStatus | undefined;
  /** Absent: its log is not open. */
  readonly log?: LogStatus | undefined;
  readonly listed: readonly Listed[];
  /** The status when it was last seen. */
  readonly seen: PipelineStatus | undefined;
  /** It is on the screen: nothing of it is unseen. */
  readonly isViewed: boolean;
  /** The connectors that stopped with a fatal error: unseen until they recover. */
  readonly failed: readonly FailedConnector[];
  /** The connectors whose errors have become more since it was seen, and those with errors that are not in its log. */
  readonly increase: () => ConnectorIncrease;
  readonly uncounted: () => ConnectorIncrease;
};

const stateOrder: readonly ErrorRow['state'][] = ['unseen', 'seen', 'muted'];

/**
 * Errors of all open logs by group, failures and connector errors of all pipelines, and incidents: unseen ones first,
 * muted ones last; then by pipeline, the newest activity first. An unseen row counts what is unseen.
 */
export function errorRows(pipelines: readonly PipelineView[], muted: ReadonlySet<number>): readonly ErrorRow[] {
  const rows = pipelines.flatMap((pipeline) => [
    ...listedRows(pipeline),
    ...statusRows(pipeline, muted),
    ...[...(pipeline.log?.errors.values() ?? [])].map((group) => groupRow(group, pipeline, muted)),
  ]);
  return stateOrder.flatMap((state) => byPipeline(rows.filter((row) => row.state === state)));
}

function byPipeline(rows: readonly ErrorRow[]): readonly ErrorRow[] {
  const newest = new Map<string, number>();
  for (const {pipeline, at} of rows) newest.set(pipeline, Math.max(at ?? 0, newest.get(pipeline) ?? 0));
  const activity = (row: ErrorRow) => newest.get(row.pipeline) ?? 0;
  return [...rows].sort(
    (a, b) =>
      activity(b) - activity(a) ||
      (a.pipeline < b.pipeline ? -1 : a.pipeline > b.pipeline ? 1 : 0) ||
      eventKind(a).urgency - eventKind(b).urgency ||
      (b.at ?? 0) - (a.at ?? 0),
  );
}

/**
 * Failures and incidents. A cause of failures is a row, whether the pipeline runs again or not, as is how it fails now; so
 * is a kind of incidents.
 */
function listedRows({name, status, log, listed, seen, isViewed}: PipelineView): readonly ErrorRow[] {
  const told = listed.map(({key, all, unseen}): ErrorRow => {
    const event = isViewed ? all : (unseen ?? all);
    return {...event, key, state: unseen && !isViewed ? 'unseen' : 'seen', isOver: isPast(event, log, status)};
  });
  if (status?.failing === undefined) return told;
  const {failing: why, failedAt: at, failedAfter} = status;
  const failures = told.filter(isFailure);
  // The log may have told it in other words.
  const isNow = ({from, at: told}: ErrorRow) =>
    sameFailure({from, at: told}, {from: 'API', at: failedAfter, until: at});
  const current = failures.find((row) => row.why === why) ?? failures.find(isNow);
  if (current) return told.map((row) => (row === current ? {...current, why} : row));
  const state = isViewed || (seen?.failing !== undefined && seen.failedAt === at) ? 'seen' : 'unseen';
  return [
    ...told,
    {kind: 'failed', pipeline: name, from: 'API', count: 1, key: `${name} failed ${why}`, state, at, why},
  ];
}

function isFailure(event: ErrorRow): event is ErrorRow & EventOf<'failed'> {
  return event.kind === 'failed';
}

/** That it cannot be reached, and errors of connectors, as the API tells them. */
function statusRows(pipeline: PipelineView, muted: ReadonlySet<number>): readonly ErrorRow[] {
  const {name, status, log, listed, seen, isViewed, failed} = pipeline;
  if (!status) return [];
  const shared = {pipeline: name, from: 'API', count: 1} as const;
  const rows: ErrorRow[] = [];
  const {unavailable, since} = status;
  if (unavailable !== undefined && !listed.some(({all}) => all.kind === 'unavailable')) {
    const isSeen = isViewed || (seen?.unavailable !== undefined && seen.since === since);
    const row = {...shared, kind: 'unavailable', key: `${name} unavailable`, at: since, why: unavailable} as const;
    rows.push({...row, state: isSeen ? 'seen' : 'unseen', isOver: false});
  }
  for (const {name: connector, group, at, message} of failed) {
    if (group !== undefined && (log?.errors.has(group) || muted.has(group))) continue;
    rows.push({...shared, kind: 'ended', key: `${name} ended ${connector}`, state: 'unseen', at, connector, message});
  }
  const besideFailed = failedOutside(failed, log?.errors);
  const uncounted = connectorTotal(status.connectorErrors, log?.connectors).uncounted - besideFailed;
  if (uncounted <= 0) return rows;
  const unseen = isViewed ? 0 : unseenConnectorErrors(status, seen, log?.connectors, besideFailed);
  const besides = log && (log.connectors.isWhole ? 'suppressed' : 'suppressed-or-missing');
  const connectors = {...shared, kind: 'connectors', key: `${name} connectors`, besides} as const;
  if (unseen === 0) rows.push({...connectors, state: 'seen', count: uncounted, increase: pipeline.uncounted()});
  else rows.push({...connectors, state: 'unseen', count: unseen, increase: pipeline.increase()});
  return rows;
}

/** The number of fatal errors that the open log does not have, or that are in none: each has a row of its own, or is muted. */
function failedOutside(failed: readonly FailedConnector[], errors: ReadonlyMap<number, unknown> | undefined): number {
  return failed.filter(({group}) => group === undefined || errors?.has(group) !== true).length;
}

/**
 * Errors since the status `seen` that the API counts and the `log` does not have. The log is ahead of the list, which is
 * requested every 2 s: the larger count of both had been seen. `failed`: those of them that have a row of their own.
 */
export function unseenConnectorErrors(
  now: PipelineStatus,
  seen: PipelineStatus | undefined,
  log: ConnectorErrorCount | undefined,
  failed = 0,
): number {
  const {unseenInRun, seenInRun} = log ?? {unseenInRun: 0, seenInRun: 0};
  const before = Math.max(earlierErrors(seen, now), seenInRun, failed);
  return Math.max(0, now.connectorErrors - before - unseenInRun);
}

function isPast(event: PipelineEvent, log: LogStatus | undefined, status: PipelineStatus | undefined): boolean {
  switch (event.kind) {
    case 'unavailable':
      return status?.unavailable === undefined;
    case 'stream-lost': {
      const {lostStreams = []} = log ?? {};
      return event.marker?.kind === 'unread' ? !lostStreams.includes(event.marker.stream) : lostStreams.length === 0;
    }
    case 'deleted':
      return log?.deletedAt === undefined;
    default:
      return event.kind === 'disconnected' && log?.disconnected === undefined;
  }
}

function groupRow(group: ErrorGroup, {name, isViewed, failed}: PipelineView, muted: ReadonlySet<number>): ErrorRow {
  const {key, lastAt: at, lastId: id, latest} = group;
  const isUnseen = group.unseen > 0 && !isViewed;
  const isPinned = !isUnseen && failed.some((each) => each.group === key);
  const state = muted.has(key) ? 'muted' : isUnseen || isPinned ? 'unseen' : 'seen';
  const {unseen, unseenSuppressed, unseenAt, unseenId, unseenExample} = group;
  // What is pinned is the line in which a connector says that it stopped with a fatal error.
  const shown = isUnseen
    ? {count: unseen, suppressed: unseenSuppressed, firstAt: unseenAt, firstId: unseenId, example: unseenExample}
    : {count: 1, suppressed: 0, firstAt: at, firstId: id, example: latest};
  const {count, suppressed, firstAt, firstId, example} = state === 'unseen' ? shown : group;
  return {
    kind: key === watchPatternKey ? 'watched' : 'errors',
    pipeline: name,
    from: 'log',
    key: `${name} ${key}`,
    state,
    at,
    id,
    count,
    suppressed,
    firstAt,
    firstId,
    group,
    ends: {key, example, latest},
    isNew: false,
  };
}

/** The number of unseen errors of a pipeline, as its tab shows it. `errors`: of its open log. */
export function unseenErrors(
  {status, seen, isViewed, failed}: Pick<PipelineView, 'status' | 'seen' | 'isViewed' | 'failed'>,
  errors: ErrorLog | undefined,
  muted: ReadonlySet<number>,
): number {
  // The line of the others is unseen itself, or muted.
  const pinned = failed.filter(({group}) => {
    if (group === undefined) return true;
    return !muted.has(group) && (isViewed || (errors?.byKey.get(group)?.unseen ?? 0) === 0);
  });
  if (isViewed) return pinned.length;
  const besideFailed = failedOutside(failed, errors?.byKey);
  const counted = status ? unseenConnectorErrors(status, seen, errors?.connectors, besideFailed) : 0;
  return pinned.length + counted + (errors?.unseenCount(muted) ?? 0);
}
