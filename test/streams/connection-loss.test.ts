import {expect, test} from 'vitest';
import type {Machine} from '../../source/streams/connection-events.ts';
import {causeOf, noteLoss, untoldLoss} from '../../source/streams/connection-loss.ts';
import {initialMachine} from '../../source/streams/connection-machine.ts';

const first = {cause: 'server-lost', at: 100} as const;
const lost: Machine = {...initialMachine, loss: first};
const moment = {now: 500, roll: 0, decided: false, asked: 5};
const decided = {...moment, decided: true};

test('the first loss counts until a marker has told of it', () => {
  expect(noteLoss(initialMachine, 'asked', moment).loss).toEqual({cause: 'asked', at: 500});
  expect(noteLoss(lost, 'asked', moment).loss).toEqual(first);
  expect(noteLoss(lost, 'asked', decided).loss).toEqual({cause: 'asked', at: 500});
  expect([untoldLoss(lost, moment), untoldLoss(lost, decided)]).toEqual([first, undefined]);
});

test('a log that the server ended is named by that, and dated by the first loss', () => {
  expect(noteLoss(lost, 'runner-stopped', moment).loss).toEqual({cause: 'runner-stopped', at: 100});
});

test('the body tells the cause', () => {
  const event = {kind: 'body-ended', attempt: 1, sentinel: false} as const;
  expect([
    causeOf({...event, end: {kind: 'clean'}}),
    causeOf({...event, end: {kind: 'clean'}, sentinel: true}),
    causeOf({...event, end: {kind: 'cut', message: 'closed'}}),
    causeOf({...event, end: {kind: 'cut', message: 'the network went silent'}}),
    causeOf({...event, end: {kind: 'aborted'}}),
  ]).toEqual(['runner-lost', 'runner-stopped', 'server-lost', 'silent', 'unknown']);
});
