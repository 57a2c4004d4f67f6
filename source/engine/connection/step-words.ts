import {fineDuration} from '../../lib/format.ts';
import {isWithoutAnswer} from '../api/errors.ts';
import type {ApiFailure} from '../api/types.ts';
import type {LossCause} from '../buffer/markers.ts';
import {askedDelay} from './backoff.ts';
import {causeOf} from './machine.ts';
import type {ConnectionEvent, Machine, MachineEvent} from './state.ts';

type StepWords = Pick<ConnectionEvent, 'text' | 'key'>;

const causes: Record<LossCause, string> = {
  'server-lost': 'connection lost in the middle of the log',
  'runner-lost': 'runner lost: the log broke off',
  'runner-stopped': 'the server ended the log',
  'dropped-as-slow': 'the server dropped pipetail for reading too slowly',
  silent: 'the connection was silent and may be dead',
  asked: 'reconnect requested',
  slept: 'pipetail was stopped or this machine slept',
  turn: 'not followed while others are',
  'not-running': 'pipetail was not running',
  'collected-again': 'collected again',
  unknown: 'connection lost',
};

/** A step of the machine in words for the user; undefined when it needs none. */
export function stepWords(before: Machine, event: MachineEvent, after: Machine, now: number): StepWords | undefined {
  switch (event.kind) {
    case 'caught-up':
      if (event.attempt !== before.attempt) return undefined;
      return {text: before.loss ? `live again after ${fineDuration(now - before.loss.at)}` : 'live'};
    case 'body-ended': {
      if (event.attempt !== before.attempt) return {text: `the second connection was lost${next(after, now)}`};
      const why = causes[causeOf(event)];
      const detail = event.end.kind === 'cut' && event.end.message !== '' ? ` (${event.end.message})` : '';
      if (after.connection.kind === 'ended') return {text: `${why}: looking the pipeline up`};
      return {text: `${why}${detail}${next(after, now)}`};
    }
    case 'refused':
      if (event.attempt !== before.attempt) {
        return {
          text: `a second connection failed, the silent one is kept: ${messageOf(event.failure)}`,
          key: 'standby',
        };
      }
      return refusedWords(event.failure, after, now);
    case 'looked-up':
      if (event.found.kind === 'failed') return refusedWords(event.found.failure, after, now);
      if (event.found.kind === 'other') return {text: 'the pipeline was deleted and created again'};
      return {text: `the pipeline is still there${next(after, now)}`};
    case 'reconnect':
      return before.connection.kind === 'idle' ? undefined : {text: causes.asked};
    case 'slept':
      return before.connection.kind === 'idle' ? undefined : {text: causes.slept};
    case 'listed':
      if (event.as === 'missing') return {text: 'the list no longer shows the pipeline: it was deleted'};
      if (event.as === 'replaced') return {text: 'the list shows another pipeline of this name: connecting'};
      return {text: 'the list shows the pipeline: connecting'};
    case 'renamed':
      return renamedWords(event.to);
    case 'server-answered':
      return {text: `the server answers ${wasAway(before) ? 'again' : 'other requests'}: connecting`};
    case 'opened':
    case 'retry-due':
    case 'silent':
    case 'received':
    case 'standby-late':
      return undefined;
    case 'close':
      return {text: causes.turn};
  }
}

/** The last try got no answer at all: another answer may have come from the server while only the runner was away. */
function wasAway({connection}: Machine): boolean {
  return connection.kind === 'waiting' && connection.failure !== undefined && isWithoutAnswer(connection.failure);
}

function refusedWords(failure: ApiFailure, after: Machine, now: number): StepWords {
  const {connection} = after;
  if (connection.kind === 'gone' && connection.reason.kind === 'deleted') {
    return {text: 'the server does not know the pipeline', key: 'deleted'};
  }
  if (connection.kind === 'gone' && connection.reason.kind === 'renamed') return renamedWords(connection.reason.to);
  const reason = failure.kind === 'cancelled' ? '' : failure.reason;
  if (reason === 'not-ready') return {text: 'the runner does not have the log ready yet', key: reason};
  return {
    text: `try ${after.tries || 1} failed: ${messageOf(failure)}${next(after, now)}${asked(failure)}`,
    key: reason,
  };
}

function renamedWords(to: string): StepWords {
  return {text: `the pipeline was renamed to ${to}: its log continues in the tab ${to}`, key: 'renamed'};
}

function messageOf(failure: ApiFailure): string {
  return failure.kind === 'cancelled' ? 'cancelled' : failure.message;
}

function next(after: Machine, now: number): string {
  const {connection} = after;
  if (connection.kind !== 'waiting' && connection.kind !== 'gone') return '';
  if (connection.until === undefined) return '';
  return `; next try in ${fineDuration(connection.until - now)}`;
}

/** The wait that the server requested, if it is longer than ours. */
function asked(failure: ApiFailure): string {
  const waits = askedDelay(failure);
  if (failure.kind !== 'retryable' || failure.retryAfter === undefined || waits === undefined) return '';
  return failure.retryAfter > waits ? ` (the server asked for ${fineDuration(failure.retryAfter)})` : '';
}
