import {describe, expect, onTestFinished, test} from 'vitest';
import {LogBuffer} from '../../../source/buffer/log-buffer.ts';
import {
  AttemptScopes,
  AttemptWatches,
  Connection,
  fetchPipeline,
  PipelineIdentity,
} from '../../../source/streams/connection/connection.ts';
import {initialMachine} from '../../../source/streams/connection/machine.ts';
import type {Machine, MachineEvent} from '../../../source/streams/connection/state.ts';
import {LogReader} from '../../../source/streams/log-reader.ts';
import {eventually} from '../../harness/eventually.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {openStreams} from '../open-streams.ts';

test('dropping an attempt aborts its signal and its timers, and nobody else’s', async () => {
  const clock = new FakeClock();
  const scopes = new AttemptScopes(clock);
  const ran: string[] = [];
  const first = scopes.signal(1);
  scopes.after(1, 100, () => ran.push('first'));
  scopes.after(2, 100, () => ran.push('second'));
  scopes.drop(1);
  expect(first.aborted).toBe(true);
  expect(clock.pending).toBe(1);
  await clock.advance(1000);
  expect(ran).toEqual(['second']);
  expect(scopes.signal(2).aborted).toBe(false);
});

test('after a drop the number may be used again', async () => {
  const clock = new FakeClock();
  const scopes = new AttemptScopes(clock);
  const ran: string[] = [];
  scopes.drop(1);
  scopes.signal(1);
  scopes.drop(1);
  scopes.after(1, 100, () => ran.push('wait'));
  await clock.advance(100);
  expect(ran).toEqual(['wait']);
  scopes.drop(1);
  expect(ran).toEqual(['wait']);
});

describe('attempt watches', () => {
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
    reader.start({attempt: 1, loss: undefined, pipelineId: undefined, beside: undefined});
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

  test('a catch-up that ended otherwise is watched no more, that of a standby is', async () => {
    const {clock, watches, told, hear, become} = open(0);
    watches.watchCatchUp(1);
    hear();
    become({connection: live});
    await clock.advance(1000);
    expect([told, clock.pending]).toEqual([[], 0]);
    become({standby: {attempt: 1, reading: true}});
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
});

describe('connection effects', () => {
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
    const effects = new Connection({
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

  const replayOf = (attempt: number) => ({kind: 'start-replay', attempt, loss: undefined}) as const;

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

  test('a standby that takes too long is told of, the only connection never', async () => {
    const {clock, effects, told, become, untilTold} = await open();
    effects.run({kind: 'connect', attempt: 1});
    await untilTold('opened');
    await clock.advance(100_000);
    become({standby: {attempt: 2, reading: false}});
    effects.run({kind: 'connect', attempt: 2});
    await untilTold('opened', 2);
    expect(told.some(({kind}) => kind === 'standby-late')).toBe(false);
    await clock.advance(30_000);
    expect(told.at(-1)).toEqual({kind: 'standby-late', attempt: 2});
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
});

describe('look up', () => {
  const {signal} = new AbortController();

  test('a pipeline that is still there, one of the same name, and none', async () => {
    const {server, client} = await openStreams(['orders']);
    const {id} = server.pipeline('orders');
    expect(await fetchPipeline(client, 'orders', id, signal)).toMatchObject({found: {kind: 'same'}, pipeline: {id}});
    expect(await fetchPipeline(client, 'orders', undefined, signal)).toMatchObject({found: {kind: 'same'}});
    server.recreatePipeline('orders');
    expect(await fetchPipeline(client, 'orders', id, signal)).toMatchObject({
      found: {kind: 'other'},
      pipeline: {id: server.pipeline('orders').id},
    });
    server.deletePipeline('orders');
    expect(await fetchPipeline(client, 'orders', id, signal)).toMatchObject({
      found: {kind: 'failed', failure: {kind: 'fatal', reason: 'unknown-pipeline'}},
      pipeline: undefined,
    });
  });
});

describe('pipeline identity', () => {
  test('what is known may be newer than what is followed', async () => {
    const {server, client} = await openStreams(['orders']);
    const {signal} = new AbortController();
    const identity = new PipelineIdentity();
    identity.follow();
    identity.followIfUnknown();
    expect([identity.knownId, identity.followedId]).toEqual([undefined, undefined]);

    const first = await client.getPipeline('orders', signal);
    identity.note(first);
    expect([identity.knownId, identity.followedId]).toEqual([first.id, undefined]);
    identity.followIfUnknown();
    expect(identity.followedId).toBe(first.id);

    server.recreatePipeline('orders');
    const second = await client.getPipeline('orders', signal);
    identity.note(second);
    identity.note(undefined);
    identity.followIfUnknown();
    expect([identity.knownId, identity.followedId]).toEqual([second.id, first.id]);
    identity.follow();
    expect(identity.followedId).toBe(second.id);
  });
});
