import {isUndeployed, stateOf} from '../../engine/api/pipeline-state.ts';
import type {PipelineHistory} from '../../engine/pipelines/pipeline-history.ts';
import {readTime} from '../../lib/format.ts';
import {isCompileError, stateWord} from '../words/pipeline.ts';
import type {EventOf, PipelineEvent} from './pipeline-event.ts';
import {isEnding, outagePatience} from './pipeline-status.ts';
import {timelineOf} from './timeline.ts';

/** A change of what a pipeline does that is no failure. */
export type RunChange = EventOf<'started' | 'restarted' | 'resumed' | 'paused' | 'stopped' | 'unavailable'>;

export function isRunChange(event: PipelineEvent): event is RunChange {
  const {kind, from} = event;
  return (
    (kind === 'restarted' && from === 'API') ||
    ['started', 'resumed', 'paused', 'stopped', 'unavailable'].includes(kind)
  );
}

/** What the API's events tell of the runs of a pipeline, the oldest first: the same as lists would. */
export function historyEvents(pipeline: string, history: PipelineHistory): readonly PipelineEvent[] {
  const ofApi = {pipeline, from: 'API', count: 1} as const;
  const failures = timelineOf({pipeline, history, log: undefined}).flatMap((event): readonly PipelineEvent[] => {
    if (event.kind === 'failed') return [event];
    const isFailure = event.kind === 'program' && isCompileError(event.now);
    return isFailure ? [{kind: 'failed', ...ofApi, at: event.at, why: stateWord(event.now)}] : [];
  });
  const events = [...failures.toReversed(), ...changesOf(pipeline, history), ...outagesOf(pipeline, history)];
  return events.sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
}

/** Of a change of state or of an error: the server also writes an event every few minutes. The oldest first. */
type Point = {readonly at: number; readonly status: string; readonly hasError: boolean};

function pointsOf({events}: PipelineHistory): readonly Point[] {
  const points = events.map(({time, status, hasError}) => ({at: readTime(time), status, hasError})).reverse();
  return points.filter(({status, hasError}, index) => {
    const before = points[index - 1];
    return status !== before?.status || hasError !== before.hasError;
  });
}

function changesOf(pipeline: string, history: PipelineHistory): readonly RunChange[] {
  const told: RunChange[] = [];
  /** A stop that may turn out to be a failure. */
  let stop: RunChange | undefined;
  let [isRunning, isPaused, hasEnded] = [false, false, false];
  let before: string | undefined;
  for (const {at, status: now, hasError} of pointsOf(history)) {
    const change = {pipeline, from: 'API', count: 1, at, before: before ?? now, now} as const;
    if (hasError) stop = undefined;
    else if (isEnding(now) && (isRunning || isPaused)) stop = {kind: 'stopped', ...change};
    if (now === 'Paused' && isRunning) told.push({kind: 'paused', ...change});
    const isUp = now === 'Running' || now === 'Paused';
    if (isUp && hasEnded) told.push({kind: 'restarted', ...change});
    else if (now === 'Running' && isPaused) told.push({kind: 'resumed', ...change});
    if (isUndeployed(now) && stop) {
      told.push({...stop, until: at});
      stop = undefined;
    }
    hasEnded = !isUp && (hasEnded || stateOf(now).has !== 'process');
    isRunning = now === 'Running' || (isRunning && now === 'Unavailable');
    isPaused = now === 'Paused';
    before = now;
  }
  return stop ? [...told, stop] : told;
}

/** Times in which it could not be reached, as long as those that lists tell of. */
function outagesOf(pipeline: string, history: PipelineHistory): readonly RunChange[] {
  const points = pointsOf(history);
  return points.flatMap(({at, status, hasError}, index): readonly RunChange[] => {
    const next = points[index + 1];
    if (status !== 'Unavailable' || hasError || (next && next.at - at < outagePatience)) return [];
    const ofApi = {pipeline, from: 'API', count: 1} as const;
    const isBack = next?.status === 'Running';
    return [
      {kind: 'unavailable', ...ofApi, at, until: next?.at, why: stateWord(status)},
      ...(isBack ? [{kind: 'resumed', ...ofApi, at: next.at, before: status, now: next.status} as const] : []),
    ];
  });
}
