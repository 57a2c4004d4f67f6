import type {Clock} from '../lib/clock.ts';
import {watchedKey} from '../records/error-log.ts';
import type {ConnectorRise} from './connectors.ts';
import {
  type LogStatus,
  listEvents,
  logEvents,
  type PipelineStatuses,
  type StatusAt,
  type TimelineEvent,
} from './events.ts';

/**
 * A row of the away page: an event, a pipeline that runs on after a pause, or the number of lines received in a log
 * (`id`: the first of these lines). `times`: how often, if several times.
 */
export type AwayRow = {readonly times?: number} & (
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

/** Urgent events first, then the lines that each log received. Undefined without events; lines alone are none. */
export function awaySummary(
  before: StatusAt,
  now: StatusAt,
  muted: ReadonlySet<number>,
  riseOf: (pipeline: string, count: number) => ConnectorRise = () => [],
): AwaySummary | undefined {
  const logsBefore = new Map(before.logs.map((log) => [log.name, log]));
  const listed = before.pipelines && now.pipelines ? listEvents(before.pipelines, now.pipelines) : [];
  const logsNow = new Map(now.logs.map((log) => [log.name, log]));
  const ofList = listed.flatMap((event) => {
    const logs = {before: logsBefore.get(event.pipeline), now: logsNow.get(event.pipeline)};
    const earlier = before.pipelines?.get(event.pipeline)?.connectorErrors ?? 0;
    if (event.kind !== 'connectors') return event;
    return besidesLog({...event, rise: riseOf(event.pipeline, event.count)}, earlier, logs);
  });
  const ofLogs = now.logs.flatMap((log) => {
    const logBefore = logsBefore.get(log.name);
    return logBefore ? logEvents(logBefore, log, muted) : [];
  });
  const events = withoutRepeats([...ofList, ...ofLogs]);
  if (events.length === 0) return undefined;
  const sorted = kindOrder.flatMap((kind) => events.filter((event) => event.kind === kind).sort(byCount));
  return {
    since: before.at,
    until: now.at,
    rows: [...sorted.filter(isNews), ...sorted.filter((event) => !isNews(event)), ...received(logsBefore, now.logs)],
  };
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
function byCount(a: TimelineEvent, b: TimelineEvent): number {
  return a.kind === 'errors' && b.kind === 'errors' ? b.count - a.count : 0;
}

/** More errors of an earlier group are less urgent than all else. */
function isNews(event: TimelineEvent): boolean {
  return event.kind !== 'errors' || event.isNew || event.group.key === watchedKey;
}

/** Both the list and the log may report a restart; the log's event leads to its marker. */
function withoutRepeats(events: readonly TimelineEvent[]): readonly TimelineEvent[] {
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
  #keyAt: {readonly monotonic: number; readonly wall: number};

  constructor(options: AwayOptions) {
    this.#options = options;
    this.#status = options.status();
    this.#statusAt = options.clock.monotonic();
    this.#keyAt = this.#now();
  }

  /** Returns the status at the last key if the user was away since; the same one if the user then leaves again. */
  onKey(): StatusAt | undefined {
    const before = this.#keyAt;
    const now = this.#now();
    this.#keyAt = now;
    // While the machine sleeps the monotonic clock stops.
    const pause = Math.max(now.monotonic - before.monotonic, now.wall - before.wall);
    const {awayAfter, status} = this.#options;
    if (awayAfter > 0 && pause >= awayAfter) {
      this.#statusAt = Number.NEGATIVE_INFINITY;
      return this.#status;
    }
    if (now.monotonic - this.#statusAt >= maxStatusAge) {
      this.#status = status();
      this.#statusAt = now.monotonic;
    }
    return undefined;
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
