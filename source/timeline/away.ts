import type {Clock} from '../lib/clock.ts';
import {watchedKey} from '../records/error-log.ts';
import {type LogStatus, logEvents, pipelineEvents, type StatusAt, type TimelineEvent} from './events.ts';

/** A row of the summary: what happened, or how much was received in a tab (`id`: the first line of it). */
export type AwayRow =
  | TimelineEvent
  | {readonly kind: 'received'; readonly pipeline: string; readonly lines: number; readonly id: number};

/** What happened while nobody looked, from `since` to `until` (wall milliseconds). */
export type AwaySummary = {readonly since: number; readonly until: number; readonly rows: readonly AwayRow[]};

/** What is wanted first: what is down, then what is lost for good, then what may explain it. */
const order: readonly TimelineEvent['kind'][] = [
  'failed',
  'silent',
  'lost',
  'stopped',
  'restarted',
  'errors',
  'connectors',
];

/**
 * What happened between two moments: the urgent first, then what each tab received. Undefined if nothing did: lines
 * alone are no news. Shapes in `muted` are none either.
 */
export function awaySummary(left: StatusAt, now: StatusAt, muted: ReadonlySet<number>): AwaySummary | undefined {
  const before = new Map(left.logs.map((log) => [log.name, log]));
  const listed = left.pipelines;
  const ofList = listed
    ? [...(now.pipelines?.values() ?? [])].flatMap((pipeline) => pipelineEvents(listed.get(pipeline.name), pipeline))
    : [];
  const ofLogs = now.logs.flatMap((log) => logEvents(before.get(log.name), log, muted));
  const happened = withoutRepeats([...ofList, ...ofLogs]);
  if (happened.length === 0) return undefined;
  const sorted = order.flatMap((kind) => happened.filter((each) => each.kind === kind).sort(byCount));
  return {
    since: left.at,
    until: now.at,
    rows: [...sorted.filter(isNews), ...sorted.filter((each) => !isNews(each)), ...received(before, now.logs)],
  };
}

/** The most frequent errors first; the rest as it came. */
function byCount(a: TimelineEvent, b: TimelineEvent): number {
  return a.kind === 'errors' && b.kind === 'errors' ? b.count - a.count : 0;
}

/** More of what was there before is less urgent than all else. */
function isNews(each: TimelineEvent): boolean {
  return each.kind !== 'errors' || each.isNew || each.group.key === watchedKey;
}

/** List and log may both tell of a restart: the log knows where. */
function withoutRepeats(happened: readonly TimelineEvent[]): readonly TimelineEvent[] {
  const cleared = new Set(
    happened.flatMap((each) => (each.kind === 'restarted' && each.logCleared ? each.pipeline : [])),
  );
  return happened.filter((each) => each.kind !== 'restarted' || each.logCleared || !cleared.has(each.pipeline));
}

function received(before: ReadonlyMap<string, LogStatus>, logs: readonly LogStatus[]): readonly AwayRow[] {
  return logs.flatMap((log): readonly AwayRow[] => {
    const known = before.get(log.name);
    const lines = log.lines - (known?.lines ?? 0);
    return known && lines > 0 ? [{kind: 'received', pipeline: log.name, lines, id: known.endId}] : [];
  });
}

/** What was known when the user left need not be exact to the second: a key held down looks at everything once. */
const renewEvery = 1000;

/** Tells whether the user was away, and what was known when they left. */
export class AwayDetector {
  readonly #clock: Pick<Clock, 'monotonic' | 'wall'>;
  /** Milliseconds; 0: never. */
  readonly #awayAfter: number;
  readonly #look: () => StatusAt;
  #left: StatusAt;
  #leftAt: number;
  #keyAt: {readonly monotonic: number; readonly wall: number};

  constructor(options: {clock: Pick<Clock, 'monotonic' | 'wall'>; awayAfter: number; look: () => StatusAt}) {
    this.#clock = options.clock;
    this.#awayAfter = options.awayAfter;
    this.#look = options.look;
    this.#left = options.look();
    this.#leftAt = options.clock.monotonic();
    this.#keyAt = this.#now();
  }

  /**
   * A key was pressed. Answers what was known at the key before it, if that was long enough ago. What is answered stays
   * in force until a key that follows at once: who leaves again without a look has missed nothing.
   */
  onKey(): StatusAt | undefined {
    const before = this.#keyAt;
    const now = this.#now();
    this.#keyAt = now;
    // A machine that slept: its monotonic clock stood still.
    const rest = Math.max(now.monotonic - before.monotonic, now.wall - before.wall);
    if (this.#awayAfter > 0 && rest >= this.#awayAfter) {
      this.#leftAt = Number.NEGATIVE_INFINITY;
      return this.#left;
    }
    if (now.monotonic - this.#leftAt >= renewEvery) {
      this.#left = this.#look();
      this.#leftAt = now.monotonic;
    }
    return undefined;
  }

  /** A log has caught up: what it brought until now is history. */
  onCaughtUp(log: LogStatus): void {
    const logs = [...this.#left.logs.filter(({name}) => name !== log.name), log];
    this.#left = {...this.#left, logs};
  }

  /** The first list came: what it says was so before. */
  onFirstList(pipelines: StatusAt['pipelines']): void {
    this.#left = {...this.#left, pipelines: this.#left.pipelines ?? pipelines};
  }

  #now() {
    return {monotonic: this.#clock.monotonic(), wall: this.#clock.wall()};
  }
}
