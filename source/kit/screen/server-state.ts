import {connectorTotal} from '../facts/connector-states.ts';
import {connectorTotalWords} from '../journal/event-words.ts';
import {type Outage, serverOutage} from '../words/failure-words.ts';
import type {Screen} from './screen.ts';

/** The number of connector errors of the last run: all of them, and in words. */
export function connectorErrorsOf(screen: Screen, name: string): {readonly all: number; readonly words: string} {
  const log = screen.services.logs.get(name)?.errors.connectors;
  const {errors, isCounted, isAtLeast} = screen.events.connectors.counted(name);
  const {all} = connectorTotal(errors, log);
  return {all, words: all === 0 && !isCounted ? '–' : connectorTotalWords(errors, log, {isAtLeast})};
}

/** Returns the server's outage for a page, whose times are UTC; undefined: there is none. */
export function outageNow({services: {poller, clock}}: Screen): Outage | undefined {
  const outage = serverOutage(poller.snapshot.get(), {now: clock.wall()});
  return outage && {...outage, since: `${outage.since} UTC`};
}
