import {expect, test} from 'vitest';
import {describeCut} from '../../../source/engine/api/transport-failure.ts';
import type {ApiFailure, BodyEnd} from '../../../source/engine/api/types.ts';
import {initialMachine, step} from '../../../source/engine/connection/machine.ts';
import type {Machine, MachineEvent} from '../../../source/engine/connection/state.ts';
import {stepWords} from '../../../source/engine/connection/step-words.ts';

const unreachable: ApiFailure = {kind: 'retryable', reason: 'unreachable', message: 'nothing listens'};
const forbidden: ApiFailure = {kind: 'fatal', reason: 'forbidden', message: 'your role may not'};
const unknown: ApiFailure = {kind: 'fatal', reason: 'unknown-pipeline', message: 'no such pipeline'};
const notReady: ApiFailure = {kind: 'retryable', reason: 'not-ready', message: 'not yet'};

/** The words for each event of a history, played a second apart. */
function words(events: readonly MachineEvent[]): (string | undefined)[] {
  let machine: Machine = initialMachine;
  return events.map((event, index) => {
    const now = index * 1000;
    const before = machine;
    machine = step(machine, event, {now, roll: 0, decided: false, requests: 5}).machine;
    return stepWords(before, event, machine, now)?.text;
  });
}

const ask: MachineEvent = {kind: 'reconnect'};
const live: MachineEvent[] = [ask, {kind: 'opened', attempt: 1}, {kind: 'caught-up', attempt: 1}];
const ended = (end: BodyEnd, endMarker = false): MachineEvent => ({
  ...{kind: 'body-ended', attempt: 1, end, endMarker, brought: 'nothing', lasted: 0},
});
const refused = (failure: ApiFailure): MachineEvent => ({kind: 'refused', attempt: 1, failure});

test('the first connection needs one word', () => {
  expect(words(live)).toEqual([undefined, undefined, 'live']);
});

test('each way in which a stream ends has its own words', () => {
  const lastOf = (event: MachineEvent) => words([...live, event]).at(-1);
  expect([
    lastOf(ended({kind: 'cut', message: 'the connection was reset'})),
    lastOf(ended({kind: 'cut', message: describeCut(Object.assign(new Error('read'), {code: 'ETIMEDOUT'}))})),
    lastOf(ended({kind: 'clean'})),
    lastOf(ended({kind: 'clean'}, true)),
    lastOf({kind: 'slept', of: 'stop'}),
    lastOf(ask),
  ]).toEqual([
    'connection lost in the middle of the log (the connection was reset); next try in 1.0 s',
    'the connection was silent and may be dead (the network went silent); next try in 1.0 s',
    'runner lost: the log broke off; next try in 1.0 s',
    'the server ended the log: looking the pipeline up',
    'pipetail was stopped or this machine slept',
    'reconnect requested',
  ]);
});

test('each end has its own cause, within one outage too', () => {
  const events: MachineEvent[] = [
    ...live,
    ended({kind: 'clean'}),
    {kind: 'retry-due', attempt: 1},
    {kind: 'opened', attempt: 2},
    {kind: 'body-ended', attempt: 2, end: {kind: 'cut', message: ''}, endMarker: false, brought: 'nothing', lasted: 0},
  ];
  expect(words(events).at(-1)).toBe('connection lost in the middle of the log; next try in 2.0 s');
});

test('back after a loss, with its duration', () => {
  const events: MachineEvent[] = [
    ...live,
    ended({kind: 'clean'}),
    {kind: 'retry-due', attempt: 1},
    {kind: 'opened', attempt: 2},
    {kind: 'caught-up', attempt: 2},
  ];
  expect(words(events).at(-1)).toBe('live again after 3.0 s');
});

test('what the look-up found', () => {
  const found = (event: Extract<MachineEvent, {kind: 'looked-up'}>['found']) =>
    words([...live, ended({kind: 'clean'}, true), {kind: 'looked-up', attempt: 1, found: event}]).at(-1);
  expect([
    found({kind: 'same'}),
    found({kind: 'other'}),
    found({kind: 'failed', failure: unknown}),
    found({kind: 'failed', failure: unreachable}),
  ]).toEqual([
    'the pipeline is still there; next try in 1.0 s',
    'the pipeline was deleted and created again',
    'the server does not know the pipeline',
    'try 1 failed: nothing listens; next try in 1.0 s',
  ]);
});

test('refusals say what came back and when the next try is', () => {
  const says = (failure: ApiFailure) => words([ask, refused(failure)]).at(-1);
  expect([
    says(unreachable),
    says({...unreachable, retryAfter: 5000}),
    says({...unreachable, retryAfter: 7_200_000}),
    says(notReady),
    says(forbidden),
  ]).toEqual([
    'try 1 failed: nothing listens; next try in 1.0 s',
    'try 1 failed: nothing listens; next try in 5.0 s',
    'try 1 failed: nothing listens; next try in 5 min (the server asked for 2 h)',
    'the runner does not have the log ready yet',
    'try 1 failed: your role may not; next try in 30 s',
  ]);
});

test('that the server answers again is said only where it did not answer', () => {
  const runnerAway: ApiFailure = {
    kind: 'retryable',
    reason: 'runner-unreachable',
    message: 'the runner does not answer',
  };
  const woken = (failure: ApiFailure) => words([ask, refused(failure), {kind: 'server-answered', request: 6}]).at(-1);
  expect(woken(unreachable)).toBe('the server answers again: connecting');
  for (const failure of [runnerAway, forbidden]) {
    expect(woken(failure)).toBe('the server answers other requests: connecting');
  }
});
