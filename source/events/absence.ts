import {isSettled} from '../api/pipeline-state.ts';
import {readTime} from '../lib/format.ts';
import type {PipelineHistory} from '../logs/pipeline-history.ts';
import type {ConnectorIncrease} from './connectors.ts';
import type {LogStatus} from './log-status.ts';
import {type EventOf, EventSums, isOfErrors, type PipelineEvent, urgencyOf} from './pipeline-event.ts';
import {type PipelineStatus, type PipelineStatuses, statusesById} from './pipeline-status.ts';
import {timelineOf} from './timeline.ts';

/** What happened while the user was away, from `since` to `until` (Unix time in ms), the most urgent first. */
export type Absence = {
  readonly since: number;
  readonly until: number;
  readonly rows: readonly AbsenceRow[];
  /** Pipelines that run, and whose logs nobody followed: what happened to them is known in part. */
  readonly notFollowed: ReadonlySet<string>;
};

/** What happened to a pipeline, the most urgent first. */
export type AbsenceRow = {readonly pipeline: string; readonly events: readonly PipelineEvent[]};

/** All pipelines and open logs at one moment, Unix time in ms. */
export type StatusAt = {
  readonly at: number;
  readonly logs: readonly LogStatus[];
  /** Undefined before the first list. */
  readonly pipelines: PipelineStatuses | undefined;
};

type AbsenceInput = {
  /** What happened since `before`, the newest first. */
  readonly happened: readonly PipelineEvent[];
  readonly muted: ReadonlySet<number>;
  /** Connectors of so many new errors of a pipeline. */
  readonly increaseOf: (pipeline: string, count: number) => ConnectorIncrease;
  readonly notFollowed: ReadonlySet<string>;
};

/** Undefined: nothing happened. */
export function absenceOf(
  before: StatusAt,
  now: StatusAt,
  {happened, muted, increaseOf, notFollowed}: AbsenceInput,
): Absence | undefined {
  const logsBefore = new Map(before.logs.map((log) => [log.name, log]));
  const logsNow = new Map(now.logs.map((log) => [log.name, log]));
  // Of all runs in that time, as the lists have told.
  const statuses = statusesById(before.pipelines ?? new Map());
  const cleared = new Set(
    happened.flatMap((each) => (each.kind === 'restarted' && each.from === 'log' ? each.pipeline : [])),
  );
  const told = happened.flatMap((event): readonly PipelineEvent[] => {
    const {pipeline, kind} = event;
    if (isOfErrors(event) && muted.has(event.group.key)) return [];
    // A watched line that came before is found a little later.
    if (isOfErrors(event) && event.group.lastId < (logsBefore.get(pipeline)?.endId ?? 0) - 1) return [];
    // Both the list and the log may report a restart; the log's event leads to its marker.
    if (kind === 'restarted' && event.from === 'API' && cleared.has(pipeline)) return [];
    if (kind === 'connectors') {
      const earlier = statuses.get(now.pipelines?.get(pipeline)?.id ?? '')?.connectorErrors ?? 0;
      return besidesLog(event, earlier, logsBefore.get(pipeline), logsNow.get(pipeline)).map((each) => ({
        ...each,
        increase: increaseOf(pipeline, each.count),
      }));
    }
    // What is over is no news; of a disconnection that goes on, the reason may be another now.
    const {disconnected: why, deletedAt} = logsNow.get(pipeline) ?? {};
    if (kind === 'deleted') return deletedAt === undefined ? [] : [event];
    if (kind === 'disconnected') return why === undefined ? [] : [{...event, why}];
    return [withReturn(event, now.pipelines?.get(pipeline))];
  });
  return byPipeline(told, {since: before.at, until: now.at, notFollowed});
}

/** What the API counts and the log has too is in the log's own events. `earlier`: what the API had counted before. */
function besidesLog(
  event: EventOf<'connectors'>,
  earlier: number,
  logBefore: LogStatus | undefined,
  logNow: LogStatus | undefined,
): readonly PipelineEvent[] {
  if (!logBefore || !logNow) return [event];
  const {before, now} = {before: logBefore.connectors, now: logNow.connectors};
  // In the same run, the log had more than the list, which is requested only now and then.
  const isSameRun = now.all - now.inRun === before.all - before.inRun;
  const lag = isSameRun ? Math.max(0, before.inRun - earlier) : 0;
  const count = event.count - lag - (now.all - before.all);
  return count > 0 ? [{...event, count, besides: 'suppressed'}] : [];
}

/** A pipeline that failed, was stopped or paused, and runs again. */
function withReturn(event: PipelineEvent, pipeline: PipelineStatus | undefined): PipelineEvent {
  const isEnd = event.kind === 'failed' || event.kind === 'stopped' || event.kind === 'paused';
  const isBack = isEnd && pipeline?.running && pipeline.since >= (event.at ?? 0);
  return isBack ? {...event, backSince: pipeline.since} : event;
}

/** More errors of an earlier group come last; of each kind the newest first, errors by their number, then as they came. */
function byPipeline(events: readonly PipelineEvent[], period: Omit<Absence, 'rows'>): Absence | undefined {
  const rank = (event: PipelineEvent) =>
    event.kind === 'errors' && !event.isNew ? Number.MAX_SAFE_INTEGER : urgencyOf(event);
  const errors = events
    .filter(isOfErrors)
    .toReversed()
    .sort((a, b) => b.count - a.count);
  const sorted = [...events.filter((event) => !isOfErrors(event)), ...errors].sort((a, b) => rank(a) - rank(b));
  const rows = [...Map.groupBy(sorted, ({pipeline}) => pipeline)].map(([pipeline, events]) => ({pipeline, events}));
  return rows.length === 0 ? undefined : {...period, rows};
}

/**
 * What the API's events tell of a time in which pipetail did not run: the failures of each pipeline, and the last state
 * to which it changed. Undefined: nothing happened, or the server does not tell.
 */
export function absenceByHistory(
  histories: ReadonlyMap<string, PipelineHistory>,
  period: Omit<Absence, 'rows'>,
): Absence | undefined {
  const events = [...histories].flatMap(([pipeline, history]) => {
    // What the oldest event has is older than that.
    const first = Math.max(period.since, readTime(history.events.at(-1)?.time ?? '') + 1);
    const told = timelineOf({pipeline, history, log: undefined}).filter(({at = 0}) => at >= first);
    const failures = new EventSums();
    for (const event of told.toReversed()) if (event.kind === 'failed') failures.add(event);
    const state = told.find((event) => event.kind === 'state' && isSettled(event.now));
    return [...failures.all, ...(state ? [state] : [])];
  });
  return byPipeline(events, period);
}
