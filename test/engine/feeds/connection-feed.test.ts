import {describe, expect, test} from 'vitest';
import {systemClock} from '../../../source/lib/clock.ts';
import {eventually} from '../../harness/eventually.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {fastClock} from '../../harness/fast-clock.ts';
import {entriesOf} from '../buffer/entries-of.ts';
import {
  connectionOf,
  eventsOf,
  linesOf,
  markersOf,
  openStreams,
  type Rig,
  untilEvent,
  untilLines,
  watchStates,
} from '../logs/open-streams.ts';
import {runner} from '../records/index-lines.ts';

async function openOrders(options: Parameters<typeof openStreams>[1] = {}) {
  const rig = await openStreams(['orders'], options);
  const before = rig.write('orders', 20);
  const stream = rig.manager.open('orders');
  await connectionOf(stream, 'live');
  return {...rig, before, stream};
}

/** The same, on a clock that the test moves: no time passes while the machine is busy with other things. */
async function openStill(options: Parameters<typeof openStreams>[1] = {}) {
  const clock = new FakeClock();
  const rig = await openStreams(['orders'], {...options, clock});
  const before = rig.write('orders', 20);
  const stream = rig.manager.open('orders');
  await untilLines(stream, before);
  await clock.advance(1000);
  expect(stream.snapshot.get().connection.kind).toBe('live');
  return {...rig, before, stream, clock};
}

async function untilConnections(rig: Pick<Rig, 'server'>, count: number): Promise<void> {
  const {server} = rig;
  await eventually(
    () => server.openLogConnections() === count,
    () => `${count} connections, the server holds ${server.openLogConnections()}`,
  );
}

describe('a connection that is lost', () => {
  test('by a cut: nothing is lost or repeated, what came meanwhile included', async () => {
    const {server, stream, before, write} = await openOrders({chunking: 'ragged'});
    const live = write('orders', 100);
    await untilLines(stream, [...before, ...live]);
    server.cutConnections({afterBytes: 0});
    await connectionOf(stream, 'waiting');
    const missed = write('orders', 50);
    await connectionOf(stream, 'live');
    const after = write('orders', 50);
    expect(await untilLines(stream, [...before, ...live, ...missed, ...after])).toEqual([
      ...before,
      ...live,
      ...missed,
      ...after,
    ]);
    expect(markersOf(stream)).toEqual([{kind: 'reconnected', cause: 'server-lost', times: 1}]);
    await untilEvent(stream, /^live again after/);
    expect(eventsOf(stream)[1]).toMatch(/in the middle of the log.*next try in 1\.0 s$/);
  });

  test('in the middle of a line, which is completed', async () => {
    const {server, stream, before, write} = await openOrders();
    server.cutConnections({afterBytes: 30});
    const cut = write('orders', 3);
    await connectionOf(stream, 'waiting');
    expect(stream.buffer.hasOpenLine).toBe(true);
    expect(await untilLines(stream, [...before, ...cut])).toEqual([...before, ...cut]);
  });

  test('again and again without a loss: one marker with a count', async () => {
    const {server, stream, before, write} = await openOrders();
    const all = [...before];
    for (let cut = 0; cut < 4; cut++) {
      server.cutConnections();
      await connectionOf(stream, 'waiting');
      all.push(...write('orders', 5));
      await connectionOf(stream, 'live');
      await untilLines(stream, all);
    }
    expect(linesOf(stream)).toEqual(all);
    expect(markersOf(stream)).toEqual([{kind: 'reconnected', cause: 'server-lost', times: 4}]);
  });

  test('again, before it is called live: an outage of its own if lines had come, the same one if not', async () => {
    const clock = new FakeClock();
    const {server, manager, write} = await openStreams(['orders'], {clock});
    const lines = write('orders', 3);
    const stream = manager.open('orders');
    await untilLines(stream, lines);
    const reconnects = () => {
      const marker = stream.buffer.lastMarker()?.marker;
      if (marker?.kind !== 'reconnected') return marker;
      return {cause: marker.cause, times: marker.times, downSeconds: Math.round(marker.downMs / 1000)};
    };
    // Time stops but for the waits before a reconnect, and a millisecond for each reading of the clock.
    const untilTime = async (probe: () => boolean) =>
      eventually(
        async () => {
          await clock.advance(1);
          return probe();
        },
        () => JSON.stringify(stream.snapshot.get().connection),
      );
    const sitOutTheWait = async () => {
      await untilTime(() => stream.snapshot.get().connection.kind === 'waiting');
      const {connection} = stream.snapshot.get();
      if (connection.kind === 'waiting') await clock.advance(connection.until - clock.monotonic());
    };
    await clock.advance(1000);
    server.cutConnections();
    lines.push(...write('orders', 3));
    await sitOutTheWait();
    await untilLines(stream, lines);
    expect(reconnects()).toEqual({cause: 'server-lost', times: 1, downSeconds: 1});
    stream.connection.reconnect();
    lines.push(...write('orders', 3));
    await untilLines(stream, lines);
    expect(reconnects()).toEqual({cause: 'asked', times: 2, downSeconds: 1});
    server.cutNextConnections({afterBytes: 100});
    server.cutConnections();
    await sitOutTheWait();
    lines.push(...write('orders', 3));
    await sitOutTheWait();
    await untilLines(stream, lines);
    // In one outage, whose waits did not grow: both connections brought bytes.
    expect(reconnects()).toEqual({cause: 'server-lost', times: 3, downSeconds: 3});
  });

  test('with the runner: a new life, and what was read stays', async () => {
    const {server, stream, before, write} = await openOrders();
    server.killRunner();
    const waiting = await connectionOf(stream, 'waiting');
    expect(waiting.cause).toBe('runner-lost');
    server.startRunner();
    const after = write('orders', 5);
    expect(await untilLines(stream, [...before, ...after])).toEqual([...before, ...after]);
    expect(markersOf(stream)).toEqual([{kind: 'new-life', because: 'restarted'}]);
    await untilEvent(stream, /^runner lost: the log broke off/);
  });

  test('with the whole server: the marker of the restart has the cause and the length of the outage', async () => {
    const {server, stream, before, write} = await openOrders();
    await server.stopApi();
    await connectionOf(stream, 'waiting');
    server.killRunner();
    server.startRunner();
    const after = write('orders', 5);
    await server.startApi();
    await untilLines(stream, [...before, ...after]);
    const {marker} = stream.buffer.lastMarker() ?? {};
    expect(marker).toMatchObject({kind: 'new-life', because: 'restarted', cause: 'server-lost'});
    expect(marker?.kind === 'new-life' && marker.downMs).toBeGreaterThan(0);
  });

  test('to a runner that was stopped gently: looked up, and not mistaken for a deletion', async () => {
    const {server, stream} = await openOrders();
    server.stopRunnerGently();
    await eventually(
      () => markersOf(stream).length > 0,
      () => 'a marker',
    );
    expect(markersOf(stream)).toEqual([{kind: 'ended', because: 'stopped'}]);
    server.startRunner();
    // Not `live`: what the snapshot shows may still be the connection before.
    await eventually(
      () => markersOf(stream).length > 1,
      () => 'a second marker',
    );
    expect(markersOf(stream)).toEqual([
      {kind: 'ended', because: 'stopped'},
      {kind: 'new-life', because: 'restarted'},
    ]);
  });

  test('because the server found us too slow: seen by the log that continues', async () => {
    const {server, stream, write, before} = await openOrders({
      followerLimit: 150,
      ringLimits: {bytes: 1_000_000, entries: 100},
    });
    server.freeze('orders');
    const flood = write('orders', 200);
    server.thaw();
    expect(await untilLines(stream, [...before, ...flood])).toEqual([...before, ...flood]);
    expect(markersOf(stream)).toEqual([
      {kind: 'ended', because: 'unknown'},
      {kind: 'reconnected', cause: 'dropped-as-slow', times: 1},
    ]);
    await untilEvent(stream, /dropped pipetail for reading too slowly/);
  });

  test('without a sign while the machine slept: a second one brings the lines', async () => {
    const {server, stream, write, before} = await openOrders();
    server.addPipeline('other');
    // Freezes the open connection, and no later one of this pipeline.
    server.freeze('orders');
    server.freeze('other');
    const missed = write('orders', 5);
    stream.connection.checkAfterPause('stop');
    expect(await untilLines(stream, [...before, ...missed])).toEqual([...before, ...missed]);
    await untilConnections({server}, 1);
    expect(markersOf(stream)).toEqual([{kind: 'reconnected', cause: 'slept', times: 1}]);
    expect(eventsOf(stream)).toContain('pipetail was stopped or this machine slept');
  });

  test('never because the machine slept: what an open connection still holds is read, though the ring lost it', async () => {
    const {server, stream, write, before} = await openOrders({ringLimits: {bytes: 1_000_000, entries: 100}});
    server.freeze('orders');
    const held = write('orders', 400);
    stream.connection.checkAfterPause('stop');
    server.thaw();
    expect(await untilLines(stream, [...before, ...held])).toEqual([...before, ...held]);
    expect([markersOf(stream), server.totalLogConnections]).toEqual([[], 1]);
  });

  test('nor because a second one is there sooner, which would leave a gap: the first is read as soon as it continues', async () => {
    const {server, stream, write, before, clock} = await openStill({ringLimits: {bytes: 1_000_000, entries: 100}});
    server.addPipeline('other');
    server.freeze('orders');
    server.freeze('other');
    const held = write('orders', 400);
    stream.connection.checkAfterPause('sleep');
    await eventually(
      async () => {
        await clock.advance(100);
        return server.openLogConnections() === 2;
      },
      () => 'a second connection',
    );
    // Ten seconds of the stream: the second connection has brought all that the server keeps.
    for (let turn = 0; turn < 40; turn++) {
      await clock.advance(250);
      await systemClock.sleep(2, new AbortController().signal);
    }
    server.thaw();
    expect(await untilLines(stream, [...before, ...held])).toEqual([...before, ...held]);
    // Which the second one joins.
    await clock.advance(1_000);
    await untilConnections({server}, 1);
    expect(markersOf(stream)).toEqual([{kind: 'reconnected', cause: 'slept', times: 1}]);
  });

  test('without a sign, for good, while the server lost lines: the second one replaces it, and counts them', async () => {
    const {server, stream, write, before} = await openOrders({ringLimits: {bytes: 1_000_000, entries: 100}});
    server.addPipeline('other');
    server.freeze('orders');
    server.freeze('other');
    const missed = write('orders', 400);
    stream.connection.checkAfterPause('stop');
    expect(await untilLines(stream, [...before, ...missed.slice(-100)])).toEqual([...before, ...missed.slice(-100)]);
    await untilConnections({server}, 1);
    expect(markersOf(stream)).toMatchObject([{kind: 'lost', atLeast: 300, atMost: 300}]);
    await untilEvent(stream, /^the silent connection was dead/);
  });

  test('at the asking: at once, in every state', async () => {
    const {server, stream, write, before} = await openOrders();
    stream.connection.reconnect();
    stream.connection.reconnect();
    stream.connection.reconnect();
    const after = write('orders', 5);
    expect(await untilLines(stream, [...before, ...after])).toEqual([...before, ...after]);
    await connectionOf(stream, 'live');
    expect(markersOf(stream)).toEqual([{kind: 'reconnected', cause: 'asked', times: 1}]);
    await untilConnections({server}, 1);
  });

  test('accepted and dropped again: backs off, since a 200 is not live yet', async () => {
    const {server, stream, before} = await openOrders();
    const states = watchStates(stream);
    server.cutNextConnections({afterBytes: 0, times: 3});
    server.cutConnections();
    await connectionOf(stream, 'waiting');
    await connectionOf(stream, 'live');
    const tries = states.flatMap((state) => (state.kind === 'waiting' ? [state.tries] : []));
    expect(tries).toEqual([1, 2, 3, 4]);
    expect(linesOf(stream)).toEqual(before);
    expect(server.totalLogConnections).toBe(5);
  });
});

describe('a reconnect that is accepted and brings nothing', () => {
  /** Lost, and accepted by a server that sends nothing until it is thawed. Nothing else replaces the connection. */
  async function openMute(lines: readonly string[], options: Parameters<typeof openStreams>[1] = {}) {
    const clock = fastClock(50);
    const rig = await openOrders({...options, clock, silence: 0});
    const {server, stream} = rig;
    for (const line of lines) server.pipeline('orders').write(line);
    const received = () => entriesOf(stream.buffer).filter((text) => lines.includes(text)).length;
    await eventually(
      () => received() === lines.length,
      () => `${lines.length} lines, there are ${received()}`,
    );
    server.freeze();
    server.cutConnections();
    await connectionOf(stream, 'catching-up');
    await connectionOf(stream, 'live');
    return {...rig, received};
  }

  test('is taken for live, and for the same outage when it speaks', async () => {
    const {server, stream, before, write} = await openMute([]);
    const missed = write('orders', 5);
    server.thaw();
    expect(await untilLines(stream, [...before, ...missed])).toEqual([...before, ...missed]);
    expect(markersOf(stream)).toEqual([{kind: 'reconnected', cause: 'server-lost', times: 1}]);
  });

  test('and then what proves nothing: it is shown when it rests', async () => {
    // An entry of the runner that does not end: the lines after it cannot be counted.
    const lines = ['[manager] begun', ...Array.from({length: 40}, () => 'x')];
    const {server, stream, received} = await openMute(lines, {ringLimits: {bytes: 1_000_000, entries: 5}});
    server.thaw();
    await eventually(
      () => received() === lines.length + 5,
      () => `5 lines more than ${lines.length}, there are ${received()}`,
    );
    expect(markersOf(stream).map(({kind}) => kind)).toEqual(['discarded', 'lost', 'possible-repeat']);
  });
});

describe('a pipeline that goes', () => {
  test('deleted: gone, without a connection; created again: the list wakes it, and it is another log', async () => {
    const {server, stream, before, write, list} = await openOrders();
    await list();
    server.deletePipeline('orders');
    const gone = await connectionOf(stream, 'gone');
    expect(gone.reason).toEqual({kind: 'deleted'});
    expect(markersOf(stream)).toEqual([{kind: 'ended', because: 'deleted'}]);
    expect(server.openLogConnections()).toBe(0);
    await list();
    server.addPipeline('orders');
    const after = write('orders', 5);
    await list();
    expect(await untilLines(stream, [...before, ...after])).toEqual([...before, ...after]);
    expect(markersOf(stream)).toEqual([
      {kind: 'ended', because: 'deleted'},
      {kind: 'new-life', because: 'created-again'},
    ]);
  });

  test('and is created again at once: one row', async () => {
    const {server, stream, before, write, list} = await openOrders();
    await list();
    server.recreatePipeline('orders');
    const after = write('orders', 5);
    expect(await untilLines(stream, [...before, ...after])).toEqual([...before, ...after]);
    expect(markersOf(stream)).toEqual([{kind: 'ended', because: 'created-again'}]);
    expect(stream.connection.pipelineId).toBe(server.pipeline('orders').id);
  });

  test('while it could not be read: the list shows it', async () => {
    const {server, stream, list} = await openOrders();
    await list();
    server.refuse({kind: 'unreachable', times: 1000, retryAfter: '300'});
    server.cutConnections();
    const failure = await eventually(
      () => {
        const {connection} = stream.snapshot.get();
        return connection.kind === 'waiting' ? connection.failure : undefined;
      },
      () => 'a refusal',
    );
    expect(failure).toMatchObject({reason: 'runner-unreachable', retryAfter: 300_000});
    server.deletePipeline('orders');
    await list();
    expect((await connectionOf(stream, 'gone')).reason).toEqual({kind: 'deleted'});
    expect(markersOf(stream)).toEqual([{kind: 'ended', because: 'deleted'}]);
  });

  test('unknown from the start: gone without a marker, since nothing was read', async () => {
    const {manager} = await openStreams(['orders']);
    const stream = manager.open('order');
    expect((await connectionOf(stream, 'gone')).reason).toEqual({kind: 'deleted'});
    expect(markersOf(stream)).toEqual([]);
  });

  test('fails: a row with the cause, dated as the server does, and a line of its history', async () => {
    const {server, stream, list} = await openOrders();
    await list();
    const pipeline = server.pipeline('orders');
    pipeline.setState({deploymentError: {message: 'out of memory', error_code: 'RuntimeError', details: {}}});
    pipeline.stop();
    await list();
    await list();
    expect(markersOf(stream)).toEqual([{kind: 'state', from: 'Running', to: 'Stopped', error: 'out of memory'}]);
    expect(stream.buffer.lastMarker()?.marker.at).toBe(Date.parse(pipeline.state.deploymentStatusSince));
    await untilEvent(stream, /^failed: out of memory$/);
  });

  test('fails, and the runner itself reports the cause: no row', async () => {
    const {server, stream, list, before, write} = await openOrders();
    await list();
    server.pipeline('orders').fail('exit status: 101');
    await untilLines(stream, [...before, ...write('orders', 1)]);
    await list();
    await untilEvent(stream, /^failed: exit status: 101$/);
    expect(markersOf(stream)).toEqual([]);
  });

  test('fails, and the runner reports the cause long before it has stopped: no row', async () => {
    const {server, stream, list, before, write} = await openOrders();
    await list();
    const pipeline = server.pipeline('orders');
    const at = new Date().toISOString();
    const deploymentStatusSince = new Date(Date.parse(at) + 20_000).toISOString();
    const own = (message: string, time: string) =>
      pipeline.write(runner(message, 'INFO', time).replace(/pipeline-id="[^"]*"/, `pipeline-id="${pipeline.id}"`));
    own('Resources error: exit status: 101', at);
    own('Resources transition: provisioned -> stopping (desired: provisioned)', at);
    own('Resources transition: stopping -> stopped (desired: stopped)', deploymentStatusSince);
    const deploymentError = {message: 'exit status: 101', error_code: 'RunnerCheckError', details: {}};
    await untilLines(stream, [...before, ...write('orders', 1)]);
    pipeline.setState({deploymentStatus: 'Stopped', deploymentStatusSince, deploymentError});
    await list();
    await untilEvent(stream, /^failed: exit status: 101$/);
    expect(markersOf(stream)).toEqual([]);
  });

  test('fails to start, again and again: each time a row that calls it that', async () => {
    const {server, stream, list} = await openOrders();
    const pipeline = server.pipeline('orders');
    pipeline.stop();
    await list();
    for (let n = 0; n < 2; n++) {
      const deploymentError = {message: 'Pipeline provision failed: no nodes left', error_code: 'RunnerProvisionError'};
      const details = {error: 'no nodes left'};
      const deploymentStatusSince = `2026-11-27T06:49:0${n}Z`;
      pipeline.setState({deploymentStatusSince, deploymentError: {...deploymentError, details}});
      await list();
    }
    const failed = {kind: 'state', from: 'Stopped', to: 'Stopped', error: 'no nodes left', startFailed: true};
    expect(markersOf(stream)).toEqual([failed, failed]);
    await eventually(
      () => eventsOf(stream).filter((text) => text === 'start failed: no nodes left').length === 2,
      () => `two failed starts in ${JSON.stringify(eventsOf(stream))}`,
    );
  });
});

describe('markers of the list stand in the order of their times', () => {
  const failure = {message: 'out of memory', error_code: 'RuntimeError', details: {}};
  const at = (second: number) => `2026-11-27T06:49:0${second}Z`;

  test('below what a log that was cut has of the time before', async () => {
    const {server, stream, list, write, clock} = await openStill();
    await list();
    await server.stopApi();
    await clock.advance(3000);
    const missed = write('orders', 5);
    server
      .pipeline('orders')
      .setState({deploymentStatus: 'Stopped', deploymentStatusSince: at(1), deploymentError: failure});
    await server.startApi();
    await list();
    expect(markersOf(stream)).toEqual([]);
    while (!entriesOf(stream.buffer).includes('<state>')) {
      await clock.advance(100);
      await systemClock.sleep(1, new AbortController().signal);
    }
    expect(entriesOf(stream.buffer).slice(-2 - missed.length)).toEqual(['<reconnected>', ...missed, '<state>']);
  });

  test('a failure below the states before it', async () => {
    const {server, stream, list, clock} = await openStill();
    await list();
    const pipeline = server.pipeline('orders');
    pipeline.setState({deploymentStatus: 'Paused', deploymentStatusSince: at(1)});
    await list();
    pipeline.setState({deploymentStatus: 'Stopped', deploymentStatusSince: at(2), deploymentError: failure});
    await list();
    while (markersOf(stream).length < 2) await clock.advance(1000);
    expect(markersOf(stream)).toEqual([
      {kind: 'state', from: 'Running', to: 'Paused'},
      {kind: 'state', from: 'Paused', to: 'Stopped', error: 'out of memory'},
    ]);
  });
});

describe('a state that changes', () => {
  const noted = {kind: 'state', from: 'Running', to: 'Paused'};
  /** Longer than the log has to tell of it. */
  const untilTold = (clock: FakeClock) => clock.advance(10_000);

  test('that the log reports has no row of its own', async () => {
    const {server, stream, list, before, write, clock} = await openStill();
    await list();
    const pipeline = server.pipeline('orders');
    const lines = [...before];
    for (const step of ['pause', 'resume', 'stop', 'start'] as const) {
      pipeline[step]();
      lines.push(...write('orders', 1));
      await untilLines(stream, lines);
      await list();
    }
    await untilTold(clock);
    expect(pipeline.state.deploymentStatus).toBe('Running');
    expect(markersOf(stream)).toEqual([]);
  });

  test('has none either when the list shows it first', async () => {
    const {server, stream, list, before, write, clock} = await openStill();
    await list();
    const pipeline = server.pipeline('orders');
    pipeline.setState({deploymentStatus: 'Paused', deploymentStatusSince: new Date().toISOString()});
    await list();
    expect(markersOf(stream)).toEqual([]);
    pipeline.manager('INFO', 'pipeline_automata', 'Runtime transition: running -> paused (desired: paused)');
    await untilLines(stream, [...before, ...write('orders', 1)]);
    await untilTold(clock);
    expect(markersOf(stream)).toEqual([]);
  });

  test('that only the list shows has one, dated by the server', async () => {
    const {server, stream, list} = await openOrders();
    await list();
    const since = '2026-11-27T06:49:06.779706Z';
    server.pipeline('orders').setState({deploymentStatus: 'Paused', deploymentStatusSince: since});
    await list();
    await eventually(
      () => markersOf(stream).length > 0,
      () => 'a marker',
    );
    expect(markersOf(stream)).toEqual([noted]);
    expect(stream.buffer.lastMarker()?.marker.at).toBe(Date.parse(since));
  });

  test('has one when the log is of another time', async () => {
    const {server, stream, list} = await openOrders();
    const pipeline = server.pipeline('orders');
    pipeline.pause();
    pipeline.resume();
    await list();
    const since = new Date(Date.parse(pipeline.state.deploymentStatusSince) + 60_000).toISOString();
    pipeline.setState({deploymentStatus: 'Paused', deploymentStatusSince: since});
    await list();
    await eventually(
      () => markersOf(stream).length > 0,
      () => 'a marker',
    );
    expect(markersOf(stream)).toEqual([noted]);
  });

  test('leaves no row once the stream is closed', async () => {
    const {server, stream, list, clock} = await openStill();
    await list();
    server.pipeline('orders').setState({deploymentStatus: 'Paused'});
    await list();
    await stream.close();
    await untilTold(clock);
    expect(markersOf(stream)).toEqual([]);
  });

  test('of its program has one at once: the steps of the compiler are one row', async () => {
    const {server, stream, list} = await openOrders();
    await list();
    for (const status of ['Pending', 'CompilingSql', 'SqlCompiled', 'CompilingRust', 'RustError']) {
      server.pipeline('orders').setProgram(status);
      await list();
    }
    expect(markersOf(stream)).toEqual([{kind: 'program', from: 'Success', to: 'RustError'}]);
  });
});

describe('a server that refuses', () => {
  test('with the empty 404: tried again soon, and never shown as an error', async () => {
    const {server, manager, write} = await openStreams(['orders']);
    server.refuse({kind: 'not-ready', times: 6});
    const lines = write('orders', 3);
    const stream = manager.open('orders');
    const states = watchStates(stream);
    expect(await untilLines(stream, lines)).toEqual(lines);
    const waits = states.filter((state) => state.kind === 'waiting');
    expect(waits).toHaveLength(6);
    expect(waits.map(({failure}) => failure)).toEqual(waits.map(() => undefined));
    expect(markersOf(stream)).toEqual([]);
  });

  test('with 503 and Retry-After: waits as requested, shows why, and comes back', async () => {
    const {server, manager, write} = await openStreams(['orders']);
    server.refuse({kind: 'unreachable', retryAfter: '7'});
    const lines = write('orders', 3);
    const stream = manager.open('orders');
    const waiting = await connectionOf(stream, 'waiting');
    expect(waiting).toMatchObject({tries: 1, failure: {reason: 'runner-unreachable', retryAfter: 7000}});
    expect(await untilLines(stream, lines)).toEqual(lines);
    await untilEvent(stream, /^try 1 failed: .*next try in 7\.0 s$/);
  });

  test('with Retry-After of a year: capped, and the history has both', async () => {
    const {server, manager} = await openStreams(['orders']);
    server.refuse({kind: 'unreachable', retryAfter: String(365 * 86_400)});
    const stream = manager.open('orders');
    await connectionOf(stream, 'waiting');
    expect(eventsOf(stream)[0]).toMatch(/next try in 5 min \(the server asked for 365 d\)$/);
  });

  test('with 401: gone with the reason, without a connection, and back automatically when it may', async () => {
    const {server, manager, write} = await openStreams(['orders'], {clock: fastClock(50)});
    server.setApiKey('apikey:right');
    const lines = write('orders', 3);
    const stream = manager.open('orders');
    const gone = await connectionOf(stream, 'gone');
    expect(gone.reason).toMatchObject({kind: 'refused', failure: {kind: 'fatal', reason: 'unauthorized'}});
    expect(server.openLogConnections()).toBe(0);
    server.setApiKey(undefined);
    expect(await untilLines(stream, lines)).toEqual(lines);
  });

  test('with the web console: a wrong URL', async () => {
    const {server, manager} = await openStreams(['orders']);
    server.refuse({kind: 'web-console', times: 1000});
    const stream = manager.open('orders');
    const gone = await connectionOf(stream, 'gone');
    expect(gone.reason).toMatchObject({kind: 'refused', failure: {kind: 'fatal', reason: 'wrong-url'}});
  });

  test('by not being there: the list that comes again ends the wait', async () => {
    const {server, stream, before, write, list} = await openOrders({clock: systemClock});
    await list();
    await server.stopApi();
    await eventually(
      () => {
        const {connection} = stream.snapshot.get();
        return connection.kind === 'waiting' && connection.failure;
      },
      () => 'a refusal',
    );
    await server.startApi();
    await list();
    const after = write('orders', 3);
    expect(await untilLines(stream, [...before, ...after])).toEqual([...before, ...after]);
  });
});

describe('a silent connection', () => {
  test('is replaced unseen, and again after the next silence', async () => {
    const {server, stream, before, write} = await openOrders({silence: 5000});
    await eventually(
      () => server.totalLogConnections >= 3,
      () => `3 connections, the server saw ${server.totalLogConnections}`,
    );
    await untilConnections({server}, 1);
    const after = write('orders', 5);
    expect(await untilLines(stream, [...before, ...after])).toEqual([...before, ...after]);
    expect(markersOf(stream)).toEqual([]);
    expect(eventsOf(stream)).toEqual(['live']);
  });

  test('that was dead is found out: the lines come, and the history has an event', async () => {
    const {server, stream, before, write} = await openOrders({silence: 5000});
    server.addPipeline('other');
    // Freezes the open connection, and no later one of this pipeline.
    server.freeze('orders');
    server.freeze('other');
    const missed = write('orders', 5);
    expect(await untilLines(stream, [...before, ...missed])).toEqual([...before, ...missed]);
    await untilEvent(stream, /the silent connection was dead/);
    expect(markersOf(stream)).toEqual([]);
    await untilConnections({server}, 1);
  });

  test('is kept when the second one is refused', async () => {
    const {server, stream, before, write} = await openOrders({silence: 5000});
    server.refuse({kind: 'unreachable', times: 1000});
    await untilEvent(stream, /^a second connection failed, the silent one is kept/);
    expect(stream.snapshot.get().connection.kind).toBe('live');
    const after = write('orders', 5);
    expect(await untilLines(stream, [...before, ...after])).toEqual([...before, ...after]);
  });

  test.for([
    {silence: undefined, connections: 2},
    {silence: 0, connections: 1},
  ])('is one after 5 minutes by default, and never when that is wished: $silence', async ({silence, connections}) => {
    const clock = new FakeClock();
    const {server, manager, write} = await openStreams(['orders'], {clock, ...(silence !== undefined && {silence})});
    const lines = write('orders', 3);
    const stream = manager.open('orders');
    await untilLines(stream, lines);
    await clock.advance(1000);
    await clock.advance(290_000);
    expect(server.totalLogConnections).toBe(1);
    await clock.advance(20_000);
    await eventually(
      () => server.totalLogConnections === connections,
      () => `${connections} connections, the server saw ${server.totalLogConnections}`,
    );
    const more = write('orders', 3);
    expect(await untilLines(stream, [...lines, ...more])).toEqual([...lines, ...more]);
    expect(stream.snapshot.get().connection.kind).toBe('live');
    expect(server.totalLogConnections).toBe(connections);
  });
});

describe.each(['text', 'json'] as const)('without a list, where the ring overflows, %s', (managerFormat) => {
  /** As in `pipetail logs -f`. */
  async function openOverflowed() {
    const rig = await openStreams([], {ringLimits: {bytes: 1_000_000, entries: 20}});
    rig.server.addPipeline('orders', {managerFormat});
    const before = rig.write('orders', 30);
    const stream = rig.manager.open('orders');
    await untilLines(stream, before.slice(-20));
    await connectionOf(stream, 'live');
    return {...rig, before: before.slice(-20), stream};
  }

  /** The API is away while something happens to the log. */
  async function whileAway(rig: Awaited<ReturnType<typeof openOverflowed>>, happen: () => void): Promise<void> {
    const {server, stream} = rig;
    await server.stopApi();
    await connectionOf(stream, 'waiting');
    happen();
    await server.startApi();
    await connectionOf(stream, 'live');
  }

  test('a ring that has overflowed is not shown again, and what came meanwhile is', async () => {
    const rig = await openOverflowed();
    const {stream, before, write} = rig;
    const missed: string[] = [];
    await whileAway(rig, () => missed.push(...write('orders', 5)));
    expect(await untilLines(stream, [...before, ...missed])).toEqual([...before, ...missed]);
    expect(markersOf(stream)).toEqual([
      {kind: 'discarded', entries: 11},
      {kind: 'reconnected', cause: 'server-lost', times: 1},
    ]);
    expect(entriesOf(stream.buffer).some((text) => text.includes('prior log lines'))).toBe(false);
  });

  test('a runner that restarted and a pipeline that was created again differ', async () => {
    const rig = await openOverflowed();
    const {server, stream, before, write} = rig;
    const lines = [...before];
    await whileAway(rig, () => {
      server.pipeline('orders').startLog();
      lines.push(...write('orders', 3));
    });
    expect(await untilLines(stream, lines)).toEqual(lines);
    await whileAway(rig, () => {
      server.recreatePipeline('orders', {managerFormat});
      lines.push(...write('orders', 3));
    });
    expect(await untilLines(stream, lines)).toEqual(lines);
    expect(markersOf(stream).filter(({kind}) => kind === 'new-life')).toEqual([
      {kind: 'new-life', because: 'restarted'},
      {kind: 'new-life', because: 'created-again'},
    ]);
    // Also where the ring has overflowed since, and the fresh start is gone.
    await whileAway(rig, () => {
      server.recreatePipeline('orders', {managerFormat});
      lines.push(...write('orders', 60).slice(-20));
    });
    expect(await untilLines(stream, lines)).toEqual(lines);
    expect(markersOf(stream).slice(-2)).toEqual([
      {kind: 'new-life', because: 'created-again'},
      {kind: 'discarded', entries: 41},
    ]);
  });
});
