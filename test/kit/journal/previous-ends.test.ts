import {setImmediate} from 'node:timers/promises';
import {describe, expect, it, test} from 'vitest';
import type {MonitorEvent} from '../../../source/engine/api/types.ts';
import {LogSink} from '../../../source/engine/logs/log-sink.ts';
import type {PipelineHistory} from '../../../source/engine/pipelines/pipeline-history.ts';
import {endInHistory, endInLog, hour, PreviousEnds} from '../../../source/kit/journal/previous-ends.ts';
import {recording} from '../../demo/recording.ts';
import {makePipeline} from '../screen/make-pipeline.ts';

const start = Date.parse('2026-11-27T03:00:00.000Z');
const minutes = (count: number) => start + 60_000 * count;

/** A line of the runner, so many minutes after the start. */
function runner(minute: number, message: string, level = ' INFO'): string {
  const time = new Date(minutes(minute)).toISOString().replace('Z', '000Z');
  return `[manager] ${time} ${level} pipeline_manager::runner::pipeline_automata: ${message} pipeline-id="1" pipeline-name="p"\n`;
}

const starts = (minute: number) =>
  runner(minute, 'Resources transition: stopped -> provisioning (desired: provisioned)');
const runs = (minute: number) => runner(minute, 'Runtime transition: initializing -> running (desired: running)');
const error = (minute: number, why: string) =>
  runner(minute, `Resources error: Pipeline process exited prematurely with ${why}`, 'ERROR');
const ends = (minute: number, desired = 'provisioned') =>
  runner(minute, `Resources transition: provisioned -> stopping (desired: ${desired})`) +
  runner(minute, `Resources transition: stopping -> stopped (desired: stopped)`);
const killed = 'signal: 9 (SIGKILL)';
const crash = (minute: number) => starts(minute) + runs(minute) + error(minute + 1, killed) + ends(minute + 1);
const cause = `Pipeline process exited prematurely with ${killed}`;

function sinkOf(...text: readonly string[]): LogSink {
  const sink = new LogSink({buffer: {maxBytes: 1e8}, clock: {wall: () => 0}});
  for (const each of text) sink.addBytes(Buffer.from(each));
  return sink;
}

const inLog = ({states: {runsBefore}, errors}: LogSink) => endInLog({runsBefore, errors});

describe('the log', () => {
  it('tells how the run before was killed', () => {
    const end = {at: minutes(1), why: cause, source: 'log', startedAt: minutes(2), starts: 2, span: 120_000};
    expect(inLog(sinkOf(crash(0) + starts(2)))).toEqual(end);
  });

  it('counts starts of runs that failed in a row, within an hour', () => {
    expect(inLog(sinkOf(crash(0) + crash(6) + crash(12) + starts(20)))).toMatchObject({starts: 4, span: 20 * 60_000});
    expect(inLog(sinkOf(crash(0) + crash(90) + starts(95)))).toMatchObject({starts: 2, span: 5 * 60_000});
  });

  it.each([
    ['a stop by the user', starts(0) + runs(0) + ends(5, 'stopped') + starts(6)],
    ['a stop by the user after a crash', crash(0) + starts(2) + runs(2) + ends(5, 'stopped') + starts(6)],
    ['a crash after which nothing was started', crash(0)],
    ['an end of which the log has no cause, nor a panic', starts(0) + runs(0) + ends(5) + starts(6)],
    ['one start that failed', starts(0) + error(1, 'exit status: 1') + ends(1) + starts(2)],
    ['a first start', starts(0) + runs(0)],
  ])('%s: nothing', (_, text) => {
    expect(inLog(sinkOf(text))).toBeUndefined();
  });

  it('nothing is claimed where lines are missing between the end and the start', () => {
    const sink = sinkOf(crash(0));
    sink.addMarker({kind: 'lost', atLeast: 1, atMost: 9, from: 0, to: 1});
    sink.addBytes(Buffer.from(starts(2)));
    expect(inLog(sink)).toBeUndefined();
  });

  test('a real panic', () => {
    const sink = sinkOf(recording('35-worker-panic-logs.raw').body.toString());
    const at = (text: string) => Date.parse(`2026-11-27T06:47:${text}Z`);
    const line = `[manager] 2026-11-27T06:47:10.000000Z  INFO pipeline_manager::runner::pipeline_automata: Resources transition: stopped -> provisioning (desired: provisioned) pipeline-id="01a21bc1-6a7a-7f90-b3d6-e2d49fc7ad42" pipeline-name="orders-panic"\n`;
    sink.addBytes(Buffer.from(line));
    expect(inLog(sink)).toMatchObject({
      startedAt: at('10.000'),
      why: 'panic: customer of order 77 is PANIC (dbsp-worker-0 at crates/realpipe/src/main.rs:64:21)',
    });
  });
});

/** Events in the order of time. */
function historyOf(...events: readonly (readonly [minute: number, status: string, error?: string])[]): PipelineHistory {
  const all = events.map(
    ([minute, status, error]): MonitorEvent => ({
      ...{id: `${minute} ${status}`, time: new Date(minutes(minute)).toISOString(), status},
      ...{resourcesDesiredStatus: '', runtimeDesiredStatus: '', programStatus: '', storageStatus: ''},
      hasError: error !== undefined,
    }),
  );
  const details = all.flatMap((event, at) => {
    const cause = events[at]?.[2] ?? '';
    const deploymentError = {message: '', errorCode: '', cause, endedStart: false, more: []};
    return cause === '' ? [] : [[event.id, {...event, deploymentError}] as const];
  });
  return {events: all.toReversed(), details: new Map(details), stats: undefined, missing: []};
}

const up = (minute: number) => [[minute, 'Provisioning'] as const, [minute, 'Running'] as const];
const failedAt = (minute: number, why: string) => [
  [minute, 'Stopping', why] as const,
  [minute, 'Stopped', why] as const,
];

describe("the API's events", () => {
  it('tell the same', () => {
    const history = historyOf([0, 'Stopped'], ...up(1), ...failedAt(3, cause), ...up(5));
    const end = {at: minutes(3), why: cause, source: 'API', startedAt: minutes(5), starts: 2, span: 4 * 60_000};
    expect(endInHistory(history)).toEqual(end);
    const loop = historyOf([0, 'Stopped'], ...up(1), ...failedAt(3, cause), ...up(5), ...failedAt(6, 'x'), ...up(9));
    expect(endInHistory(loop)).toMatchObject({why: 'x', starts: 3, span: 8 * 60_000});
  });

  it.each([
    ['a stop', historyOf([0, 'Stopped'], ...up(1), [3, 'Stopping'], [3, 'Stopped'], ...up(5))],
    ['a failure after which nothing was started', historyOf(...up(1), ...failedAt(3, cause))],
    ['a failure of which they do not show the run', historyOf([0, 'Stopped', cause], ...up(5))],
    ['no events', historyOf()],
    ['a run of which they do not show the start', historyOf([0, 'Running'], [5, 'Running'])],
  ])('%s: nothing', (_, history) => {
    expect(endInHistory(history)).toBeUndefined();
  });
});

test('a deployment is asked about once, while it is young, and forgotten after an hour', async () => {
  let now = minutes(6);
  const asked: string[] = [];
  const ends = new PreviousEnds({
    clock: {wall: () => now},
    logOf: () => undefined,
    async history(name) {
      asked.push(name);
      if (name === 'old') throw new Error('it has no events');
      return historyOf([0, 'Stopped'], ...up(1), ...failedAt(3, cause), ...up(5));
    },
  });
  const since = (minute: number) => ({deploymentStatusSince: new Date(minutes(minute)).toISOString()});
  const list = [
    makePipeline('killed', {deploymentId: 'one', ...since(5)}),
    makePipeline('long', {deploymentId: 'two', ...since(-90)}),
    makePipeline('old', {deploymentId: 'three', ...since(5)}),
  ];
  const told = new Promise<void>((resolve) => void ends.changes.subscribe(() => resolve()));
  ends.update(list);
  ends.update([...list]);
  expect(ends.names).toEqual([]);
  await told;
  expect(ends.names).toEqual(['killed']);
  expect(ends.of('killed')).toMatchObject({why: cause, source: 'API'});
  await setImmediate();
  now = minutes(5) + hour;
  expect(ends.names).toEqual([]);
  ends.update(list);
  expect(asked).toEqual(['killed', 'old']);
});
