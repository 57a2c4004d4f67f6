import {readTime} from '../../lib/format.ts';
import type {PipelineDetail} from '../api/types.ts';

/** `changed`: it may only have been compiled again, of which Feldera tells no difference. */
type ProgramThen = 'same' | 'changed' | 'unknown';

/**
 * Tells whether a pipeline ran its present program at a time of its log (Unix time in ms). Feldera changes a program
 * only while its pipeline is stopped, and sets the time of its status with that (`db/operations/pipeline.rs`): so a
 * status that is older proves that nothing has changed since.
 */
export function programThen(
  {programStatusSince}: Pick<PipelineDetail, 'programStatusSince'>,
  at: number | undefined,
): ProgramThen {
  const since = readTime(programStatusSince);
  if (at === undefined || Number.isNaN(at) || Number.isNaN(since)) return 'unknown';
  return since <= at ? 'same' : 'changed';
}
