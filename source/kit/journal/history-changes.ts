import {isUndeployed, stateOf} from '../../engine/api/pipeline-state.ts';
import type {PipelineHistory} from '../../engine/pipelines/pipeline-history.ts';
import {readTime} from '../../lib/format.ts';
import {isCompileError, stateWord} from '../words/pipeline-words.ts';
import type {EventOf, PipelineEvent} from './pipeline-event.ts';
import {isEnding, outagePatience} from './pipeline-status.ts';
import {timelineOf} from './timeline.ts';

/** A change of what a pipeline does that is no failure. */
export type RunChange = EventOf<'started' | 'restarted' | 'resumed' | 'paused' | 'stopped' | 'unavailable'>;

/** Returns what the API's events tell of the runs of a pipeline, as lists would, the oldest first. */
export function historyEvents(pipeline: string, history: PipelineHistory): readonly PipelineEvent[] {
  const failures = timelineOf({pipeline, history, log: undefined}).flatMap((event): readonly PipelineEvent[] => {
    if (event.kind !== 'program' || !isCompileError(event.now)) return event.kind === 'failed' ? [event] : [];
    return [{kind: 'failed', pipeline, from: 'API', count: 1, at: event.at, why: stateWord(event.now)}];
  });
  return [...failures.toReversed(), ...runChanges(pipeline, history)].sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
}

function runChanges(pipeline: string, {events}: PipelineHistory): readonly RunChange[] {
  const told: RunChange[] = [];
  /** A stop that may turn out to be a failure. */
  let stop: RunChange | undefined;
  let [isRunning, isPaused, hasEnded, isOut] = [false, false, false, false];
  // Changes of state or of an error: the server also writes an event every few minutes.
  const points = events.toReversed().filter(({status, hasError}, index, {[index - 1]: before}) => {
    return status !== before?.status || hasError !== before.hasError;
  });
  for (const [index, {time, status: now, hasError}] of points.entries()) {
    const [before, next] = [points[index - 1], points[index + 1]];
    const [at, until] = [readTime(time), next && readTime(next.time)];
    const ofApi = {pipeline, from: 'API', count: 1, at} as const;
    const change = {...ofApi, before: before?.status ?? now, now};
    if (hasError) stop = undefined;
    else if (isEnding(now) && (isRunning || isPaused)) stop = {kind: 'stopped', ...change};
    if (now === 'Paused' && isRunning) told.push({kind: 'paused', ...change});
    const isUp = now === 'Running' || now === 'Paused';
    if (isUp && hasEnded) told.push({kind: 'restarted', ...change});
    if (now === 'Running' && (isPaused || isOut)) told.push({kind: 'resumed', ...change});
    isOut = now === 'Unavailable' && !hasError && !(until !== undefined && until - at < outagePatience);
    if (isOut) told.push({kind: 'unavailable', ...ofApi, until, why: stateWord(now)});
    if (isUndeployed(now) && stop) {
      told.push({...stop, until: at});
      stop = undefined;
    }
    hasEnded = !isUp && (hasEnded || stateOf(now).has !== 'process');
    isRunning = now === 'Running' || (isRunning && now === 'Unavailable');
    isPaused = now === 'Paused';
  }
  return stop ? [...told, stop] : told;
}
