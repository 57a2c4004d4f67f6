import {silentNetwork} from '../../api/transport-failure.ts';
import type {ApiFailure} from '../../api/types.ts';
import type {LossCause} from '../../buffer/markers.ts';
import {retryDelay, slowDelay} from './backoff.ts';
import type {
  AttemptEvent,
  ConnectionState,
  Effect,
  GoneReason,
  Loss,
  Machine,
  MachineContext,
  MachineEvent,
  OutsideEvent,
  Standby,
  Step,
} from './state.ts';

export const initialMachine: Machine = {
  connection: {kind: 'idle'},
  attempt: 0,
  lastAttempt: 0,
  tries: 0,
  loss: undefined,
  opened: false,
  spare: undefined,
  wakeAfter: undefined,
  woken: false,
  eased: false,
};

/** The whole connection logic. Pure: no timer, no fetch, no clock. An event that means nothing here changes nothing. */
export function step(machine: Machine, event: MachineEvent, moment: MachineContext): Step {
  const {connection, spare} = machine;
  const same: Step = {machine, effects: []};
  if ('attempt' in event && event.attempt !== machine.attempt) {
    return event.attempt === spare?.attempt ? stepSpare(machine, spare, event, moment) : same;
  }
  switch (event.kind) {
    case 'opened':
      return connection.kind === 'connecting' ? catchUp(machine, moment) : same;
    case 'caught-up':
      return connection.kind === 'catching-up' ? goLive(machine, moment) : same;
    case 'body-ended':
      return isOpen(connection) ? stepBodyEnded(machine, event, moment) : same;
    case 'refused':
      // Of an open connection it is our own defect: the client hands over what a handler threw.
      if (isOpen(connection)) return retry(recordLoss(machine, 'unknown', moment), event.failure, moment);
      return connection.kind === 'connecting' ? fail(machine, event.failure, moment) : same;
    case 'looked-up':
      return connection.kind === 'ended' ? stepLookedUp(machine, event, moment) : same;
    case 'retry-due':
      return connection.kind === 'waiting' || connection.kind === 'gone' ? connect(machine) : same;
    case 'reconnect':
      return connect(isOpen(connection) ? recordLoss(machine, event.cause, moment) : machine);
    case 'listed':
      return stepListed(machine, event.as, moment);
    case 'server-answered':
      return isWokenBy(machine, event.request) ? wake(machine) : same;
    case 'close':
      return {
        machine: {...machine, attempt: 0, spare: undefined, wakeAfter: undefined, connection: {kind: 'idle'}},
        effects: drops(machine),
      };
    case 'silent':
      return connection.kind === 'live' && !spare ? connectSpare(machine) : same;
    case 'heard':
      return spare && !spare.reading ? dropSpare(machine, spare) : same;
    case 'spare-late':
      return same;
  }
}

function catchUp(machine: Machine, {now}: MachineContext): Step {
  const {attempt, loss} = machine;
  return {
    machine: {...machine, opened: true, connection: {kind: 'catching-up', attempt, since: now}},
    effects: [{kind: 'begin-replay', attempt, loss}],
  };
}

function goLive(machine: Machine, moment: MachineContext): Step {
  const {attempt} = machine;
  return {
    machine: {
      ...machine,
      tries: 0,
      woken: false,
      eased: false,
      loss: unreportedLoss(machine, moment),
      connection: {kind: 'live', attempt, since: moment.now},
    },
    effects: [{kind: 'settle', attempt}],
  };
}

function stepBodyEnded(
  machine: Machine,
  event: Extract<AttemptEvent, {kind: 'body-ended'}>,
  moment: MachineContext,
): Step {
  const {attempt, spare} = machine;
  const lost = recordLoss(machine, causeOf(event), moment);
  if (spare) return promote(lost, spare, moment);
  if (!event.sentinel) return retry(lost, undefined, moment);
  return {machine: {...lost, connection: {kind: 'ended', attempt}}, effects: [{kind: 'look-up', attempt}]};
}

function stepLookedUp(
  machine: Machine,
  {found}: Extract<AttemptEvent, {kind: 'looked-up'}>,
  moment: MachineContext,
): Step {
  if (found.kind === 'failed') return fail(machine, found.failure, moment);
  const next = found.kind === 'same' ? retry(machine, undefined, moment) : connect(machine);
  const because = found.kind === 'same' ? 'stopped' : 'created-again';
  return {...next, effects: [{kind: 'mark-ended', because}, ...next.effects]};
}

function stepListed(machine: Machine, as: Extract<OutsideEvent, {kind: 'listed'}>['as'], moment: MachineContext): Step {
  const {connection} = machine;
  const away = connection.kind === 'waiting' || connection.kind === 'gone';
  switch (as) {
    case 'appeared':
    case 'replaced':
      return away ? connect(machine) : {machine, effects: []};
    case 'missing':
      return connection.kind === 'waiting' ? gone(machine, {kind: 'deleted'}, moment) : {machine, effects: []};
  }
}

function isOpen(connection: ConnectionState): boolean {
  return connection.kind === 'catching-up' || connection.kind === 'live';
}

/** No byte came for long: another connection is opened beside the one that may be dead. */
function connectSpare(machine: Machine): Step {
  const attempt = machine.lastAttempt + 1;
  return {
    machine: {...machine, lastAttempt: attempt, spare: {attempt, reading: false}},
    effects: [{kind: 'connect', attempt}],
  };
}

/** Events of the connection that is to replace a silent one. Until it is open, its failures change nothing. */
function stepSpare(machine: Machine, spare: Standby, event: AttemptEvent, moment: MachineContext): Step {
  const {attempt} = spare;
  switch (event.kind) {
    case 'opened': {
      const loss = unreportedLoss(machine, moment);
      return {
        machine: {...machine, loss, spare: {attempt, reading: true}},
        effects: [{kind: 'begin-replay', attempt, loss: loss ?? {cause: 'silent', at: moment.now}}],
      };
    }
    case 'caught-up':
      return spare.reading ? takeOver(machine, spare, moment) : {machine, effects: []};
    case 'body-ended':
      // The old connection's bytes were not read meanwhile: only another replay has them for sure.
      return spare.reading
        ? retry(recordLoss(machine, causeOf(event), moment), undefined, moment)
        : dropSpare(machine, spare);
    case 'refused':
      return dropSpare(machine, spare);
    case 'spare-late':
      return spare.reading ? takeOver(machine, spare, moment) : dropSpare(machine, spare);
    case 'looked-up':
    case 'retry-due':
    case 'silent':
    case 'heard':
      return {machine, effects: []};
  }
}

/** The spare has brought all that the silent connection had: it is the connection now. */
function takeOver(machine: Machine, {attempt}: Standby, moment: MachineContext): Step {
  return {
    machine: {
      ...machine,
      attempt,
      loss: unreportedLoss(machine, moment),
      spare: undefined,
      connection: {kind: 'live', attempt, since: moment.now},
    },
    effects: [
      {kind: 'settle', attempt},
      {kind: 'drop', attempt: machine.attempt},
    ],
  };
}

/** The silent connection ended before its spare was ready: the spare is the connection now. */
function promote(machine: Machine, spare: Standby, {now}: MachineContext): Step {
  const {attempt, reading} = spare;
  const connection: ConnectionState = reading
    ? {kind: 'catching-up', attempt, since: now}
    : {kind: 'connecting', attempt};
  return {
    machine: {...machine, attempt, spare: undefined, connection},
    effects: [{kind: 'drop', attempt: machine.attempt}],
  };
}

/** The silent connection stays the one that is read. */
function dropSpare(machine: Machine, spare: Standby): Step {
  return {machine: {...machine, spare: undefined}, effects: [{kind: 'drop', attempt: spare.attempt}]};
}

/** Opens another connection at once, in place of all that is running. */
function connect(machine: Machine): Step {
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
function wake(machine: Machine): Step {
  const {connection, tries} = machine;
  const eases = !machine.eased && !(connection.kind === 'waiting' && connection.failure === undefined);
  const {machine: next, effects} = connect(machine);
  return {machine: {...next, woken: true, eased: machine.eased || eases, tries: eases ? 0 : tries}, effects};
}

/** There was no log to read: another try later, or none for now. */
function fail(machine: Machine, failure: ApiFailure, moment: MachineContext): Step {
  if (failure.kind !== 'fatal') return retry(machine, failure, moment);
  return gone(machine, failure.reason === 'unknown-pipeline' ? {kind: 'deleted'} : {kind: 'refused', failure}, moment);
}

/** Another try later; how much later depends on what went wrong, if that is known, and how often. */
function retry(machine: Machine, failure: ApiFailure | undefined, moment: MachineContext): Step {
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
function gone(machine: Machine, reason: GoneReason, moment: MachineContext): Step {
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
function drops(machine: Machine): Effect[] {
  const attempts = [machine.attempt, machine.spare?.attempt ?? 0].filter((attempt) => attempt > 0);
  return attempts.map((attempt) => ({kind: 'drop', attempt}));
}

/**
 * The log is lost (again). An outage is named and dated by its first loss, until a marker has told of it: what is lost
 * after that is another one. The server's own word that it ended the log counts more: the pane has a row about it.
 */
export function recordLoss(machine: Machine, cause: LossCause, moment: MachineContext): Machine {
  const loss = unreportedLoss(machine, moment) ?? {cause, at: moment.now};
  return {...machine, loss: cause === 'runner-stopped' ? {...loss, cause} : loss};
}

/** The outage that goes on: no marker has told of it. */
export function unreportedLoss(machine: Machine, moment: MachineContext): Loss | undefined {
  return moment.decided ? undefined : machine.loss;
}

/** The table "How a stream ends": the sentinel is the server's word; a clean end without it is the runner's death. */
export function causeOf(event: Extract<AttemptEvent, {kind: 'body-ended'}>): LossCause {
  if (event.sentinel) return 'runner-stopped';
  switch (event.end.kind) {
    case 'clean':
      return 'runner-lost';
    case 'cut':
      return event.end.message === silentNetwork ? 'silent' : 'server-lost';
    case 'aborted':
      return 'unknown';
  }
}
