import {connect, drops, fail, gone, isWokenBy, retry, wake} from './connection-attempts.ts';
import type {AttemptEvent, Machine, MachineEvent, Moment, OutsideEvent, Step} from './connection-events.ts';
import {causeOf, noteLoss, untoldLoss} from './connection-loss.ts';
import {connectSpare, dropSpare, promote, stepSpare} from './connection-spare.ts';
import type {ConnectionState} from './connection-state.ts';

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
export function step(machine: Machine, event: MachineEvent, moment: Moment): Step {
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
      if (isOpen(connection)) return retry(noteLoss(machine, 'unknown', moment), event.failure, moment);
      return connection.kind === 'connecting' ? fail(machine, event.failure, moment) : same;
    case 'looked-up':
      return connection.kind === 'ended' ? stepLookedUp(machine, event, moment) : same;
    case 'retry-due':
      return connection.kind === 'waiting' || connection.kind === 'gone' ? connect(machine) : same;
    case 'reconnect':
      return connect(isOpen(connection) ? noteLoss(machine, event.cause, moment) : machine);
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

function catchUp(machine: Machine, {now}: Moment): Step {
  const {attempt, loss} = machine;
  return {
    machine: {...machine, opened: true, connection: {kind: 'catching-up', attempt, since: now}},
    effects: [{kind: 'begin-replay', attempt, loss}],
  };
}

function goLive(machine: Machine, moment: Moment): Step {
  const {attempt} = machine;
  return {
    machine: {
      ...machine,
      tries: 0,
      woken: false,
      eased: false,
      loss: untoldLoss(machine, moment),
      connection: {kind: 'live', attempt, since: moment.now},
    },
    effects: [{kind: 'settle', attempt}],
  };
}

function stepBodyEnded(machine: Machine, event: Extract<AttemptEvent, {kind: 'body-ended'}>, moment: Moment): Step {
  const {attempt, spare} = machine;
  const lost = noteLoss(machine, causeOf(event), moment);
  if (spare) return promote(lost, spare, moment);
  if (!event.sentinel) return retry(lost, undefined, moment);
  return {machine: {...lost, connection: {kind: 'ended', attempt}}, effects: [{kind: 'look-up', attempt}]};
}

function stepLookedUp(machine: Machine, {found}: Extract<AttemptEvent, {kind: 'looked-up'}>, moment: Moment): Step {
  if (found.kind === 'failed') return fail(machine, found.failure, moment);
  const next = found.kind === 'same' ? retry(machine, undefined, moment) : connect(machine);
  const because = found.kind === 'same' ? 'stopped' : 'created-again';
  return {...next, effects: [{kind: 'mark-ended', because}, ...next.effects]};
}

function stepListed(machine: Machine, as: Extract<OutsideEvent, {kind: 'listed'}>['as'], moment: Moment): Step {
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
