import {watchedKey} from './error-shapes.ts';
import {type Happening, logHappenings, pipelineHappenings} from './happenings.ts';
import type {LogSight, Sight} from './sight.ts';

/** A row of the summary: what happened, or how much was received in a tab (`id`: the first line of it). */
export type AwayRow =
  | Happening
  | {readonly kind: 'received'; readonly pipeline: string; readonly lines: number; readonly id: number};

/** What happened while nobody looked, from `since` to `until` (wall milliseconds). */
export type AwaySummary = {readonly since: number; readonly until: number; readonly rows: readonly AwayRow[]};

/** What is wanted first: what is down, then what is lost for good, then what may explain it. */
const order: readonly Happening['kind'][] = [
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
export function awaySummary(left: Sight, now: Sight, muted: ReadonlySet<number>): AwaySummary | undefined {
  const before = new Map(left.logs.map((log) => [log.name, log]));
  const listed = left.pipelines;
  const ofList = listed
    ? [...(now.pipelines?.values() ?? [])].flatMap((pipeline) =>
        pipelineHappenings(listed.get(pipeline.name), pipeline),
      )
    : [];
  const ofLogs = now.logs.flatMap((log) => logHappenings(before.get(log.name), log, muted));
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
function byCount(a: Happening, b: Happening): number {
  return a.kind === 'errors' && b.kind === 'errors' ? b.count - a.count : 0;
}

/** More of what was there before is less urgent than all else. */
function isNews(each: Happening): boolean {
  return each.kind !== 'errors' || each.isNew || each.shape.key === watchedKey;
}

/** List and log may both tell of a restart: the log knows where. */
function withoutRepeats(happened: readonly Happening[]): readonly Happening[] {
  const cleared = new Set(
    happened.flatMap((each) => (each.kind === 'restarted' && each.logCleared ? each.pipeline : [])),
  );
  return happened.filter((each) => each.kind !== 'restarted' || each.logCleared || !cleared.has(each.pipeline));
}

function received(before: ReadonlyMap<string, LogSight>, logs: readonly LogSight[]): readonly AwayRow[] {
  return logs.flatMap((log): readonly AwayRow[] => {
    const known = before.get(log.name);
    const lines = log.lines - (known?.lines ?? 0);
    return known && lines > 0 ? [{kind: 'received', pipeline: log.name, lines, id: known.endId}] : [];
  });
}
