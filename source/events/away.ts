import type {Clock} from '../lib/clock.ts';
import {watchedKey} from '../records/error-log.ts';
import type {ConnectorRise} from './connectors.ts';
import {
  isSince,
  type LogStatus,
  listEvents,
  logEvents,
  type PipelineStatus,
  type PipelineStatuses,
  type StatusAt,
  type TimelineEvent,
} from './events.ts';

/**
 * A row of the away page: an event, a pipeline that runs on after a pause, or the number of lines received in a log
 * (`id`: the first of these lines). `times`: how often, if several times. `backSince`: Unix time in ms since when the
 * pipeline runs again.
 */
export type AwayRow = {readonly times?: number; readonly backSince?: number} & (
  | TimelineEvent
  | {
      readonly kind: 'resumed';
      readonly pipeline: string;
      readonly id?: number;
      readonly at: number;
      readonly from: string;
      readonly to: string;
    }
  | {readonly kind: 'received'; readonly pipeline: string; readonly lines: number; readonly id: number}
);

type AwayEvent = Extract<AwayRow, TimelineEvent>;

/** What happened while the user was away, from `since` to `until` (Unix time in ms). */
export type AwaySummary = {readonly since: number; readonly until: number; readonly rows: readonly AwayRow[]};

/** What needs action first, then what is lost, then what may explain it. */
const kindOrder: readonly TimelineEvent['kind'][] = [
  'failed',
  'silent',
  'lost',
  'unread',
  'stopped',
  'paused',
  'restarted',
  'started',
  'errors',
  'connectors',
];

type AwayInput = {
  readonly muted: ReadonlySet<number>;
  /** Connectors of so many new errors of a pipeline. */
  readonly riseOf?: (pipeline: string, count: number) => ConnectorRise;
  /** Failures and changes of state between the two statuses, as the lists in between told them. */
  readonly happened?: Happened;
};

/** Urgent events first, then the lines that each log received. Undefined without events; lines alone are none. */
export function awaySummary(
  before: StatusAt,
  now: StatusAt,
  {muted, riseOf = () => [], happened = new Happened()}: AwayInput,
): AwaySummary | undefined {
  const logsBefore = new Map(before.logs.map((log) => [log.name, log]));
  const listed = before.pipelines && now.pipelines ? listEvents(before.pipelines, now.pipelines) : [];
  const logsNow = new Map(now.logs.map((log) => [log.name, log]));
  const ofApi = listed.flatMap((event) => {
    const logs = {before: logsBefore.get(event.pipeline), now: logsNow.get(event.pipeline)};
    const earlier = before.pipelines?.get(event.pipeline)?.connectorErrors ?? 0;
    if (event.kind !== 'connectors') return [];
    return besidesLog({...event, rise: riseOf(event.pipeline, event.count)}, earlier, logs);
  });
  const ofLogs = now.logs.flatMap((log) => {
    const logBefore = logsBefore.get(log.name);
    if (!logBefore) return [];
    // The open line of before may have become an error since.
    return logEvents(logBefore, log, muted).filter((event) => !('group' in event) || isSince(logBefore, event.group));
  });
  const changes = happened.rows.map((row) => withReturn(row, now.pipelines?.get(row.pipeline)));
  const events = withoutRepeats([...changes, ...ofApi, ...ofLogs]);
  if (events.length === 0) return undefined;
  const sorted = kindOrder.flatMap((kind) => events.filter((event) => event.kind === kind).sort(byCount));
  return {
    since: before.at,
    until: now.at,
    rows: [...sorted.filter(isNews), ...sorted.filter((event) => !isNews(event)), ...received(logsBefore, now.logs)],
  };
}

/** A pipeline that failed, was stopped or paused, and runs again. */
function withReturn(row: AwayEvent, pipeline: PipelineStatus | undefined): AwayEvent {
  const {at = 0} = row;
  const ends = row.kind === 'failed' || row.kind === 'stopped' || row.kind === 'paused';
  return ends && pipeline?.running && pipeline.since >= at ? {...row, backSince: pipeline.since} : row;
}

/** What the API counts and the log has too is in the log's own events. `earlier`: what the API had counted before. */
function besidesLog(
  event: Extract<TimelineEvent, {kind: 'connectors'}>,
  earlier: number,
  logs: {readonly before: LogStatus | undefined; readonly now: LogStatus | undefined},
): readonly TimelineEvent[] {
  if (!logs.before || !logs.now) return [event];
  const {before, now} = {before: logs.before.connectors, now: logs.now.connectors};
  // In the same run, the log had more than the list, which is requested only now and then.
  const isSameRun = now.all - now.inRun === before.all - before.inRun;
  const lag = isSameRun ? Math.max(0, before.inRun - earlier) : 0;
  const count = event.count - lag - (now.all - before.all);
  return count > 0 ? [{...event, count, besidesLog: true}] : [];
}

/** The most frequent errors first; other events keep their order. */
function byCount(a: AwayEvent, b: AwayEvent): number {
  return a.kind === 'errors' && b.kind === 'errors' ? b.count - a.count : 0;
}

/** More errors of an earlier group are less urgent than all else. */
function isNews(event: TimelineEvent): boolean {
  return event.kind !== 'errors' || event.isNew || event.group.key === watchedKey;
}

/** Both the list and the log may report a restart; the log's event leads to its marker. */
function withoutRepeats(events: readonly AwayEvent[]): readonly AwayEvent[] {
  const cleared = new Set(
    events.flatMap((event) => (event.kind === 'restarted' && event.by === 'log' ? event.pipeline : [])),
  );
  return events.filter((event) => event.kind !== 'restarted' || event.by === 'log' || !cleared.has(event.pipeline));
}

function received(before: ReadonlyMap<string, LogStatus>, logs: readonly LogStatus[]): readonly AwayRow[] {
  return logs.flatMap((log): readonly AwayRow[] => {
    const logBefore = before.get(log.name);
    const lines = log.lines - (logBefore?.lines ?? 0);
    return logBefore && lines > 0 ? [{kind: 'received', pipeline: log.name, lines, id: logBefore.endId}] : [];
  });
}

/** Different rows that are kept of an absence, which may be long. */
const mostRows = 500;

/** Failures and changes of state of pipelines, each kind of a pipeline at its last time. */
export class Happened {
  readonly #rows = new Map<string, AwayEvent>();

  add(events: readonly TimelineEvent[]): void {
    for (const event of events) {
      const words = 'why' in event ? event.why : 'from' in event ? `${event.from} ${event.to}` : undefined;
      if (words === undefined || event.kind === 'silent') continue;
      const key = `${event.pipeline} ${event.kind} ${words}`;
      const before = this.#rows.get(key);
      this.#rows.delete(key);
      this.#rows.set(key, before ? {...event, times: (before.times ?? 1) + 1} : event);
      const [oldest] = this.#rows.keys();
      if (this.#rows.size > mostRows && oldest !== undefined) this.#rows.delete(oldest);
    }
  }

  /** The newest first. */
  get rows(): readonly AwayEvent[] {
    return [...this.#rows.values()].reverse();
  }
}

/** In ms: a key that is held down must not read all logs with every repeat. */
const maxStatusAge = 1000;

type AwayOptions = {
  readonly clock: Pick<Clock, 'monotonic' | 'wall'>;
  /** Milliseconds without a key; 0: never away. */
  readonly awayAfter: number;
  readonly status: () => StatusAt;
};

/** Keeps the status at the last key. */
export class AwayDetector {
  readonly #options: AwayOptions;
  #status: StatusAt;
  #statusAt: number;
  #happened = new Happened();
  #keyAt: {readonly monotonic: number; readonly wall: number};

  constructor(options: AwayOptions) {
    this.#options = options;
    this.#status = options.status();
    this.#statusAt = options.clock.monotonic();
    this.#keyAt = this.#now();
  }

  /**
   * Returns the status at the last key if the user was away since, and what happened since then; the same one if the user
   * then leaves again.
   */
  onKey(): {readonly status: StatusAt; readonly happened: Happened} | undefined {
    const before = this.#keyAt;
    const now = this.#now();
    this.#keyAt = now;
    // While the machine sleeps the monotonic clock stops.
    const pause = Math.max(now.monotonic - before.monotonic, now.wall - before.wall);
    const {awayAfter, status} = this.#options;
    if (awayAfter > 0 && pause >= awayAfter) {
      this.#statusAt = Number.NEGATIVE_INFINITY;
      return {status: this.#status, happened: this.#happened};
    }
    if (now.monotonic - this.#statusAt >= maxStatusAge) {
      this.#status = status();
      this.#statusAt = now.monotonic;
      this.#happened = new Happened();
    }
    return undefined;
  }

  /** Unix time in ms of the last key, or of the start. */
  get keyAt(): number {
    return this.#keyAt.wall;
  }

  /** What a list or a log told of pipelines. */
  onEvents(events: readonly TimelineEvent[]): void {
    this.#happened.add(events);
  }

  /** What the log received until now is history. */
  onCaughtUp(log: LogStatus): void {
    const logs = [...this.#status.logs.filter(({name}) => name !== log.name), log];
    this.#status = {...this.#status, logs};
  }

  /** The states of the first list are history. */
  onFirstList(pipelines: PipelineStatuses): void {
    this.#status = {...this.#status, pipelines: this.#status.pipelines ?? pipelines};
  }

  #now() {
    const {clock} = this.#options;
    return {monotonic: clock.monotonic(), wall: clock.wall()};
  }
}
