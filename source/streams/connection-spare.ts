import {retry} from './connection-attempts.ts';
import type {AttemptEvent, Machine, Moment, Spare, Step} from './connection-events.ts';
import {causeOf, noteLoss, untoldLoss} from './connection-loss.ts';
import type {ConnectionState} from './connection-state.ts';

/** No byte came for long: another connection is opened beside the one that may be dead. */
export function connectSpare(machine: Machine): Step {
  const attempt = machine.lastAttempt + 1;
  return {
    machine: {...machine, lastAttempt: attempt, spare: {attempt, reading: false}},
    effects: [{kind: 'connect', attempt}],
  };
}

/** Events of the connection that is to replace a silent one. Until it is open, its failures change nothing. */
export function stepSpare(machine: Machine, spare: Spare, event: AttemptEvent, moment: Moment): Step {
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
      return spare.reading ? takeOver(machine, spare, moment) : {machine, effects: []};
    case 'body-ended':
      // The old connection's bytes were not read meanwhile: only another replay has them for sure.
      return spare.reading
        ? retry(noteLoss(machine, causeOf(event), moment), undefined, moment)
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
function takeOver(machine: Machine, {attempt}: Spare, moment: Moment): Step {
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
}

/** The silent connection ended before its spare was ready: the spare is the connection now. */
export function promote(machine: Machine, spare: Spare, {now}: Moment): Step {
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
export function dropSpare(machine: Machine, spare: Spare): Step {
  return {machine: {...machine, spare: undefined}, effects: [{kind: 'drop', attempt: spare.attempt}]};
}
