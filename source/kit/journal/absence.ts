import type {PipelineHistory} from '../../engine/pipelines/pipeline-history.ts';
import {nearestSame} from '../../engine/records/same-failure.ts';
import {readTime} from '../../lib/format.ts';
import type {ConnectorIncrease} from '../facts/connectors.ts';
import {historyEvents} from './history-changes.ts';
import type {LogStatus} from './log-status.ts';
import {type EventOf, eventKind, isOfErrors, type PipelineEvent} from './pipeline-event.ts';
import {type PipelineStatuses, statusesById} from './pipeline-status.ts';

/** Events while the user was away, from `since` to `until` (Unix time in ms), by pipeline: the most urgent first. */
export type Absence = {
  readonly since: number;
  readonly until: number;
  readonly rows: readonly AbsenceRow[];
  /** Pipelines that run, and whose logs nobody followed: what happened to them is known in part. */
  readonly notFollowed: ReadonlySet<string>;
};

/** Events of a pipeline, in their order; an empty name: of all pipelines, since the server was away. */
type AbsenceRow = {
  readonly pipeline: string;
  readonly events: readonly PipelineEvent[];
  /** Earlier events that were not kept. */
  readonly dropped: number;
};

/** All pipelines and open logs at one moment, Unix time in ms. */
export type StatusAt = {
  readonly at: number;
  readonly logs: readonly LogStatus[];
  /** Pipelines of the last list; undefined before the first one. */
  readonly pipelines: PipelineStatuses | undefined;
};

type AbsenceInput = {
  /** Events since `before`, in any order. */
  readonly happened: readonly PipelineEvent[];
  /** Numbers of events that were not kept, by pipeline. */
  readonly dropped?: ReadonlyMap<string, number>;
  readonly muted: ReadonlySet<number>;
  /** See `EventLog`. */
  readonly isOfEnd: IsOfEnd;
  /** Connectors of so many new errors of a pipeline. */
  readonly increaseOf: (pipeline: string, count: number) => ConnectorIncrease;
  readonly notFollowed: ReadonlySet<string>;
};

type IsOfEnd = (event: Pick<EventOf<'errors' | 'watched'>, 'pipeline' | 'group'>) => boolean;

/** Sums up what happened between the two moments; undefined: nothing. */
export function absenceOf(
  before: StatusAt,
  now: StatusAt,
  {happened, dropped, muted, isOfEnd, increaseOf, notFollowed}: AbsenceInput,
): Absence | undefined {
  const logsBefore = new Map(before.logs.map((log) => [log.name, log]));
  const logsNow = new Map(now.logs.map((log) => [log.name, log]));
  // Of all runs in that time, as the lists have told.
  const statuses = statusesById(before.pipelines ?? new Map());
  const told = happened.flatMap((event): readonly PipelineEvent[] => {
    const {pipeline, kind} = event;
    const log = logsNow.get(pipeline);
    if (isOfErrors(event) && muted.has(event.group.key)) return [];
    // A watched line that came before is found a little later.
    if (isOfErrors(event) && event.group.lastId < (logsBefore.get(pipeline)?.endId ?? 0) - 1) return [];
    if (kind === 'connectors') {
      const earlier = statuses.get(now.pipelines?.get(pipeline)?.id ?? '')?.connectorErrors ?? 0;
      return besidesLog(event, earlier, logsBefore.get(pipeline), log).map((each) => ({
        ...each,
        increase: increaseOf(pipeline, each.count),
      }));
    }
    // Of a disconnection that goes on, the reason may be another now.
    const isOngoing = kind === 'disconnected' && event.at === (log?.cut?.since ?? log?.disconnectedSince);
    if (isOngoing) return [{...event, why: log?.disconnected ?? event.why}];
    return [event];
  });
  const events = [...Map.groupBy(told, ({pipeline}) => pipeline).values()].flatMap((all) =>
    withLostStreams(onceEach(all, {told, isOfEnd}), logsNow.get(all[0]?.pipeline ?? '')),
  );
  return byPipeline(events, {since: before.at, until: now.at, notFollowed}, dropped);
}

/** Milliseconds in which the connections of one server end when it goes. */
const lastSigns = 5_000;

/** Leaves one of the events in which the log and the API tell of the same. `told`: events of all pipelines. */
function onceEach(
  events: readonly PipelineEvent[],
  {told, isOfEnd}: {readonly told: readonly PipelineEvent[]; readonly isOfEnd: IsOfEnd},
): readonly PipelineEvent[] {
  const of = (kind: PipelineEvent['kind']) => events.filter((event) => event.kind === kind);
  const outages = told.filter(({kind}) => kind === 'outage');
  const isOfOutage = (since = Number.NaN) =>
    outages.some(({at = 0, until = Number.POSITIVE_INFINITY}) => since >= at - lastSigns && since <= until);
  // A restart that the log has, too, is at its place there.
  const inLog = new Map<PipelineEvent, PipelineEvent>();
  const cleared = of('restarted').filter(({from}) => from === 'log');
  for (const event of cleared) {
    const others = of('restarted').filter((each) => each.from === 'API' && !inLog.has(each));
    const same = nearestSame(whenCleared(event), others, ({at}) => [{at}]);
    if (same) inLog.set(same, event);
  }
  const placed = new Set(inLog.values());
  const [isRemoved, isCreated, hasFailed] = [of('removed'), of('created'), of('failed')].map((each) => each.length > 0);
  return events.flatMap((event): readonly PipelineEvent[] => {
    switch (event.kind) {
      case 'restarted':
        if (event.from === 'API') return [{...(inLog.get(event) ?? event), at: event.at}];
        return placed.has(event) || (isCreated && isOfNewPipeline(event)) ? [] : [event];
      case 'deleted':
        return isRemoved ? [] : [event];
      case 'disconnected':
        return isOfOutage(event.at) ? [] : [event];
      case 'reconnected':
        return isOfOutage(event.since) ? [] : [event];
      case 'errors':
        return hasFailed && isOfEnd(event) ? [] : [event];
      default:
        return [event];
    }
  });
}

/** Since it was cut before, at the earliest. */
function whenCleared(event: PipelineEvent) {
  const {at} = event;
  const {downMs = 0} = 'marker' in event && event.marker?.kind === 'new-life' ? event.marker : {};
  return {at: at === undefined ? undefined : at - downMs, until: at};
}

function isOfNewPipeline(event: EventOf<'restarted'>): boolean {
  return event.from === 'log' && event.marker?.kind === 'new-life' && event.marker.because === 'created-again';
}

/** A stream is lost until the next start. */
function withLostStreams(events: readonly PipelineEvent[], log: LogStatus | undefined): readonly PipelineEvent[] {
  return events.map((event) => {
    if (event.kind !== 'stream-lost') return event;
    const starts = events.flatMap(({kind, at}) => (kind === 'restarted' || kind === 'started' ? (at ?? []) : []));
    const next = starts.filter((at) => at > (event.at ?? 0));
    const isLost = event.marker?.kind === 'unread' && log?.lostStreams.includes(event.marker.stream) === true;
    const until = next.length > 0 ? Math.min(...next) : undefined;
    return {...event, isOver: until !== undefined || !isLost, until};
  });
}

/** Leaves the errors that only the API counts, not the log. `earlier`: number that it had counted before. */
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

function byPipeline(
  events: readonly PipelineEvent[],
  period: Omit<Absence, 'rows'>,
  dropped: ReadonlyMap<string, number> = new Map(),
): Absence | undefined {
  const rank = (event: PipelineEvent) =>
    event.kind === 'errors' && !event.isNew ? Number.MAX_SAFE_INTEGER : eventKind(event).urgency;
  const timeOf = ({at = Number.MAX_SAFE_INTEGER}: PipelineEvent) => at;
  const rows = [...Map.groupBy(events, ({pipeline}) => pipeline)].map(([pipeline, of]) => ({
    pipeline,
    dropped: dropped.get(pipeline) ?? 0,
    rank: Math.min(...of.map(rank)),
    events: withOneReturn(of.toSorted((a, b) => timeOf(a) - timeOf(b) || rank(a) - rank(b))),
  }));
  const sorted = rows.toSorted((a, b) => a.rank - b.rank).map(({rank: _, ...row}) => row);
  return sorted.length === 0 ? undefined : {...period, rows: sorted};
}

/** It comes back once from each time in which it could not be reached: shorter ones may follow, which are not told. */
function withOneReturn(events: readonly PipelineEvent[]): readonly PipelineEvent[] {
  let isAway = true;
  return events.filter((event) => {
    const isReturn = event.kind === 'resumed' && event.before === 'Unavailable';
    const isKept = isAway || !isReturn;
    isAway = event.kind === 'unavailable' || (isAway && !isReturn);
    return isKept;
  });
}

/** Sums up what the API tells of a time without pipetail; undefined: nothing, or the server does not tell. */
export function absenceByHistory(
  histories: ReadonlyMap<string, PipelineHistory>,
  period: Omit<Absence, 'rows'>,
): Absence | undefined {
  const events = [...histories].flatMap(([pipeline, history]) => {
    // What the oldest event has is older than that.
    const first = Math.max(period.since, readTime(history.events.at(-1)?.time ?? '') + 1);
    return historyEvents(pipeline, history).filter(({at = 0}) => at >= first);
  });
  return byPipeline(events, period);
}
