import {isSettled} from '../api/pipeline-state.ts';
import type {MonitorEvent} from '../api/types.ts';
import {duration, readTime} from '../lib/format.ts';
import type {PipelineHistory} from '../logs/pipeline-history.ts';
import type {AwayRow, AwaySummary} from './away.ts';
import {endKind} from './events.ts';
import {timelineOf} from './timeline.ts';

/** The urgent ones first. */
const kindOrder: readonly AwayRow['kind'][] = ['failed', 'stopped', 'paused', 'restarted', 'started', 'resumed'];

/**
 * What the API's events tell of the time from `since` to `until` (Unix time in ms), in which pipetail did not run.
 * Undefined: nothing happened, or the server does not tell.
 */
export function absenceSummary(
  histories: ReadonlyMap<string, PipelineHistory>,
  since: number,
  until: number,
): AwaySummary | undefined {
  const rows = [...histories].flatMap(([pipeline, history]) => [
    ...failures(pipeline, history, since),
    ...stateChanges(pipeline, history, since),
  ]);
  if (rows.length === 0) return undefined;
  const newest = rows.sort((a, b) => timeOf(b) - timeOf(a));
  return {since, until, rows: kindOrder.flatMap((kind) => newest.filter((row) => row.kind === kind))};
}

function timeOf(row: AwayRow): number {
  return 'at' in row ? (row.at ?? 0) : 0;
}

/**
 * Errors of the pipeline that appeared since then, each kind at its last time; of one that is gone, since when the pipeline
 * runs again, or how long it stood.
 */
function failures(pipeline: string, history: PipelineHistory, since: number): readonly AwayRow[] {
  const {events} = history;
  // An error that the oldest event has is older than that.
  const first = Math.max(since, readTime(events.at(-1)?.time ?? '') + 1);
  const failed = timelineOf({history, log: undefined}).filter(({what, at}) => what === 'failed' && at && at >= first);
  const running = runningSince(events);
  return [...Map.groupBy(failed, ({text}) => text)].flatMap(([text, [last, ...others]]): readonly AwayRow[] => {
    if (last?.at === undefined) return [];
    const {at, until} = last;
    const isBack = running !== undefined && running >= at;
    const stood = isBack || until === undefined || others.length > 0 ? '' : `, for ${duration(until - at)}`;
    const times = others.length > 0 && {times: others.length + 1};
    return [{kind: 'failed', pipeline, at, why: `${text}${stood}`, ...times, ...(isBack && {backSince: running})}];
  });
}

/** Unix time in ms; undefined: it does not run. `events`: the newest first. */
function runningSince(events: readonly MonitorEvent[]): number | undefined {
  const end = events.findIndex(({status}) => status !== 'Running');
  const start = events[(end === -1 ? events.length : end) - 1];
  return start && readTime(start.time);
}

type Change = Extract<AwayRow, {readonly from: string}>;

/** From one state in which a pipeline stays to the next, each at its last time; an end by an error is a failure's row. */
function stateChanges(pipeline: string, {events}: PipelineHistory, since: number): readonly AwayRow[] {
  const changes: Change[] = [];
  let before: string | undefined;
  /** It was not deployed since it ran last: the next start is another run. */
  let hasEnded = false;
  let hasRun = false;
  for (const {time, status, hasError, resourcesDesiredStatus} of events.toReversed()) {
    hasEnded ||= ['Stopped', 'Provisioning'].includes(status);
    const to = hasError && status === 'Stopped' ? 'Failed' : status;
    // A start first removes the error of the run before.
    const isStarting = to === 'Stopped' && resourcesDesiredStatus !== 'Stopped';
    if (!isSettled(to) || isStarting) continue;
    const at = readTime(time);
    const kind = kindOf(before, to, {hasEnded, hasRun});
    if (kind && before !== undefined && at >= since) changes.push({kind, by: 'list', pipeline, at, from: before, to});
    before = to;
    if (to !== 'Running') continue;
    hasEnded = false;
    hasRun = true;
  }
  const groups = Map.groupBy(changes.reverse(), ({kind, from, to}) => `${kind} ${from} ${to}`);
  return [...groups.values()].flatMap(([last, ...others]): readonly AwayRow[] => {
    if (!last) return [];
    return others.length === 0 ? [last] : [{...last, times: others.length + 1}];
  });
}

function kindOf(
  from: string | undefined,
  to: string,
  {hasEnded, hasRun}: {readonly hasEnded: boolean; readonly hasRun: boolean},
): Change['kind'] | undefined {
  if (to !== 'Running') return from === to || to === 'Failed' ? undefined : endKind(to);
  if (hasEnded) return hasRun ? 'restarted' : 'started';
  return from === to ? undefined : 'resumed';
}
