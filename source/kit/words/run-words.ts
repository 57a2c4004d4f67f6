import {isStopped, type Run} from '../../engine/records/runs.ts';

/** Parts of a run that tell how it ended. The API may tell of a failure that its log does not have. */
type RunEnd = Pick<Run, 'state' | 'endId' | 'endedAt' | 'failed'> & {readonly startFailed?: boolean};

/** End of a run; `cut short`: it is over, and nothing tells since when. */
type RunState = 'start failed' | 'failed' | 'cut short' | 'over' | 'open';

export function runState(run: RunEnd): RunState {
  if (run.startFailed) return 'start failed';
  if (run.failed) return 'failed';
  if (isCutShort(run)) return 'cut short';
  return isStopped(run) ? 'over' : 'open';
}

/** It is over, and nothing tells since when, whether it failed or not. */
export function isCutShort(run: RunEnd): boolean {
  return (run.endId !== undefined || run.endedAt !== undefined) && !isStopped(run);
}

/** `running`, `stopped`, or `was running` for a run that was cut short. */
function stateWords(run: RunEnd): string {
  return isCutShort(run) ? `was ${run.state}` : run.state;
}

/** `running`, `stopped, failed`, `start failed`. `state`: what is said of its last state. */
export function runWords(run: RunEnd, state = stateWords(run)): string {
  const end = runState(run);
  return end === 'start failed' ? end : `${state}${end === 'failed' ? ', failed' : ''}`;
}

/** `running`, `failed`, `start failed`: the same, but of a run that failed no state. */
export function endWords(run: RunEnd): string {
  return runState(run) === 'failed' ? 'failed' : runWords(run);
}

export const noStart = 'start not in the log';
export const noEnd = 'end not in the log';
