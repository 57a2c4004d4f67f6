import {clean} from '../../lib/clean.ts';
import {connectorTotal} from '../facts/connector-states.ts';
import {connectorTotalWords} from '../journal/event-words.ts';
import {formatOutage, type Outage, serverOutage} from '../words/failure-words.ts';
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

/** Returns why there is no list of pipelines, or none since when; undefined: it has come, or nothing is known yet. */
export function listFailureWords(screen: Screen): string | undefined {
  const outage = outageNow(screen);
  if (outage) return formatOutage(outage);
  const {failure} = screen.services.poller.snapshot.get();
  return failure && failure.kind !== 'cancelled' ? `no list of pipelines: ${clean(failure.message)}` : undefined;
}

/** Returns whether some log has a line to read, whatever becomes of its server. */
export function hasLines({state, services: {logs}}: Screen): boolean {
  return state.tabs.some(({name}) => (logs.get(name)?.snapshot.get().endId ?? 0) > 0);
}

/** Returns whether the reason why there is no list stands in place of list and logs. */
export function isWithoutServer(screen: Screen): boolean {
  const {pipelines} = screen.services.poller.snapshot.get();
  return pipelines === undefined && listFailureWords(screen) !== undefined && !hasLines(screen);
}

/** Says why there is no pipeline that a key could be about. Returns false where one can be chosen. */
export function sayNoPipeline(screen: Screen): boolean {
  const {listed, state, services} = screen;
  if (listed.length > 0) return false;
  const isListed = services.poller.snapshot.get().pipelines !== undefined;
  const missing = isListed ? 'there are no pipelines yet' : 'the list of pipelines has not come yet';
  const why = listFailureWords(screen) ?? missing;
  screen.say(isListed && state.nameFilter !== '' ? 'no pipeline has such a name' : why);
  return true;
}
