import {describe, expect, test} from 'vitest';
import {ApiError} from '../../../source/engine/api/errors.ts';
import {ServerAnswers} from '../../../source/engine/api/request.ts';
import type {ApiFailure, BodyEnd, LogHandlers, PipelineDetail} from '../../../source/engine/api/types.ts';
import {Connection} from '../../../source/engine/connection/connection.ts';
import {LogReader} from '../../../source/engine/logs/log-reader.ts';
import {LogSink} from '../../../source/engine/logs/log-sink.ts';
import {FakeClock, settled} from '../../harness/fake-clock.ts';

/** The first line of the log of a pipeline. */
const firstLineOf = (id: string) =>
  `[manager] 2026-01-01T00:00:00.000000Z  INFO pipeline_manager::runner::pipeline_logs: Fresh start of pipeline logs pipeline-id="${id}" pipeline-name="N/A"\n`;

const unknownPipeline = {kind: 'fatal', reason: 'unknown-pipeline', message: ''} as const;

type Body = LogHandlers & {readonly end: (end: BodyEnd) => void};

/** A connection to a server that is the test: it opens, sends and ends each body by hand. */
function open({silence = 0} = {}) {
  const clock = new FakeClock();
  const sink = new LogSink({buffer: {maxBytes: 1e6}, clock});
  const {buffer} = sink;
  const bodies: Body[] = [];
  /** What the server answers about the pipeline: its id, or a failure. */
  const server: {answer: string | ApiFailure} = {answer: 'first'};
  const reader = new LogReader({
    ...{sink, clock},
    onReceived: (areFirst) => connection.onReceived(areFirst),
  });
  let changes = 0;
  const connection = new Connection({
    ...{name: () => 'orders', clock, random: () => 0, receiver: reader, silence},
    client: {
      answers: new ServerAnswers(),
      async followLogs(_name, handlers) {
        const {promise, resolve} = Promise.withResolvers<BodyEnd>();
        handlers.signal.addEventListener('abort', () => resolve({kind: 'aborted'}));
        bodies.push({...handlers, end: resolve});
        return await promise;
      },
      listPipelines: () => Promise.resolve([]),
      async getPipeline() {
        if (typeof server.answer !== 'string') throw new ApiError(server.answer);
        return Object({id: server.answer}) as PipelineDetail;
      },
    },
    onRenamed: () => {},
    onWaiting: () => {},
    onChange: () => {
      changes += 1;
    },
  });
  /** Opens the newest body and sends its first lines. */
  const answer = (text = firstLineOf('first')) => {
    bodies.at(-1)?.onOpen();
    if (text !== '') bodies.at(-1)?.onData(Buffer.from(text));
  };
  /** Connects, and waits until the log is live. */
  const connect = async (text?: string) => {
    connection.onEvent({kind: 'reconnect'});
    await settled();
    answer(text);
    await clock.advance(1000);
  };
  const areOpen = () => bodies.map(({signal}) => !signal.aborted);
  /** The newest body ends, as the server ends a log. */
  const end = async () => {
    bodies.at(-1)?.onData(Buffer.from('Logs have ended\n'));
    bodies.at(-1)?.end({kind: 'clean'});
    await settled();
  };
  return {clock, buffer, connection, bodies, server, answer, connect, end, areOpen, changes: () => changes};
}

test('a log is live once its replay has come to a rest; a dropped connection leaves no timer', async () => {
  const {clock, connection, bodies, answer, areOpen, changes} = open({silence: 60_000});
  connection.onEvent({kind: 'reconnect'});
  await settled();
  answer();
  for (let pieces = 0; pieces < 5; pieces++) {
    bodies[0]?.onData(Buffer.from('a line\n'));
    await clock.advance(100);
    expect(connection.state.kind).toBe('catching-up');
  }
  await clock.advance(100);
  expect(connection.state.kind).toBe('live');
  expect(changes()).toBeGreaterThan(0);
  connection.close();
  await settled();
  expect([areOpen(), clock.pending, connection.state.kind]).toEqual([[false], 0, 'idle']);
});

test('after each time of silence there is a standby, which a byte of the silent connection ends', async () => {
  const {clock, connection, bodies, connect, areOpen} = open({silence: 60_000});
  await connect();
  await clock.advance(40_000);
  bodies[0]?.onData(Buffer.from('a line\n'));
  await clock.advance(59_999);
  expect(bodies).toHaveLength(1);
  await clock.advance(1);
  expect(areOpen()).toEqual([true, true]);
  bodies[0]?.onData(Buffer.from('a line\n'));
  expect(areOpen()).toEqual([true, false]);
  await clock.advance(60_000);
  expect([areOpen(), connection.state.kind]).toEqual([[true, false, true], 'live']);
});

test('after a sleep there is a standby once the connection has been quiet for 1 s, and none while it brings bytes', async () => {
  const {clock, connection, bodies, connect, areOpen} = open();
  await connect();
  await clock.advance(60_000);
  connection.onEvent({kind: 'slept', of: 'stop'});
  for (let pieces = 0; pieces < 3; pieces++) {
    await clock.advance(999);
    bodies[0]?.onData(Buffer.from('a line\n'));
  }
  await clock.advance(999);
  expect(areOpen()).toEqual([true]);
  await clock.advance(1);
  expect(areOpen()).toEqual([true, true]);
  for (let pieces = 0; pieces < 30; pieces++) {
    bodies[0]?.onData(Buffer.from('a line\n'));
    await clock.advance(999);
  }
  // Bytes long after the sleep: the connection is alive.
  await clock.advance(60_000);
  expect([areOpen(), clock.pending]).toEqual([[true, false], 0]);
});

test('a process that was stopped reads what came meanwhile before it judges a replay by its pauses', async () => {
  const {clock, buffer, connection, bodies, connect, answer} = open();
  await connect();
  bodies[0]?.onData(Buffer.from('one\ntwo\n'));
  bodies[0]?.end({kind: 'cut', message: ''});
  await clock.advance(1_000);
  answer();
  clock.stall(45_000);
  await clock.advance(0);
  bodies[1]?.onData(Buffer.from('one\ntwo\nthree\n'));
  connection.onEvent({kind: 'slept', of: 'stop'});
  await clock.advance(1_000);
  expect([connection.state.kind, buffer.lastMarker()?.marker.kind]).toEqual(['live', 'reconnected']);
});

describe('after a stop of 45 s, of a log with 300 lines a second', () => {
  const id = '01a211f6-0000-7000-8000-000000000001';
  const runner = (level: string, message: string) =>
    `[manager] 2026-01-01T00:00:00.000001Z  ${level} pipeline_manager::runner::pipeline_logs: ${message} pipeline-id="${id}" pipeline-name="N/A"\n`;
  const first = runner('INFO', 'Fresh start of pipeline logs');
  const line = (number: number) =>
    `[orders] 2026-01-01T00:00:01.${String(number).padStart(6, '0')}Z  INFO test:  ${number}\n`;
  const lines = (from: number, end: number) =>
    Array.from({length: end - from}, (_, index) => line(from + index)).join('');
  const lastStop = 300;
  const now = lastStop + 45 * 300;

  /** The stopped process continues; it has read the lines up to the stop. */
  async function stop() {
    const rig = open();
    const {clock, connection, bodies, answer} = rig;
    connection.onEvent({kind: 'reconnect'});
    await settled();
    answer(first + lines(1, lastStop));
    await clock.advance(5000);
    expect(connection.state.kind).toBe('live');
    clock.stall(45_000);
    connection.onEvent({kind: 'slept', of: 'stop'});
    let written = now;
    /** Time goes on, and the newest connection brings what is written. */
    const attachTo = async (milliseconds: number, areLines = true) => {
      for (let passed = 0; passed < milliseconds; passed += 20) {
        await clock.advance(20);
        if (areLines && bodies.length > 1) bodies.at(-1)?.onData(Buffer.from(lines(written, written + 6)));
        written += 6;
      }
    };
    const newest = () => `${rig.buffer.lineAt(rig.buffer.endId - 1) ?? ''}`.split('  ').at(-1);
    return {...rig, attachTo, newest};
  }

  test.each([
    ['has them all', first + lines(1, now), 0],
    [
      'has dropped some',
      runner('WARN', `... 3000 prior log lines were discarded due to buffer constraints and are thus not shown.`) +
        lines(3000, now),
      2700,
    ],
  ])('a connection that brings nothing more is replaced within 3 s, where the server %s', async (_, replay, lost) => {
    const {clock, attachTo, bodies, answer, newest, buffer, areOpen} = await stop();
    await attachTo(1000);
    expect(bodies).toHaveLength(2);
    answer(replay);
    await attachTo(2000 + 40);
    expect(areOpen()).toEqual([false, true]);
    expect(Number(newest())).toBeGreaterThan(now);
    const {marker} = buffer.lastMarker() ?? {};
    expect(marker).toMatchObject(lost === 0 ? {kind: 'reconnected', cause: 'slept'} : {kind: 'lost', atLeast: lost});
    await clock.advance(100_000);
    expect(bodies).toHaveLength(2);
  });

  test('a second connection that fails is followed by others', async () => {
    const {attachTo, bodies, answer, newest} = await stop();
    await attachTo(1000);
    bodies.at(-1)?.end({kind: 'cut', message: ''});
    await attachTo(3000, false);
    expect(bodies.length).toBeGreaterThan(2);
    answer(first + lines(1, now));
    await attachTo(2000);
    expect(Number(newest())).toBeGreaterThan(now);
  });

  test('a connection that falls silent after its first lines is replaced, too', async () => {
    const {attachTo, bodies, answer, newest, areOpen} = await stop();
    await attachTo(1500);
    // What its socket held is read late, as the machine is busy.
    bodies[0]?.onData(Buffer.from(lines(lastStop, lastStop + 1000)));
    answer(first + lines(1, now));
    await attachTo(1000);
    expect(areOpen()).toEqual([false, true]);
    expect(Number(newest())).toBeGreaterThan(now);
  });
});

test('a standby that is not open after 30 s is dropped, one that is still replaying then replaces the silent one', async () => {
  const {clock, connection, connect, answer, areOpen} = open({silence: 60_000});
  await connect();
  await clock.advance(59_000);
  expect(areOpen()).toEqual([true, true]);
  await clock.advance(30_000);
  expect(areOpen()).toEqual([true, false]);
  await clock.advance(40_000);
  // Its replay would be given up later.
  answer('');
  await clock.advance(19_999);
  expect(areOpen()).toEqual([true, false, true]);
  await clock.advance(1);
  expect([areOpen(), connection.state]).toMatchObject([[false, false, true], {kind: 'live'}]);
});

test('without a time of silence none is watched for', async () => {
  const {clock, bodies, connect} = open();
  await connect();
  expect(clock.pending).toBe(0);
  await clock.advance(1e9);
  expect(bodies).toHaveLength(1);
});

test('a wait ends with its attempt', async () => {
  const {clock, connection, bodies, connect} = open();
  await connect();
  bodies[0]?.end({kind: 'cut', message: ''});
  await settled();
  expect([connection.state.kind, clock.pending]).toEqual(['waiting', 1]);
  connection.close();
  expect([connection.state.kind, clock.pending]).toEqual(['idle', 0]);
});

test('after the end of a log the pipeline is the same, another one, or gone', async () => {
  const {connection, server, connect, end} = open();
  connection.setPipeline(Object({id: 'first'}));
  await connect();
  await end();
  expect([connection.state.kind, connection.pipelineAtEnd]).toMatchObject(['waiting', {id: 'first'}]);
  await connect();
  server.answer = 'second';
  await end();
  expect([connection.state.kind, connection.pipelineAtEnd]).toEqual(['connecting', undefined]);
  expect(connection.pipelineId).toBe('second');
  await connect(firstLineOf('second'));
  server.answer = unknownPipeline;
  await end();
  expect([connection.state.kind, connection.pipelineAtEnd]).toEqual(['gone', undefined]);
});

test('a log without a name that is read when the list first shows its pipeline is of that one', async () => {
  const {connection, server, connect, end} = open();
  server.answer = unknownPipeline;
  await connect('a line\n');
  connection.setPipeline(Object({id: 'first'}));
  server.answer = 'second';
  await end();
  expect([connection.state.kind, connection.pipelineAtEnd]).toEqual(['connecting', undefined]);
});

test('the id of the pipeline is asked for until a list has shown it', async () => {
  const {signal} = new AbortController();
  const {connection, server} = open();
  const asked = connection.findPipelineId(signal);
  connection.setPipeline(Object({id: 'listed'}));
  expect(await asked).toBe('listed');
  server.answer = unknownPipeline;
  expect(await connection.findPipelineId(signal)).toBe('listed');
  const other = open();
  expect(await other.connection.findPipelineId(signal)).toBe('first');
});
