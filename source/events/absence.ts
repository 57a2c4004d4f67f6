import {isSettled} from '../api/pipeline-state.ts';
import type {MonitorEvent} from '../api/types.ts';
import {duration, readTime} from '../lib/format.ts';
import type {PipelineHistory} from '../logs/pipeline-history.ts';
import {nearestSame} from '../records/same-failure.ts';
import type {ConnectorIncrease} from './connectors.ts';
import {type LogStatus, reportsFailure} from './log-status.ts';
import {type EventOf, EventSums, isOfErrors, type PipelineEvent, urgencyOf} from './pipeline-event.ts';
import {endKind, type PipelineStatus, type PipelineStatuses, statusesById} from './pipeline-status.ts';
import {timelineOf} from './timeline.ts';

/** What happened while the user was away, from `since` to `until` (Unix time in ms). */
export type Absence = {readonly since: number; readonly until: number; readonly events: readonly PipelineEvent[]};

/** All pipelines and open logs at one moment, Unix time in ms. */
export type StatusAt = {
  readonly at: number;
  readonly logs: readonly LogStatus[];
  /** Undefined before the first list. */
  readonly pipelines: PipelineStatuses | undefined;
};

type ErrorEvent = EventOf<'errors' | 'watched'>;

type AbsenceInput = {
  /** What happened since `before`, the newest first. */
  readonly happened: readonly PipelineEvent[];
  readonly muted: ReadonlySet<number>;
  /** Connectors of so many new errors of a pipeline. */
  readonly increaseOf: (pipeline: string, count: number) => ConnectorIncrease;
};

/** Urgent events first, then the lines that each log received. Undefined without events; lines alone are none. */
export function absenceOf(
  before: StatusAt,
  now: StatusAt,
  {happened, muted, increaseOf}: AbsenceInput,
): Absence | undefined {
  const logsBefore = new Map(before.logs.map((log) => [log.name, log]));
  const logsNow = new Map(now.logs.map((log) => [log.name, log]));
  const cleared = new Set(
    happened.flatMap((each) => (each.kind === 'restarted' && each.from === 'log' ? each.pipeline : [])),
  );
  const told = happened.flatMap((event): readonly PipelineEvent[] => {
    const {pipeline, kind} = event;
    if (kind === 'connectors' || (isOfErrors(event) && muted.has(event.group.key))) return [];
    // A watched line that came before is found a little later.
    if (isOfErrors(event) && event.group.lastId < (logsBefore.get(pipeline)?.endId ?? 0) - 1) return [];
    // Both the list and the log may report a restart; the log's event leads to its marker.
    if (kind === 'restarted' && event.from === 'API' && cleared.has(pipeline)) return [];
    // What is over is no news; of a disconnection that goes on, the reason may be another now.
    const {disconnected: why, deletedAt} = logsNow.get(pipeline) ?? {};
    if (kind === 'deleted') return deletedAt === undefined ? [] : [event];
    if (kind === 'disconnected') return why === undefined ? [] : [{...event, why}];
    return [withReturn(event, now.pipelines?.get(pipeline))];
  });
  // Of all runs in that time, as the lists have told.
  const statuses = statusesById(before.pipelines ?? new Map());
  const connectors = happened.flatMap((event) => {
    const {pipeline, kind} = event;
    if (kind !== 'connectors') return [];
    const earlier = statuses.get(now.pipelines?.get(pipeline)?.id ?? '')?.connectorErrors ?? 0;
    return besidesLog(event, earlier, logsBefore.get(pipeline), logsNow.get(pipeline)).map((each) => ({
      ...each,
      increase: increaseOf(pipeline, each.count),
    }));
  });
  const events = byUrgency([...withoutEnds(told), ...connectors]);
  if (events.length === 0) return undefined;
  const received = now.logs.flatMap(({name: pipeline, lines}): readonly PipelineEvent[] => {
    const earlier = logsBefore.get(pipeline);
    if (!earlier || lines <= earlier.lines) return [];
    return [{kind: 'received', pipeline, from: 'log', count: lines - earlier.lines, id: earlier.endId}];
  });
  return {since: before.at, until: now.at, events: [...events, ...received]};
}

/** A failure that the log reports, too, is one event: with its place in the log. */
function withoutEnds(events: readonly PipelineEvent[]): readonly PipelineEvent[] {
  const failed = events.filter((event) => event.kind === 'failed');
  const places = new Map<PipelineEvent, number>();
  const others = events.filter((event) => {
    if (!isOfErrors(event)) return true;
    const its = failed.filter(({pipeline, why}) => pipeline === event.pipeline && reportsFailure(event.group, why));
    // Some of its kind have ended no process.
    if (event.count > its.reduce((sum, {count}) => sum + count, 0)) return true;
    for (const each of its) {
      const id = placeAt(event, each.at);
      // Of a panic and its report the first.
      if (id !== undefined) places.set(each, Math.min(id, places.get(each) ?? id));
    }
    return false;
  });
  return others.map((event) => (places.has(event) ? {...event, id: places.get(event)} : event));
}

/** The first or the last of these errors, whichever was then. `then`: Unix time in ms, by another clock. */
function placeAt({group, firstAt, firstId, at, id}: ErrorEvent, then: number | undefined): number | undefined {
  const places = [
    {at: group.lastAt, id: group.lastId},
    {at, id},
    {at: firstAt, id: firstId},
  ].filter((place) => place.at !== undefined);
  return nearestSame({at: then}, places, (place) => [place])?.id;
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
function byUrgency(events: readonly PipelineEvent[]): readonly PipelineEvent[] {
  const rank = (event: PipelineEvent) =>
    event.kind === 'errors' && !event.isNew ? Number.MAX_SAFE_INTEGER : urgencyOf(event);
  const errors = events
    .filter(isOfErrors)
    .toReversed()
    .sort((a, b) => b.count - a.count);
  return [...events.filter((event) => !isOfErrors(event)), ...errors].sort((a, b) => rank(a) - rank(b));
}

/**
 * What the API's events tell of the time from `since` to `until` (Unix time in ms), in which pipetail did not run.
 * Undefined: nothing happened, or the server does not tell.
 */
export function absenceByHistory(
  histories: ReadonlyMap<string, PipelineHistory>,
  since: number,
  until: number,
): Absence | undefined {
  const all = [...histories].flatMap(([pipeline, history]) => [
    ...failures(pipeline, history, since),
    ...stateChanges(pipeline, history, since),
  ]);
  const sums = new EventSums();
  for (const event of all.sort((a, b) => (a.at ?? 0) - (b.at ?? 0))) sums.add(event);
  const events = byUrgency(sums.all);
  return events.length === 0 ? undefined : {since, until, events};
}

/** Errors of the pipeline that appeared since then; of one that is gone and came once, how long it stood. */
function failures(pipeline: string, history: PipelineHistory, since: number): readonly PipelineEvent[] {
  const {events} = history;
  // An error that the oldest event has is older than that.
  const first = Math.max(since, readTime(events.at(-1)?.time ?? '') + 1);
  const failed = timelineOf({pipeline, history, log: undefined}).flatMap((event) =>
    event.kind === 'failed' && event.at !== undefined && event.at >= first ? {...event, at: event.at} : [],
  );
  const running = runningSince(events);
  return failed.map((event): PipelineEvent => {
    const {at, until, why} = event;
    if (running !== undefined && running >= at) return {...event, backSince: running};
    const isOnce = failed.filter((each) => each.why === why).length === 1;
    return isOnce && until !== undefined ? {...event, why: `${why}, for ${duration(until - at)}`} : event;
  });
}

/** Unix time in ms; undefined: it does not run. `events`: the newest first. */
function runningSince(events: readonly MonitorEvent[]): number | undefined {
  const end = events.findIndex(({status}) => status !== 'Running');
  const start = events[(end === -1 ? events.length : end) - 1];
  return start && readTime(start.time);
}

/** From one state in which a pipeline stays to the next; an end by an error is a failure. */
function stateChanges(pipeline: string, {events}: PipelineHistory, since: number): readonly PipelineEvent[] {
  const changes: PipelineEvent[] = [];
  let before: string | undefined;
  /** It was not deployed since it ran last: the next start is another run. */
  let hasEnded = false;
  let hasRun = false;
  for (const {time, status, hasError, resourcesDesiredStatus} of events.toReversed()) {
    hasEnded ||= ['Stopped', 'Provisioning'].includes(status);
    const now = hasError && status === 'Stopped' ? 'Failed' : status;
    // A start first removes the error of the run before.
    const isStarting = now === 'Stopped' && resourcesDesiredStatus !== 'Stopped';
    if (!isSettled(now) || isStarting) continue;
    const at = readTime(time);
    const kind = kindOf(before, now, {hasEnded, hasRun});
    if (kind && before !== undefined && at >= since)
      changes.push({kind, from: 'API', pipeline, count: 1, at, before, now});
    before = now;
    if (now !== 'Running') continue;
    hasEnded = false;
    hasRun = true;
  }
  return changes;
}

function kindOf(
  before: string | undefined,
  now: string,
  {hasEnded, hasRun}: {readonly hasEnded: boolean; readonly hasRun: boolean},
) {
  if (now !== 'Running') return before === now || now === 'Failed' ? undefined : endKind(now);
  if (hasEnded) return hasRun ? 'restarted' : 'started';
  return before === now ? undefined : 'resumed';
}
