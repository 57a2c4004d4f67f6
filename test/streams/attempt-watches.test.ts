import {expect, test} from 'vitest';
import {LogBuffer} from '../../source/buffer/log-buffer.ts';
import {AttemptScopes} from '../../source/streams/attempt-scopes.ts';
import {AttemptWatches} from '../../source/streams/attempt-watches.ts';
import type {Machine} from '../../source/streams/connection-events.ts';
import {initialMachine} from '../../source/streams/connection-machine.ts';
import {LogReader} from '../../source/streams/log-reader.ts';
import {FakeClock} from '../harness/fake-clock.ts';

function open(silence: number) {
  const clock = new FakeClock();
  const scopes = new AttemptScopes(clock);
  const reader = new LogReader({buffer: new LogBuffer({maxBytes: 1000}), clock, note: () => {}});
  const told: string[] = [];
  let machine: Machine = {...initialMachine, attempt: 1, connection: {kind: 'catching-up', attempt: 1, since: 0}};
  const watches = new AttemptWatches({
    ...{clock, scopes, reader, silence},
    machine: () => machine,
    dispatch: (event) => told.push(event.kind),
  });
  reader.begin({attempt: 1, loss: undefined, pipelineId: undefined, beside: undefined});
  const hear = () => reader.receive(1, Buffer.from('line\n'));
  const end = () => reader.end(1);
  const become = (changes: Partial<Machine>) => {
    machine = {...machine, ...changes};
  };
  return {clock, scopes, watches, told, hear, end, become};
}

const live = {kind: 'live', attempt: 1, since: 0} as const;

test('the end of a replay is told once', async () => {
  const {clock, watches, told, hear} = open(0);
  watches.watchCatchUp(1);
  for (let n = 0; n < 5; n++) {
    hear();
    await clock.advance(100);
  }
  expect(told).toEqual([]);
  await clock.advance(1000);
  expect(told).toEqual(['caught-up']);
  expect(clock.pending).toBe(0);
});

test('a catch-up that ended otherwise is watched no more, that of a spare is', async () => {
  const {clock, watches, told, hear, become} = open(0);
  watches.watchCatchUp(1);
  hear();
  become({connection: live});
  await clock.advance(1000);
  expect([told, clock.pending]).toEqual([[], 0]);
  become({spare: {attempt: 1, reading: true}});
  watches.watchCatchUp(1);
  await clock.advance(1000);
  expect(told).toEqual(['caught-up']);
});

test('a replay that comes late is told of once when it is over, unless it was ended', async () => {
  const {clock, watches, told, hear, end} = open(0);
  hear();
  watches.watchLateReplay(1, () => told.push('over'));
  await clock.advance(100);
  expect(told).toEqual([]);
  await clock.advance(1000);
  expect([told, clock.pending]).toEqual([['over'], 0]);
  watches.watchLateReplay(1, () => told.push('over'));
  end();
  await clock.advance(1000);
  expect([told, clock.pending]).toEqual([['over'], 0]);
});

test('silence is told each time that it has lasted so long', async () => {
  const {clock, watches, told, hear} = open(60_000);
  watches.watchSilence(1);
  await clock.advance(40_000);
  hear();
  await clock.advance(59_999);
  expect(told).toEqual([]);
  await clock.advance(1);
  expect(told).toEqual(['silent']);
  await clock.advance(60_000);
  expect(told).toEqual(['silent', 'silent']);
});

test('a watch ends with its attempt; none is kept where silence means nothing', async () => {
  const {clock, scopes, watches, told} = open(60_000);
  watches.watchSilence(1);
  watches.watchCatchUp(1);
  scopes.drop(1);
  await clock.advance(200_000);
  expect([told, clock.pending]).toEqual([[], 0]);
  const deaf = open(0);
  deaf.watches.watchSilence(1);
  expect(deaf.clock.pending).toBe(0);
});
