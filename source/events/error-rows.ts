import {type ConnectorErrors, type ErrorGroup, watchedKey} from '../records/error-log.ts';
import {connectorTotal, type FailedConnector} from './connector-states.ts';
import type {ConnectorRise} from './connectors.ts';
import type {ErrorEnds} from './event-words.ts';
import {earlierErrors, type Incident, type LogStatus, type PipelineStatus} from './events.ts';
import type {IncidentSummary} from './incidents.ts';

/** A row of the errors page. Times are Unix time in ms; ids undefined where there is no entry to go to. */
export type ErrorRow = {
  /** Identifies the row while its count and place change. */
  readonly key: string;
  readonly pipeline: string;
  readonly state: 'unseen' | 'seen' | 'muted';
  /** Errors that are in the log, where it has any. */
  readonly count: number;
  /** Besides them, those that are not in the log, as lines of it report. */
  readonly withheld: number;
  readonly since: number | undefined;
  readonly last: number | undefined;
  readonly firstId: number | undefined;
  readonly lastId: number | undefined;
} /** `ends`: the first and the last of those that are counted. */ & (
  | {readonly kind: 'errors' | 'watched'; readonly group: ErrorGroup; readonly ends: ErrorEnds}
  | {readonly kind: 'failed'; readonly why: string}
  /** A connector that failed for good, of which no open log has the line. */
  | {readonly kind: 'ended'; readonly connector: string; readonly message: string}
  /** Besides those of an open log: withheld, or from before the log's first line. */
  | {
      readonly kind: 'connectors';
      readonly besides: 'withheld' | 'withheld-or-before' | undefined;
      /** Of the unseen ones. */
      readonly rise: ConnectorRise;
    }
  /** `incident`: the last one, or the sum of all losses. `isOver`: the log is followed again, or the stream read. */
  | {readonly kind: Incident['kind']; readonly incident: Incident; readonly isOver: boolean}
);

export type ErrorRowsInput = {
  readonly logs: readonly LogStatus[];
  readonly pipelines: Iterable<PipelineStatus>;
  readonly incidents: readonly IncidentSummary[];
  /** Names of the pipelines whose logs are on the screen: nothing of them is unseen. */
  readonly viewed: ReadonlySet<string>;
  readonly muted: ReadonlySet<number>;
  /** Statuses of the pipelines when they were last on the screen, by name. */
  readonly seen: ReadonlyMap<string, PipelineStatus>;
  /** The connectors that failed for good: unseen until they recover; absent: unknown. */
  readonly failedOf?: (pipeline: string) => readonly FailedConnector[];
  /** The connectors of the newest errors that the API counts; absent: unknown. */
  readonly riseOf?: (pipeline: PipelineStatus) => ConnectorRise;
};

const stateOrder: readonly ErrorRow['state'][] = ['unseen', 'seen', 'muted'];
/** These come first within a pipeline, in this order; then errors, the newest first. */
const incidentOrder: readonly ErrorRow['kind'][] = ['failed', 'ended', 'silent', 'lost', 'unread', 'restarted'];

/** A failure or an incident, not errors. */
export function isIncident({kind}: ErrorRow): boolean {
  return incidentOrder.includes(kind);
}

/**
 * Errors of all open logs by group, failures and connector errors of all pipelines, and incidents: unseen ones first,
 * muted ones last; then by pipeline, the newest activity first. An unseen row counts what is unseen.
 */
export function errorRows(input: ErrorRowsInput): readonly ErrorRow[] {
  const rows = [
    ...[...input.pipelines].flatMap((pipeline) => pipelineRows(pipeline, input)),
    ...input.incidents.map((incident) => incidentRow(incident, input)),
    ...input.logs.flatMap((log) => [...log.errors.values()].map((group) => groupRow(group, log.name, input))),
  ];
  return stateOrder.flatMap((state) => byPipeline(rows.filter((row) => row.state === state)));
}

function byPipeline(rows: readonly ErrorRow[]): readonly ErrorRow[] {
  const newest = new Map<string, number>();
  for (const {pipeline, last} of rows) newest.set(pipeline, Math.max(last ?? 0, newest.get(pipeline) ?? 0));
  const activity = (row: ErrorRow) => newest.get(row.pipeline) ?? 0;
  return [...rows].sort(
    (a, b) =>
      activity(b) - activity(a) ||
      (a.pipeline < b.pipeline ? -1 : a.pipeline > b.pipeline ? 1 : 0) ||
      urgency(a) - urgency(b) ||
      (b.last ?? 0) - (a.last ?? 0),
  );
}

function urgency({kind}: ErrorRow): number {
  const index = incidentOrder.indexOf(kind);
  return index < 0 ? incidentOrder.length : index;
}

/**
 * Of the connectors that failed for good those that count besides what is unseen: the line of the others is unseen itself,
 * or muted. `groups`: of the open log.
 */
export function pinnedOf(
  failed: readonly FailedConnector[],
  groups: ReadonlyMap<number, ErrorGroup> | undefined,
  {isSeen, muted}: {readonly isSeen: boolean; readonly muted: ReadonlySet<number>},
): readonly FailedConnector[] {
  return failed.filter(({group}) => {
    if (group === undefined) return true;
    return !muted.has(group) && (isSeen || (groups?.get(group)?.unseen ?? 0) === 0);
  });
}

function pipelineRows(pipeline: PipelineStatus, input: ErrorRowsInput): readonly ErrorRow[] {
  const {viewed, seen, logs, muted, riseOf, failedOf} = input;
  const {name, failing, failedAt: since, connectorErrors} = pipeline;
  const before = seen.get(name);
  const nowhere = {withheld: 0, firstId: undefined, lastId: undefined};
  const rows: ErrorRow[] = [];
  if (failing !== undefined) {
    const isSeen = viewed.has(name) || (before?.failing !== undefined && before.failedAt === since);
    const state = isSeen ? 'seen' : 'unseen';
    const key = `${name} failed`;
    rows.push({kind: 'failed', key, pipeline: name, state, why: failing, count: 1, since, last: since, ...nowhere});
  }
  const open = logs.find((each) => each.name === name);
  for (const {name: connector, group, at, message} of failedOf?.(name) ?? []) {
    if (group !== undefined && (open?.errors.has(group) || muted.has(group))) continue;
    const key = `${name} ended ${connector}`;
    const times = {since: at, last: at};
    rows.push({
      kind: 'ended',
      key,
      pipeline: name,
      state: 'unseen',
      connector,
      message,
      count: 1,
      ...times,
      ...nowhere,
    });
  }
  const log = open?.connectors;
  const {untold} = connectorTotal(connectorErrors, log);
  if (untold > 0) {
    const unseen = viewed.has(name) ? 0 : unseenConnectorErrors(pipeline, before, log);
    const [state, count] = unseen === 0 ? (['seen', untold] as const) : (['unseen', unseen] as const);
    const key = `${name} connectors`;
    const besides = log && (log.isWhole ? 'withheld' : 'withheld-or-before');
    const times = {since: undefined, last: undefined};
    const rise = state === 'unseen' ? (riseOf?.(pipeline) ?? []) : [];
    rows.push({kind: 'connectors', key, pipeline: name, state, count, besides, rise, ...times, ...nowhere});
  }
  return rows;
}

/**
 * Errors since the status `seen` that the API counts and the `log` does not have. The log is ahead of the list, which is
 * requested every 2 s: the larger count of both had been seen.
 */
export function unseenConnectorErrors(
  now: PipelineStatus,
  seen: PipelineStatus | undefined,
  log: ConnectorErrors | undefined,
): number {
  const {unseenInRun, seenInRun} = log ?? {unseenInRun: 0, seenInRun: 0};
  const before = Math.max(earlierErrors(seen, now), seenInRun);
  return Math.max(0, now.connectorErrors - before - unseenInRun);
}

function incidentRow({pipeline, kind, all, unseen}: IncidentSummary, {viewed, logs}: ErrorRowsInput): ErrorRow {
  const isUnseen = unseen !== undefined && !viewed.has(pipeline);
  const {last: incident, count, firstAt: since, lastAt: last, firstId, lastId} = isUnseen ? unseen : all;
  return {
    kind,
    key: `${pipeline} ${kind}`,
    ...{pipeline, state: isUnseen ? 'unseen' : 'seen', count, since, last, firstId, lastId, incident},
    withheld: 0,
    isOver: isOver(
      kind,
      logs.find(({name}) => name === pipeline),
    ),
  };
}

function isOver(kind: Incident['kind'], log: LogStatus | undefined): boolean {
  if (kind === 'unread') return log === undefined || log.unread.length === 0;
  return kind === 'silent' && log?.silent === undefined;
}

function groupRow(all: ErrorGroup, pipeline: string, {viewed, muted, failedOf}: ErrorRowsInput): ErrorRow {
  const isUnseen = all.unseen > 0 && !viewed.has(pipeline);
  const isPinned = !isUnseen && failedOf?.(pipeline).some((failed) => failed.group === all.key) === true;
  const {lastId, lastAt, latest} = all;
  const last = {unseen: 1, unseenSuppressed: 0, unseenId: lastId, unseenAt: lastAt, unseenExample: latest};
  const group = isPinned ? {...all, ...last} : all;
  const state = muted.has(group.key) ? 'muted' : isUnseen || isPinned ? 'unseen' : 'seen';
  return {
    kind: group.key === watchedKey ? 'watched' : 'errors',
    key: `${pipeline} ${group.key}`,
    ...{pipeline, state, group},
    ends: state === 'unseen' ? {...group, example: group.unseenExample} : group,
    count: state === 'unseen' ? group.unseen : group.count,
    withheld: state === 'unseen' ? group.unseenSuppressed : group.suppressed,
    since: state === 'unseen' ? group.unseenAt : group.firstAt,
    last: group.lastAt,
    firstId: state === 'unseen' ? group.unseenId : group.firstId,
    lastId: group.lastId,
  };
}
