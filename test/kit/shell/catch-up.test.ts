import {describe, expect, it} from 'vitest';
import type {ApiFailure} from '../../../source/engine/api/types.ts';
import type {ConnectionState} from '../../../source/engine/connection/state.ts';
import {CatchUp, type CatchUpInput} from '../../../source/kit/shell/catch-up.ts';
import {TailWait} from '../../../source/shells/commands/logs/tail-wait.ts';

const connecting: ConnectionState = {kind: 'connecting'};
const catchingUp = (since: number): ConnectionState => ({kind: 'catching-up', since});
const live: ConnectionState = {kind: 'live'};

function waiting(failure?: ApiFailure): ConnectionState {
  return {kind: 'waiting', until: 0, tries: 1, cause: 'server-lost', failure};
}

function retryable(reason: Extract<ApiFailure, {kind: 'retryable'}>['reason']): ApiFailure {
  return {kind: 'retryable', reason, message: 'the message'};
}

const refused: ConnectionState = {
  kind: 'gone',
  reason: {kind: 'refused', failure: {kind: 'fatal', reason: 'unauthorized', message: 'the message'}},
  until: 0,
};

/** Looks at the moments in turn, each with what changed since the one before; answers the last look's ending. */
function look(...moments: (Partial<CatchUpInput> & {readonly now: number})[]) {
  const catchUp = new CatchUp(0);
  const before: CatchUpInput = {
    now: 0,
    connection: connecting,
    received: 0,
    receivedAt: undefined,
    opened: false,
    serverAnswers: false,
    logEnded: false,
  };
  let sighting = before;
  let ending = catchUp.check(sighting);
  for (const moment of moments) {
    expect(ending).toBeUndefined();
    sighting = {...sighting, ...moment};
    ending = catchUp.check(sighting);
  }
  return ending;
}

const opened = {connection: catchingUp(20), opened: true};

describe('is over', () => {
  it('when the log is quiet', () => {
    const read = {now: 30, received: 100, receivedAt: 1};
    expect(look({now: 20, ...opened}, read, {now: 180, connection: live}, {now: 529})).toBeUndefined();
    expect(look({now: 20, ...opened}, read, {now: 180, connection: live}, {now: 530})).toEqual({failed: false});
  });

  it('but not before anything of it has come, which is not waited for without end', () => {
    const silent = [
      {now: 20, ...opened},
      {now: 3020, connection: live},
    ];
    const first = {now: 9000, receivedAt: 1};
    expect(look(...silent, {now: 4000}, first, {now: 9499})).toBeUndefined();
    expect(look(...silent, {now: 4000}, first, {now: 9500})).toEqual({failed: false});
    expect(look(...silent, {now: 10_019})).toBeUndefined();
    expect(look(...silent, {now: 10_020})?.say).toBe('ended after 10 s: no log was received');
  });

  it('but not while repeated bytes of a replay come, or before the replay is placed', () => {
    const again = {now: 20, ...opened, received: 100};
    expect(look(again, {now: 2000}, {now: 5000})).toBeUndefined();
    expect(look(again, {now: 300, connection: live}, {now: 500, receivedAt: 1}, {now: 900})).toBeUndefined();
  });

  it('later when the server is far away, but not ever later', () => {
    const slow = (answered: number) => [
      {now: answered, connection: catchingUp(answered), opened: true, receivedAt: 1},
      {now: answered + 1, connection: live},
    ];
    expect(look(...slow(400), {now: 1599})).toBeUndefined();
    expect(look(...slow(400), {now: 1600})).toEqual({failed: false});
    expect(look(...slow(4000), {now: 8999})).toBeUndefined();
    expect(look(...slow(4000), {now: 9000})).toEqual({failed: false});
  });

  it('when more has come than the ring can hold', () => {
    expect(look({now: 20, ...opened}, {now: 30, received: 1_050_000, receivedAt: 1})).toBeUndefined();
    expect(look({now: 20, ...opened}, {now: 30, received: 1_050_001, receivedAt: 1})).toEqual({
      failed: false,
      continues: true,
      say: "ended after as much as the server's buffer can hold",
    });
  });

  it('after a time when the log does not rest', () => {
    const steps = Array.from({length: 99}, (_, step) => ({now: 100 * (step + 1), receivedAt: step}));
    expect(look({now: 20, ...opened}, ...steps)).toBeUndefined();
    expect(look({now: 20, ...opened}, ...steps, {now: 10_020, receivedAt: 100})).toEqual({
      failed: false,
      continues: true,
      say: 'ended after 10 s: the log never paused',
    });
  });

  it('when the log is', () => {
    expect(look({now: 20, ...opened}, {now: 30, logEnded: true})).toEqual({failed: false});
  });
});

describe('fails', () => {
  const whichServer = ' · set the server with --host, FELDERA_HOST or a context';
  it.each([
    ['unreachable', whichServer],
    ['timeout', whichServer],
    ['protocol', ''],
  ] as const)('at once when there is no server: %s', (reason, what) => {
    const say = `the message${what}`;
    expect(look({now: 20, connection: waiting(retryable(reason))})).toEqual({failed: true, say});
  });

  it('at once when the server refuses, or knows no such pipeline', () => {
    const say = expect.stringMatching(/^the message · set a key with --auth, /);
    expect(look({now: 20, connection: refused})).toEqual({failed: true, say});
    expect(look({now: 20, connection: {kind: 'gone', reason: {kind: 'deleted'}, until: 0}})).toEqual({
      failed: true,
      unknown: true,
      say: 'there is no such pipeline',
    });
  });

  it.each(['runner-unreachable', 'server-error'] as const)('after a while when it is temporary: %s', (reason) => {
    const connection = waiting(retryable(reason));
    expect(look({now: 20, connection}, {now: 29_999})).toBeUndefined();
    expect(look({now: 20, connection}, {now: 30_000})).toEqual({failed: true, say: 'the message'});
    // The time may be over in the middle of another try.
    const trying = {now: 29_999, connection: {kind: 'connecting', attempt: 2}} as const;
    expect(look({now: 20, connection}, trying, {now: 30_000})).toEqual({failed: true, say: 'the message'});
  });

  it('after a while when the runner does not get ready', () => {
    expect(look({now: 20, connection: waiting()}, {now: 30_000})).toEqual({
      failed: true,
      say: 'there is no log to read yet: its runner is not ready',
    });
  });

  it('when the rest of the log cannot be had', () => {
    const lost = {now: 50, connection: waiting(retryable('unreachable'))};
    expect(look({now: 20, ...opened}, lost)).toBeUndefined();
    expect(look({now: 20, ...opened}, lost, {now: 30_000})).toEqual({
      failed: true,
      say: 'the log is incomplete: the message',
    });
    expect(look({now: 20, ...opened}, {now: 50, connection: refused})).toEqual({
      failed: true,
      say: 'the log is incomplete: the message',
    });
  });
});

describe('the last records, when what comes after them is printed too', () => {
  const waitsFor = (...moments: (Partial<CatchUpInput> & {readonly now: number})[]) => {
    const wait = new TailWait(0);
    let input: CatchUpInput = {
      now: 0,
      connection: connecting,
      received: 0,
      receivedAt: undefined,
      opened: false,
      serverAnswers: true,
      logEnded: false,
    };
    let caughtUp = wait.check(input);
    for (const moment of moments) {
      for (let now = input.now + 50; now < moment.now; now += 50) expect(wait.check({...input, now})).toBeUndefined();
      expect(caughtUp).toBeUndefined();
      input = {...input, ...moment};
      caughtUp = wait.check(input);
    }
    return caughtUp;
  };
  const begun = [
    {now: 50, connection: catchingUp(50)},
    {now: 60, received: 100, receivedAt: 1},
  ];

  it('wait until the log is quiet: then exactly they are printed', () => {
    expect(waitsFor(...begun, {now: 309, connection: live})).toBeUndefined();
    expect(waitsFor(...begun, {now: 310, connection: live})).toEqual({isQuiet: true, mayBeLive: 0});
  });

  it('are far away if the server takes long to respond: then they come in bursts', () => {
    const far = [
      {now: 500, connection: catchingUp(500)},
      {now: 510, received: 100, receivedAt: 1},
      {now: 660, connection: live},
    ];
    expect(waitsFor(...far, {now: 1009})).toBeUndefined();
    expect(waitsFor(...far, {now: 1010})).toEqual({isQuiet: true, mayBeLive: 0});
  });

  it('wait 3 s for a log that is not quiet, which then may have brought live ones since the request', () => {
    const busy = [...begun, {now: 2000, received: 200, receivedAt: 2}, {now: 3030, received: 300, receivedAt: 3}];
    expect(waitsFor(...busy)).toBeUndefined();
    expect(waitsFor(...busy, {now: 3060})).toEqual({isQuiet: false, mayBeLive: 3030});
  });

  it('are not all there because we were stalled', () => {
    const wait = new TailWait(0);
    const input = {
      connection: live,
      received: 100,
      receivedAt: 1,
      opened: true,
      serverAnswers: true,
      logEnded: false,
    };
    const checks = [60, 1060, 1110, 1159].map((now) => wait.check({...input, now}));
    expect(checks).toEqual([undefined, undefined, undefined, undefined]);
    expect(wait.check({...input, now: 1210})).toEqual({isQuiet: true, mayBeLive: 0});
  });

  it('wait for no more than the server can hold', () => {
    expect(waitsFor(...begun, {now: 70, received: 50_000_000, receivedAt: 2})).toMatchObject({isQuiet: false});
  });

  it('when the log was cut, wait until its rest is quiet too, not only matched', () => {
    const again = {kind: 'catching-up', since: 400} as const;
    const cut = [...begun, {now: 100, connection: waiting()}, {now: 400, connection: again, receivedAt: 2}];
    const matched = [...cut, {now: 420, connection: {kind: 'live'} as const, receivedAt: 3}];
    expect(waitsFor(...cut, {now: 1000})).toBeUndefined();
    expect(waitsFor(...matched, {now: 669})).toBeUndefined();
    expect(waitsFor(...matched, {now: 670})).toEqual({isQuiet: true, mayBeLive: 0});
    expect(waitsFor(...matched, {now: 600, receivedAt: 4}, {now: 850})).toEqual({isQuiet: true, mayBeLive: 600});
  });

  it('wait no longer for a server that does not come back, nor for a log that has ended', () => {
    const cut = [...begun, {now: 100, connection: waiting()}];
    expect(waitsFor(...cut, {now: 3059})).toBeUndefined();
    expect(waitsFor(...cut, {now: 3060})).toEqual({isQuiet: true, mayBeLive: 0});
    expect(waitsFor(...begun, {now: 100, connection: waiting(), logEnded: true})).toEqual({
      isQuiet: true,
      mayBeLive: 0,
    });
  });
});
