import type {ApiFailure} from '../api/types.ts';
import {retryDelay, slowDelay} from './backoff.ts';
import type {
  AttemptEvent,
  Effect,
  Machine,
  MachineEvent,
  Moment,
  OutsideEvent,
  Spare,
  Step,
} from './connection-events.ts';
import {causeOf, noteLoss, untoldLoss} from './connection-loss.ts';
import type {ConnectionState, GoneReason} from './connection-state.ts';

export const initialMachine: Machine = {
  connection: {kind: 'idle'},
  attempt: 0,
  lastAttempt: 0,
  tries: 0,
  loss: undefined,
  opened: false,
  spare: undefined,
};

/** The whole connection logic. Pure: no timer, no fetch, no clock. An event that means nothing here changes nothing. */
export function step(machine: Machine, event: MachineEvent, moment: Moment): Step {
  const {connection} = machine;
  const same: Step = {machine, effects: []};
  if ('attempt' in event && event.attempt !== machine.attempt) {
    return event.attempt === machine.spare?.attempt ? stepSpare(machine, machine.spare, event, moment) : same;
  }
  switch (event.kind) {
    case 'opened': {
      if (connection.kind !== 'connecting') return same;
      const {attempt} = machine;
      return {
        machine: {...machine, opened: true, connection: {kind: 'catching-up', attempt, since: moment.now}},
        effects: [{kind: 'begin-replay', attempt, loss: machine.loss}],
      };
    }
    case 'caught-up': {
      if (connection.kind !== 'catching-up') return same;
      const {attempt} = machine;
      return {
        machine: {
          ...machine,
          tries: 0,
          loss: untoldLoss(machine, moment),
          connection: {kind: 'live', attempt, since: moment.now},
        },
        effects: [{kind: 'settle', attempt}],
      };
    }
    case 'body-ended': {
      if (!isOpen(connection)) return same;
      const lost = noteLoss(machine, causeOf(event), moment);
      if (machine.spare) return promote(lost, machine.spare, moment);
      if (!event.sentinel) return retry(lost, undefined, moment);
      const {attempt} = machine;
      return {
        machine: {...lost, connection: {kind: 'ended', attempt}},
        effects: [{kind: 'look-up', attempt}],
      };
    }
    case 'refused':
      // Of an open connection it is our own defect: the client hands over what a handler threw.
      if (isOpen(connection)) return retry(noteLoss(machine, 'unknown', moment), event.failure, moment);
      return connection.kind === 'connecting' ? fail(machine, event.failure, moment) : same;
    case 'looked-up': {
      if (connection.kind !== 'ended') return same;
      const {found} = event;
      if (found.kind === 'failed') return fail(machine, found.failure, moment);
      const next = found.kind === 'same' ? retry(machine, undefined, moment) : connect(machine);
      const because = found.kind === 'same' ? 'stopped' : 'created-again';
      return {...next, effects: [{kind: 'mark-ended', because}, ...next.effects]};
    }
    case 'retry-due':
      return connection.kind === 'waiting' || connection.kind === 'gone' ? connect(machine) : same;
    case 'reconnect':
      return connect(isOpen(connection) ? noteLoss(machine, event.cause, moment) : machine);
    case 'listed':
      return stepListed(machine, event.as, moment);
    case 'close':
      return {machine: {...machine, attempt: 0, spare: undefined, connection: {kind: 'idle'}}, effects: drops(machine)};
    case 'silent': {
      if (connection.kind !== 'live' || machine.spare) return same;
      const attempt = machine.lastAttempt + 1;
      return {
        machine: {...machine, lastAttempt: attempt, spare: {attempt, reading: false}},
        effects: [{kind: 'connect', attempt}],
      };
    }
    case 'heard':
      return machine.spare && !machine.spare.reading ? dropSpare(machine, machine.spare) : same;
    case 'spare-late':
      return same;
  }
}

/** Events of the connection that is to replace a silent one. Until it is open, its failures change nothing. */
function stepSpare(machine: Machine, spare: Spare, event: AttemptEvent, moment: Moment): Step {
  const {attempt} = spare;
  switch (event.kind) {
    case 'opened': {
      const loss = untoldLoss(machine, moment);
      return {
        machine: {...machine, loss, spare: {attempt, reading: true}},
        effects: [{kind: 'begin-replay', attempt, loss: loss ?? {cause: 'silent', at: moment.now}}],
      };
    }
    case 'caught-up':
      if (!spare.reading) return {machine, effects: []};
      return {
        machine: {
          ...machine,
          attempt,
          loss: untoldLoss(machine, moment),
          spare: undefined,
          connection: {kind: 'live', attempt, since: moment.now},
        },
        effects: [
          {kind: 'settle', attempt},
          {kind: 'drop', attempt: machine.attempt},
        ],
      };
    case 'body-ended':
      // The old connection's bytes were not read meanwhile: only another replay has them for sure.
      return spare.reading
        ? retry(noteLoss(machine, causeOf(event), moment), undefined, moment)
        : dropSpare(machine, spare);
    case 'refused':
      return dropSpare(machine, spare);
    case 'spare-late':
      return spare.reading
        ? stepSpare(machine, spare, {kind: 'caught-up', attempt}, moment)
        : dropSpare(machine, spare);
    default:
      return {machine, effects: []};
  }
}

function stepListed(machine: Machine, as: Extract<OutsideEvent, {kind: 'listed'}>['as'], moment: Moment): Step {
  const {connection} = machine;
  const away = connection.kind === 'waiting' || connection.kind === 'gone';
  switch (as) {
    case 'appeared':
    case 'replaced':
      return away ? connect(machine) : {machine, effects: []};
    case 'present': {
      // That the list came proves that the server can be reached again: no need to sit out the backoff.
      const failure = connection.kind === 'waiting' ? connection.failure : undefined;
      const unreachable = failure?.kind === 'retryable' && failure.reason === 'unreachable';
      return unreachable ? connect(machine) : {machine, effects: []};
    }
    // The same server took the same credentials: a stream that it refused need not sit out its slow retry.
    case 'admitted': {
      const refused = connection.kind === 'gone' && connection.reason.kind === 'refused';
      return refused ? connect(machine) : {machine, effects: []};
    }
    case 'missing':
      return connection.kind === 'waiting' ? gone(machine, {kind: 'deleted'}, moment) : {machine, effects: []};
  }
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
      connection: {kind: 'connecting', attempt},
    },
    effects: [...drops(machine), {kind: 'connect', attempt}],
  };
}

/** There was no log to read: another try later, or none for now. */
function fail(machine: Machine, failure: ApiFailure, moment: Moment): Step {
  if (failure.kind !== 'fatal') return retry(machine, failure, moment);
  return gone(machine, failure.reason === 'unknown-pipeline' ? {kind: 'deleted'} : {kind: 'refused', failure}, moment);
}

function retry(machine: Machine, failure: ApiFailure | undefined, moment: Moment): Step {
  const tries = machine.tries + 1;
  const milliseconds = retryDelay(failure, tries, moment.roll);
  // The empty 404 is how a runner starts: nothing that a person should see as an error.
  const shown = failure?.kind === 'retryable' && failure.reason === 'not-ready' ? undefined : failure;
  const cause = machine.loss?.cause ?? 'unknown';
  const {attempt} = machine;
  return {
    machine: {
      ...machine,
      tries,
      spare: undefined,
      connection: {kind: 'waiting', until: moment.now + milliseconds, tries, cause, failure: shown},
    },
    effects: [...drops(machine), {kind: 'wait', attempt, milliseconds}],
  };
}

/** No further attempt for now, save a slow one: what a person changes on the server is found without a key. */
function gone(machine: Machine, reason: GoneReason, moment: Moment): Step {
  const milliseconds = slowDelay(moment.roll);
  const effects: Effect[] = [...drops(machine), {kind: 'wait', attempt: machine.attempt, milliseconds}];
  if (reason.kind === 'deleted' && machine.opened) effects.push({kind: 'mark-ended', because: 'deleted'});
  return {
    machine: {
      ...machine,
      // Said once: the next attempts find the same.
      opened: machine.opened && reason.kind !== 'deleted',
      spare: undefined,
      connection: {kind: 'gone', reason, retryAt: moment.now + milliseconds},
    },
    effects,
  };
}

/** The silent connection ended before its spare was ready: the spare is the connection now. */
function promote(machine: Machine, spare: Spare, {now}: Moment): Step {
  const {attempt, reading} = spare;
  const connection: ConnectionState = reading
    ? {kind: 'catching-up', attempt, since: now}
    : {kind: 'connecting', attempt};
  return {
    machine: {...machine, attempt, spare: undefined, connection},
    effects: [{kind: 'drop', attempt: machine.attempt}],
  };
}

function dropSpare(machine: Machine, spare: Spare): Step {
  return {machine: {...machine, spare: undefined}, effects: [{kind: 'drop', attempt: spare.attempt}]};
}

function drops(machine: Machine): Effect[] {
  const attempts = [machine.attempt, machine.spare?.attempt ?? 0].filter((attempt) => attempt > 0);
  return attempts.map((attempt) => ({kind: 'drop', attempt}));
}

function isOpen(connection: ConnectionState): boolean {
  return connection.kind === 'catching-up' || connection.kind === 'live';
}
