import {expect, onTestFinished, test} from 'vitest';
import {LogBuffer} from '../../source/buffer/log-buffer.ts';
import {ConnectionEffects} from '../../source/streams/connection-effects.ts';
import type {Machine, MachineEvent} from '../../source/streams/connection-events.ts';
import {initialMachine} from '../../source/streams/connection-machine.ts';
import {LogReader} from '../../source/streams/log-reader.ts';
import {PipelineIdentity} from '../../source/streams/pipeline-identity.ts';
import {eventually} from '../harness/eventually.ts';
import {FakeClock} from '../harness/fake-clock.ts';
import {openStreams} from './open-streams.ts';

/** Effects on a real server, with a machine that a test moves by hand, except that it reads what was opened. */
async function open() {
  const {server, client, write} = await openStreams(['orders']);
  const clock = new FakeClock();
  const buffer = new LogBuffer({maxBytes: 1e6});
  const reader = new LogReader({buffer, clock, note: () => {}});
  const identity = new PipelineIdentity();
  const told: MachineEvent[] = [];
  let machine: Machine = {...initialMachine, attempt: 1};
  let changes = 0;
  const effects = new ConnectionEffects({
    ...{name: 'orders', client, clock, reader, identity, silence: 60_000},
    machine: () => machine,
    dispatch: (event) => {
      told.push(event);
      if (event.kind === 'opened') effects.run(replayOf(event.attempt));
    },
    onChange: () => {
      changes += 1;
    },
  });
  onTestFinished(() => {
    for (const attempt of [1, 2]) effects.run({kind: 'drop', attempt});
  });
  const become = (change: Partial<Machine>) => {
    machine = {...machine, ...change};
  };
  const untilTold = (kind: MachineEvent['kind'], count = 1) =>
    eventually(
      () => told.filter((event) => event.kind === kind).length >= count,
      () => `${kind}, told: ${told.map((event) => event.kind).join()}`,
    );
  return {server, clock, buffer, reader, identity, effects, told, become, untilTold, write, changes: () => changes};
}

const replayOf = (attempt: number) => ({kind: 'begin-replay', attempt, loss: undefined}) as const;

test('a connection brings the log, says that it did, and tells of its end', async () => {
  const {server, buffer, effects, told, untilTold, write, changes} = await open();
  const lines = write('orders', 3);
  effects.run({kind: 'connect', attempt: 1});
  await eventually(
    () => buffer.lineAt(buffer.endId - 1)?.toString() === lines.at(-1),
    () => `${buffer.lineCount} lines`,
  );
  expect(changes()).toBeGreaterThan(0);
  server.cutConnections({afterBytes: 0});
  await untilTold('body-ended');
  expect(told.at(-1)).toMatchObject({attempt: 1, sentinel: false});
});

test('a dropped connection is closed at once', async () => {
  const {server, effects, untilTold} = await open();
  effects.run({kind: 'connect', attempt: 1});
  await untilTold('opened');
  effects.run({kind: 'drop', attempt: 1});
  await eventually(
    () => server.openLogConnections() === 0,
    () => `${server.openLogConnections()} connections`,
  );
});

test('no server: refused', async () => {
  const {server, effects, told, untilTold} = await open();
  await server.stopApi();
  effects.run({kind: 'connect', attempt: 1});
  await untilTold('refused');
  expect(told).toMatchObject([{kind: 'refused', attempt: 1, failure: {kind: 'retryable'}}]);
});

test('a wait is over when it is due, unless it is dropped', async () => {
  const {clock, effects, told} = await open();
  effects.run({kind: 'wait', attempt: 1, milliseconds: 1000});
  effects.run({kind: 'wait', attempt: 2, milliseconds: 1000});
  effects.run({kind: 'drop', attempt: 2});
  await clock.advance(999);
  expect(told).toEqual([]);
  await clock.advance(5000);
  expect(told).toEqual([{kind: 'retry-due', attempt: 1}]);
});

test('a spare that takes too long is told of, the only connection never', async () => {
  const {clock, effects, told, become, untilTold} = await open();
  effects.run({kind: 'connect', attempt: 1});
  await untilTold('opened');
  await clock.advance(100_000);
  become({spare: {attempt: 2, reading: false}});
  effects.run({kind: 'connect', attempt: 2});
  await untilTold('opened', 2);
  expect(told.some(({kind}) => kind === 'spare-late')).toBe(false);
  await clock.advance(30_000);
  expect(told.at(-1)).toEqual({kind: 'spare-late', attempt: 2});
});

test('after the end of a log it finds the same pipeline, or another one of that name', async () => {
  const {server, identity, effects, told, untilTold} = await open();
  effects.run({kind: 'look-up', attempt: 1});
  await untilTold('looked-up');
  const {id} = server.pipeline('orders');
  expect([identity.knownId, effects.lookedUp?.id]).toEqual([id, id]);
  identity.follow();
  server.recreatePipeline('orders');
  effects.run({kind: 'look-up', attempt: 1});
  await untilTold('looked-up', 2);
  expect(told.at(-1)).toMatchObject({found: {kind: 'other'}});
  expect(identity.knownId).toBe(server.pipeline('orders').id);
  expect([identity.followedId, effects.lookedUp]).toEqual([id, undefined]);
});

test('an open line is closed before the end of a log that does not come back, and waits in one that does', async () => {
  for (const because of ['stopped', 'created-again'] as const) {
    const {buffer, reader, effects} = await open();
    effects.run(replayOf(1));
    reader.receive(1, Buffer.from('a line\nan op'));
    effects.run({kind: 'mark-ended', because});
    expect(buffer.hasOpenLine).toBe(because === 'stopped');
    expect(buffer.lastMarker()?.marker).toMatchObject({kind: 'ended', because});
  }
});
