import {type ErrorGroup, watchedKey} from '../records/error-log.ts';
import type {Incident, LogStatus, PipelineStatus} from './events.ts';
import type {IncidentSummary} from './incidents.ts';

/** One line of the list of errors. Times are wall milliseconds; ids undefined where there is no entry to go to. */
export type ErrorRow = {
  /** The same as long as the row stands for the same. */
  readonly key: string;
  readonly pipeline: string;
  readonly state: 'unseen' | 'seen' | 'muted';
  readonly count: number;
  readonly since: number | undefined;
  readonly last: number | undefined;
  readonly firstId: number | undefined;
  readonly lastId: number | undefined;
} & (
  | {readonly kind: 'errors' | 'watched'; readonly group: ErrorGroup}
  | {readonly kind: 'failed'; readonly why: string}
  | {readonly kind: 'connectors'}
  /** `incident`: the last of them, of losses the sum. `isOver`: it is as it should be again. */
  | {readonly kind: Incident['kind']; readonly incident: Incident; readonly isOver: boolean}
);

export type ErrorRowsOptions = {
  readonly logs: readonly LogStatus[];
  readonly pipelines: Iterable<PipelineStatus>;
  readonly incidents: readonly IncidentSummary[];
  /** Names of the pipelines whose logs are on the screen: nothing of them is unseen. */
  readonly viewed: ReadonlySet<string>;
  readonly muted: ReadonlySet<number>;
  /** Failures and connector errors that were seen, by pipeline. */
  readonly seen: ReadonlyMap<string, PipelineStatus>;
};

const stateOrder: readonly ErrorRow['state'][] = ['unseen', 'seen', 'muted'];
/** Within a pipeline these come first, in this order; then errors, the newest first. */
const kindOrder: readonly ErrorRow['kind'][] = ['failed', 'silent', 'lost', 'restarted'];

/** The row stands for something that befell the pipeline, and not for errors of a kind. */
export function isIncident({kind}: ErrorRow): boolean {
  return kindOrder.includes(kind);
}

/**
 * The errors of all open logs by fingerprint, what the list says of pipelines, and what befell them: unseen ones first, muted
 * ones last; by pipeline, the one with the newest activity first. The count of an unseen row is of what is unseen.
 */
export function errorRows(options: ErrorRowsOptions): readonly ErrorRow[] {
  const rows = [
    ...[...options.pipelines].flatMap((pipeline) => pipelineRows(pipeline, options)),
    ...options.incidents.map((each) => incidentRow(each, options)),
    ...options.logs.flatMap((log) => [...log.errors.values()].map((group) => groupRow(group, log.name, options))),
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
  const at = kindOrder.indexOf(kind);
  return at < 0 ? kindOrder.length : at;
}

function incidentRow({pipeline, kind, all, unseen, isOver}: IncidentSummary, {viewed}: ErrorRowsOptions): ErrorRow {
  const isUnseen = unseen !== undefined && !viewed.has(pipeline);
  const {last: incident, count, firstAt: since, lastAt: last, firstId, lastId} = isUnseen ? unseen : all;
  const state = isUnseen ? 'unseen' : 'seen';
  return {
    kind,
    key: `${pipeline} ${kind}`,
    ...{pipeline, state, count, since, last, firstId, lastId, incident, isOver},
  };
}

function groupRow(group: ErrorGroup, pipeline: string, {viewed, muted}: ErrorRowsOptions): ErrorRow {
  const isUnseen = group.unseen > 0 && !viewed.has(pipeline);
  const state = muted.has(group.key) ? 'muted' : isUnseen ? 'unseen' : 'seen';
  return {
    kind: group.key === watchedKey ? 'watched' : 'errors',
    key: `${pipeline} ${group.key}`,
    ...{pipeline, state, group},
    count: state === 'unseen' ? group.unseen : group.count,
    since: state === 'unseen' ? group.unseenAt : group.firstAt,
    last: group.lastAt,
    firstId: state === 'unseen' ? group.unseenId : group.firstId,
    lastId: group.lastId,
  };
}

function pipelineRows(pipeline: PipelineStatus, {viewed, seen}: ErrorRowsOptions): readonly ErrorRow[] {
  const {name, failing, since, connectorErrors} = pipeline;
  const before = seen.get(name);
  const isViewed = viewed.has(name);
  const nowhere = {firstId: undefined, lastId: undefined};
  const rows: ErrorRow[] = [];
  if (failing !== undefined) {
    const isSeen = isViewed || (before?.failing !== undefined && before.since === since);
    const state = isSeen ? 'seen' : 'unseen';
    const key = `${name} failed`;
    rows.push({kind: 'failed', key, pipeline: name, state, why: failing, count: 1, since, last: since, ...nowhere});
  }
  if (connectorErrors > 0) {
    const unseen = isViewed ? 0 : unseenConnectorErrors(pipeline, before);
    const count = unseen === 0 ? connectorErrors : unseen;
    const state = unseen === 0 ? 'seen' : 'unseen';
    const key = `${name} connectors`;
    rows.push({kind: 'connectors', key, pipeline: name, state, count, since: undefined, last: undefined, ...nowhere});
  }
  return rows;
}

/** Connector errors since the status that was seen. A pipeline that counts from zero again has none until it passes. */
export function unseenConnectorErrors(now: PipelineStatus, seen: PipelineStatus | undefined): number {
  return Math.max(0, now.connectorErrors - (seen?.connectorErrors ?? 0));
}
