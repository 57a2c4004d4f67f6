import type {ApiFailure} from '../../engine/api/types.ts';
import {type LossCount, noLosses, type OutputStream} from '../../engine/buffer/markers.ts';
import type {Log} from '../../engine/logs/log.ts';
import {isSilent, type LogSnapshot} from '../../engine/logs/log-snapshot.ts';
import type {UnaskedEnds} from '../../engine/logs/log-states.ts';
import {type ListSnapshot, outageSince} from '../../engine/pipelines/list-poller.ts';
import {
  type ConnectorErrorCount,
  type ErrorGroup,
  isUnfinished,
  watchPatternKey,
} from '../../engine/records/error-log.ts';
import {isPanicLine} from '../../engine/records/line-kind.ts';
import {clean} from '../../lib/clean.ts';
import type {EventOf, PipelineEvent} from './pipeline-event.ts';

/** An open log at one moment: two of them show what happened in between. */
export type LogStatus = {
  readonly name: string;
  /** Unix time in ms. */
  readonly at: number;
  /** One past the newest entry. */
  readonly endId: number;
  readonly errors: ReadonlyMap<number, ErrorGroup>;
  readonly connectors: ConnectorErrorCount;
  readonly losses: LossCount;
  /** See `Log.ends`. */
  readonly ends: UnaskedEnds;
  /** The lost streams of the process: nobody reads them now. */
  readonly lostStreams: readonly OutputStream[];
  /**
   * `live`: all that the server had was read, and what comes is read; `coming`: it is being read, or asked for; `cut`: it
   * is not, until it comes again.
   */
  readonly flow: 'live' | 'coming' | 'cut';
  /**
   * Unix time in ms since when it is cut, and in words why it does not come again, if known; undefined: it is not cut.
   */
  readonly cut: {readonly since: number; readonly why: string | undefined} | undefined;
  /** Why the log is not followed, in words; undefined while it is, or soon will be, and while its pipeline is deleted. */
  readonly disconnected: string | undefined;
  /** Unix time in ms, as that of `cut`; undefined while it is not disconnected. */
  readonly disconnectedSince: number | undefined;
  /** When its pipeline was found to be deleted, Unix time in ms; undefined: it was not, or one of this name is back. */
  readonly deletedAt: number | undefined;
};

/** Events between two statuses of a log. */
export type LogChange = {
  readonly before: LogStatus;
  readonly now: LogStatus;
  readonly events: readonly PipelineEvent[];
};

/** Status of a log before its first byte. */
const nothing: Omit<LogStatus, 'name' | 'at' | 'connectors'> = {
  endId: 0,
  errors: new Map(),
  losses: noLosses,
  ends: {count: 0, last: []},
  lostStreams: [],
  flow: 'coming',
  cut: undefined,
  disconnected: undefined,
  disconnectedSince: undefined,
  deletedAt: undefined,
};

/** The status before the first byte of a log, of which `now` is the first status that was read. */
export function statusBefore(now: LogStatus): LogStatus {
  return {...now, ...nothing};
}

type Moment = {
  /** Unix time in ms. */
  readonly now: number;
  /** The last request for the list: an open connection does not prove that the server is there. */
  readonly list: Pick<ListSnapshot, 'failure' | 'unansweredSince'> & Partial<Pick<ListSnapshot, 'goodAt'>>;
  /** See `LogConnection`. */
  readonly endedAt?: number | undefined;
};

/** `before`: the previous status of the log. */
export function logStatus(
  {
    name,
    buffer,
    errors,
    losses,
    ends,
    lostStreams,
    snapshot,
  }: Pick<Log, 'name' | 'buffer' | 'errors' | 'losses' | 'ends' | 'lostStreams' | 'snapshot'>,
  before: LogStatus | undefined,
  {now, list, endedAt}: Moment,
): LogStatus {
  const shown = snapshot.get();
  const {flow, why = before?.cut?.why, ...read} = readConnection(shown, before, {now, hadLog: buffer.endId > 0});
  // A request in progress may still be answered.
  const isUnanswered = list.failure !== undefined && now - (list.unansweredSince ?? now) >= deadAfter;
  const isDead = isUnanswered && isSilent(shown, list);
  const disconnected = isDead ? failureWords(list.failure) : read.disconnected;
  const unansweredSince = isDead ? list.unansweredSince : undefined;
  const began = Math.min(outageSince(list) ?? unansweredSince ?? now, endedAt ?? now);
  const since = before?.disconnectedSince ?? before?.cut?.since ?? began;
  return {
    name,
    at: now,
    endId: buffer.endId,
    errors: errors.byKey,
    losses,
    ends,
    lostStreams,
    connectors: errors.connectors,
    flow,
    cut: flow === 'cut' ? {since, why} : undefined,
    disconnected,
    disconnectedSince: disconnected === undefined ? undefined : since,
    deletedAt: read.deletedAt,
  };
}

/** Failed attempts after which the log counts as disconnected: a restart of the server takes at most two. */
const failedAttempts = 3;

/** Milliseconds in which an open connection brings nothing and the server answers nothing. */
const deadAfter = 30_000;

type Read = Pick<LogStatus, 'flow' | 'disconnected' | 'deletedAt'> & {readonly why?: string | undefined};

/** A log that is disconnected stays so until it is live again. `hadLog`: it has lines, so that a missing pipeline was deleted. */
function readConnection(
  {connection}: LogSnapshot,
  before: LogStatus | undefined,
  {now, hadLog}: {readonly now: number; readonly hadLog: boolean},
): Read {
  const wasCut = before?.flow === 'cut';
  const well = {disconnected: undefined, deletedAt: undefined};
  const same = {disconnected: before?.disconnected, deletedAt: before?.deletedAt};
  switch (connection?.kind) {
    case undefined:
      return {flow: 'coming', ...well};
    case 'live':
      return {flow: 'live', ...well};
    // It is not its turn.
    case 'idle':
      return {flow: before?.flow === 'live' || wasCut ? 'cut' : 'coming', ...well};
    case 'connecting':
      return {flow: wasCut ? 'cut' : 'coming', ...same};
    case 'waiting': {
      const words = failureWords(connection.failure);
      const disconnected = connection.tries < failedAttempts ? same.disconnected : words;
      return {...same, flow: 'cut', why: connection.failure && words, disconnected};
    }
    case 'ended':
      return {flow: 'cut', ...same};
    case 'gone': {
      const {reason} = connection;
      const why = reason.kind === 'refused' ? failureWords(reason.failure) : undefined;
      const isMissing = reason.kind === 'deleted' && !hadLog;
      const deletedAt = reason.kind === 'deleted' && hadLog ? now : undefined;
      const disconnected = isMissing ? 'there is no such pipeline' : why;
      return {flow: 'cut', why, disconnected, deletedAt: same.deletedAt ?? deletedAt};
    }
    default:
      return {flow: 'coming', ...same};
  }
}

/** Returns words on a failure, in one line. */
export function failureWords(failure: ApiFailure | undefined): string {
  return failure === undefined || failure.kind === 'cancelled' ? 'does not answer' : clean(failure.message);
}

/** Returns what happened to the log between the two, and which errors came. */
export function logEvents(before: LogStatus, now: LogStatus): readonly PipelineEvent[] {
  const {name: pipeline, losses} = now;
  const events: PipelineEvent[] = [];
  const {disconnected: why, disconnectedSince: since, deletedAt} = now;
  const byUs = {pipeline, from: 'pipetail', count: 1} as const;
  if (why !== undefined && before.disconnected === undefined)
    events.push({kind: 'disconnected', ...byUs, why, at: now.cut?.since ?? since});
  if (why === undefined && before.disconnected !== undefined && now.flow === 'live' && deletedAt === undefined)
    events.push({kind: 'reconnected', ...byUs, since: before.cut?.since ?? before.disconnectedSince});
  if (deletedAt !== undefined && before.deletedAt === undefined) events.push({kind: 'deleted', ...byUs, at: deletedAt});
  const ofLog = {pipeline, from: 'log'} as const;
  const gaps = losses.gaps - before.losses.gaps;
  if (gaps > 0) {
    const atLeast = losses.atLeast - before.losses.atLeast;
    const atMost = losses.atMost - before.losses.atMost;
    events.push({kind: 'lost', ...ofLog, count: gaps, atLeast, atMost, ...placeOf(losses.gap)});
  }
  const lostStreams = losses.lostStreams - before.losses.lostStreams;
  if (lostStreams > 0) events.push({kind: 'stream-lost', ...ofLog, count: lostStreams, ...placeOf(losses.lostStream)});
  const clears = losses.clears - before.losses.clears;
  if (clears > 0) events.push({kind: 'restarted', ...ofLog, count: clears, ...placeOf(losses.clear)});
  return now.errors === before.errors ? events : [...events, ...errorEvents(before, now)];
}

function placeOf(loss: LossCount['gap']) {
  return {marker: loss?.marker, at: loss?.marker.at, id: loss?.id};
}

/** New groups before those with more of the same, the most frequent first. */
function errorEvents(
  before: LogStatus,
  {name: pipeline, errors, flow, at: readAt}: LogStatus,
): readonly PipelineEvent[] {
  const events: EventOf<'errors' | 'watched'>[] = [];
  // The last line of before may have been open.
  const sinceId = before.endId - 1;
  for (const [key, group] of errors) {
    if (isUnfinished(key)) continue;
    const earlier = before.errors.get(key);
    // A group that was dropped for newer ones and came back counts from zero.
    const counted = earlier?.firstId === group.firstId ? earlier : undefined;
    const count = group.count - (counted?.count ?? 0);
    const suppressed = group.suppressed - (counted?.suppressed ?? 0);
    const kind = key === watchPatternKey ? 'watched' : 'errors';
    // Lines that are read of the past, behind the others, are no news; watched lines are found a little later than they come.
    if (count <= 0 || (kind === 'errors' && group.lastId < sinceId)) continue;
    const isNew = earlier === undefined && kind === 'errors';
    const {firstId, firstAt, lastId, lastAt, example, unseenExample, latest} = group;
    const isFirst = isNew && firstId >= sinceId;
    const {id, at} = isFirst ? {id: firstId, at: firstAt} : {id: lastId, at: lastAt};
    // A panic has no time: it is then when it came.
    const isLive = before.flow === 'live' && flow === 'live';
    const place = {id, at: isLive && isPanicLine(example, 0, example.length) ? readAt : at};
    const first = isNew ? example : group.unseen === count ? unseenExample : latest;
    const ends = {key, example: first, latest};
    events.push({kind, pipeline, from: 'log', count, suppressed, group, ends, isNew, ...place});
  }
  return events.sort((a, b) => Number(b.isNew) - Number(a.isNew) || b.count - a.count);
}
