import {silentNetwork} from '../api/silent-network.ts';
import type {LossCause} from '../buffer/marker.ts';
import type {AttemptEvent, Loss, Machine, Moment} from './connection-events.ts';

/**
 * The log is lost (again). An outage is named and dated by its first loss, until a marker has told of it: what is lost
 * after that is another one. The server's own word that it ended the log counts more: the pane has a row about it.
 */
export function noteLoss(machine: Machine, cause: LossCause, moment: Moment): Machine {
  const loss = untoldLoss(machine, moment) ?? {cause, at: moment.now};
  return {...machine, loss: cause === 'runner-stopped' ? {...loss, cause} : loss};
}

/** The outage that goes on: no marker has told of it. */
export function untoldLoss(machine: Machine, moment: Moment): Loss | undefined {
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
