import type {ApiFailure} from '../../api/types.ts';

const second = 1000;
const shortest = 1 * second;
const longest = 30 * second;
/** The longest wait that a server can request: a year in `Retry-After` must not switch a tab off. */
const longestAsked = 5 * 60 * second;
/** The empty 404 is normal for up to 2 s (a pipeline or its runner has just been started): quick tries, then steady. */
const notReadySoon = 500;
const notReadyQuickTries = 4;
const notReadyLongest = 2 * second;

/** Milliseconds, 1 to 30 s. `roll` in [0, 1): half of the wait is jitter, so that clients do not return all at once. */
function backoffDelay(tries: number, roll: number): number {
  const ceiling = Math.min(longest, shortest * 2 ** Math.max(1, tries));
  return (ceiling / 2) * (1 + roll);
}

/** Milliseconds before a retry of what needs the user or a change on the server: 30 to 60 s. */
export function slowDelay(roll: number): number {
  return longest * (1 + roll);
}

/** `Retry-After` in ms, limited to 1 s … 5 min; undefined without one. */
export function askedDelay(failure: ApiFailure | undefined): number | undefined {
  if (failure?.kind !== 'retryable' || failure.retryAfter === undefined || Number.isNaN(failure.retryAfter)) return;
  return Math.min(longestAsked, Math.max(shortest, failure.retryAfter));
}

/** Milliseconds after `tries` (1 or more) lost connections or failures in a row; `Retry-After` replaces the backoff. */
export function retryDelay(failure: ApiFailure | undefined, tries: number, roll: number): number {
  const asked = askedDelay(failure);
  if (asked !== undefined) return asked;
  if (failure?.kind === 'retryable' && failure.reason === 'not-ready') {
    return Math.min(notReadyLongest, notReadySoon * 2 ** Math.max(0, tries - notReadyQuickTries));
  }
  return backoffDelay(tries, roll);
}
