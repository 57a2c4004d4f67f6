import type {ApiFailure} from '../api/types.ts';
import {retryDelay, slowDelay} from './backoff.ts';
import type {Effect, Machine, Moment, Step} from './connection-events.ts';
import type {GoneReason} from './connection-state.ts';

/** Opens another connection at once, in place of all that is running. */
export function connect(machine: Machine): Step {
  const attempt = machine.lastAttempt + 1;
  return {
    machine: {
      ...machine,
      attempt,
      lastAttempt: attempt,
      spare: undefined,
      wakeAfter: undefined,
      woken: false,
      connection: {kind: 'connecting', attempt},
    },
    effects: [...drops(machine), {kind: 'connect', attempt}],
  };
}

/** The machine waits, and a good answer to this request says that it need not wait longer. */
export function isWokenBy({wakeAfter}: Machine, request: number): boolean {
  return wakeAfter !== undefined && request > wakeAfter;
}

/**
 * Tries at once: the server answers others. If that fails too, the wait is the backoff's again, and no answer cuts it
 * short: a server that serves the list and no log is asked twice as often at the most. With the first answer after a
 * failed try the backoff begins anew, once an outage: what it had grown to was for a server that was away. A server that
 * took the connection and dropped it was not.
 */
export function wake(machine: Machine): Step {
  const {connection, tries} = machine;
  const eases = !machine.eased && !(connection.kind === 'waiting' && connection.failure === undefined);
  const {machine: next, effects} = connect(machine);
  return {machine: {...next, woken: true, eased: machine.eased || eases, tries: eases ? 0 : tries}, effects};
}

/** There was no log to read: another try later, or none for now. */
export function fail(machine: Machine, failure: ApiFailure, moment: Moment): Step {
  if (failure.kind !== 'fatal') return retry(machine, failure, moment);
  return gone(machine, failure.reason === 'unknown-pipeline' ? {kind: 'deleted'} : {kind: 'refused', failure}, moment);
}

/** Another try later; how much later depends on what went wrong, if that is known, and how often. */
export function retry(machine: Machine, failure: ApiFailure | undefined, moment: Moment): Step {
  const tries = machine.tries + 1;
  const milliseconds = retryDelay(failure, tries, moment.roll);
  // The empty 404 is how a runner starts: nothing that a person should see as an error.
  const shown = failure?.kind === 'retryable' && failure.reason === 'not-ready' ? undefined : failure;
  const cause = machine.loss?.cause ?? 'unknown';
  const {attempt} = machine;
  // The end of a log is no failure, the empty 404 is tried again soon, and a wait that the server asked for is waited.
  const mayBeWoken =
    failure?.kind === 'retryable'
      ? failure.reason !== 'not-ready' && failure.retryAfter === undefined
      : cause !== 'runner-stopped';
  return {
    machine: {
      ...machine,
      tries,
      spare: undefined,
      wakeAfter: mayBeWoken && !machine.woken ? moment.asked : undefined,
      connection: {kind: 'waiting', until: moment.now + milliseconds, tries, cause, failure: shown},
    },
    effects: [...drops(machine), {kind: 'wait', attempt, milliseconds}],
  };
}

/** No further attempt for now, save a slow one: what a person changes on the server is found without a key. */
export function gone(machine: Machine, reason: GoneReason, moment: Moment): Step {
  const milliseconds = slowDelay(moment.roll);
  const effects: Effect[] = [...drops(machine), {kind: 'wait', attempt: machine.attempt, milliseconds}];
  if (reason.kind === 'deleted' && machine.opened) effects.push({kind: 'mark-ended', because: 'deleted'});
  return {
    machine: {
      ...machine,
      // Said once: the next attempts find the same.
      opened: machine.opened && reason.kind !== 'deleted',
      spare: undefined,
      wakeAfter: reason.kind === 'refused' && !machine.woken ? moment.asked : undefined,
      connection: {kind: 'gone', reason, until: moment.now + milliseconds},
    },
    effects,
  };
}

/** What ends all that is running. */
export function drops(machine: Machine): Effect[] {
  const attempts = [machine.attempt, machine.spare?.attempt ?? 0].filter((attempt) => attempt > 0);
  return attempts.map((attempt) => ({kind: 'drop', attempt}));
}
