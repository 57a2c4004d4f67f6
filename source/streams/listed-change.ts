import type {Pipeline} from '../api/types.ts';
import type {MarkerKind} from '../buffer/marker.ts';
import type {OutsideEvent} from './connection-events.ts';

/** What two lists in a row say of one pipeline, for its connection; undefined when that is nothing new. */
export function listedAs(
  before: Pipeline | undefined,
  now: Pipeline | undefined,
): Extract<OutsideEvent, {kind: 'listed'}>['as'] | undefined {
  if (!now) return before && 'missing';
  if (!before) return 'appeared';
  return before.id === now.id ? undefined : 'replaced';
}

/**
 * The row for a pipeline whose state changed, or whose error is new, between two lists: the log outlives the process,
 * and a live stream of a dead pipeline must not mislead. None for another pipeline of the same name.
 */
export function stateMarker(before: Pipeline | undefined, now: Pipeline | undefined): MarkerKind | undefined {
  if (before === undefined || before.id !== now?.id) return undefined;
  const error = now.deploymentError?.message;
  const isNewError = error !== undefined && error !== before.deploymentError?.message;
  if (before.deploymentStatus === now.deploymentStatus && !isNewError) return undefined;
  const firstLine = error?.split('\n', 1)[0];
  return {
    kind: 'state',
    from: before.deploymentStatus,
    to: now.deploymentStatus,
    ...(firstLine !== undefined && {error: firstLine}),
  };
}
