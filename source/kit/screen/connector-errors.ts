import {connectorTotal} from '../facts/connector-states.ts';
import {connectorTotalWords} from '../journal/event-words.ts';
import type {Screen} from './screen.ts';

/** The number of connector errors of the last run: all of them, and in words. */
export function connectorErrorsOf(screen: Screen, name: string): {readonly all: number; readonly words: string} {
  const log = screen.services.logs.get(name)?.errors.connectors;
  const {errors, isCounted, isAtLeast} = screen.events.connectors.counted(name);
  const {all} = connectorTotal(errors, log);
  return {all, words: all === 0 && !isCounted ? '–' : connectorTotalWords(errors, log, {isAtLeast})};
}
