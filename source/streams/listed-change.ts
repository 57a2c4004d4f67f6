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

/** Something that changed between two lists. */
export type ListedChange = {
  readonly marker: Extract<MarkerKind, {kind: 'state' | 'program'}>;
  /** Since when, as the server says; wall milliseconds, NaN where it does not say. */
  readonly since: number;
};

/**
 * What changed in a pipeline between two lists: its state and that of its program, each in one step, and an error that
 * is new. Nothing for another pipeline of the same name.
 */
export function listedChanges(before: Pipeline | undefined, now: Pipeline | undefined): readonly ListedChange[] {
  if (before === undefined || before.id !== now?.id) return [];
  const changes: ListedChange[] = [];
  if (before.programStatus !== now.programStatus) {
    changes.push({
      marker: {kind: 'program', from: before.programStatus, to: now.programStatus},
      since: Date.parse(now.programStatusSince),
    });
  }
  const error = isNewError(before, now) ? now.deploymentError : undefined;
  if (error || before.deploymentStatus !== now.deploymentStatus) {
    const endedStart = error && (error.endedStart || notYetRun.has(before.deploymentStatus));
    changes.push({
      marker: {
        kind: 'state',
        from: before.deploymentStatus,
        to: now.deploymentStatus,
        ...(error && {error: error.cause}),
        ...(endedStart && {startFailed: true}),
      },
      since: Date.parse(now.deploymentStatusSince),
    });
  }
  return changes;
}

/** States before a pipeline runs: what fails next is its start, which may be over before the list tells of it. */
export const notYetRun: ReadonlySet<string> = new Set(['Stopped', 'Provisioning', 'Initializing']);

/** The same error again is new if the pipeline has been stopped anew: a start failed once more. */
function isNewError(before: Pipeline, now: Pipeline): boolean {
  const {deploymentError: known, deploymentStatus, deploymentStatusSince} = before;
  if (now.deploymentError === undefined) return false;
  const isAnew = deploymentStatus === now.deploymentStatus && deploymentStatusSince !== now.deploymentStatusSince;
  return known === undefined || known.message !== now.deploymentError.message || isAnew;
}
