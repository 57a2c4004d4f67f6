import {waitAfter} from '../../lib/clock.ts';
import type {ApiFailure} from '../api/types.ts';

const second = 1000;
/** Waits, of which half is jitter, so that clients do not return all at once. */
const usual = {first: 2 * second, longest: 30 * second};
/** The longest wait that a server can request: a year in `Retry-After` must not switch a tab off. */
const longestAsked = 5 * 60 * second;
/** The empty 404 is normal for up to 2 s (a pipeline or its runner has just been started): quick tries, then steady. */
const notReady = {first: second / 2, longest: 2 * second};
const quickTries = 4;

/** Milliseconds before a retry of what needs the user or a change on the server: 30 to 60 s. */
export function slowDelay(roll: number): number {
  return usual.longest * (1 + roll);
}

/** `Retry-After` in ms, limited to 1 s … 5 min; undefined without one. */
export function askedDelay(failure: ApiFailure | undefined): number | undefined {
  if (failure?.kind !== 'retryable' || failure.retryAfter === undefined || Number.isNaN(failure.retryAfter)) return;
  return Math.min(longestAsked, Math.max(second, failure.retryAfter));
}

/**
 * Milliseconds after `tries` (1 or more) lost connections or failures in a row: 1 to 30 s, or what `Retry-After` asks for.
 * `roll` in [0, 1).
 */
export function retryDelay(failure: ApiFailure | undefined, tries: number, roll: number): number {
  const asked = askedDelay(failure);
  if (asked !== undefined) return asked;
  if (failure?.kind === 'retryable' && failure.reason === 'not-ready') {
    return waitAfter(1 + tries - quickTries, notReady);
  }
  return (waitAfter(tries, usual) / 2) * (1 + roll);
}
