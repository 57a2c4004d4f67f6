import {expect, it} from 'vitest';
import {noLosses} from '../../source/buffer/markers.ts';
import {AwayDetector, awaySummary, Happened} from '../../source/events/away.ts';
import {listEvents, type PipelineStatus, type StatusAt} from '../../source/events/events.ts';
import {watchedKey} from '../../source/records/error-log.ts';
import {FakeClock} from '../harness/fake-clock.ts';
import {emptyErrorLog, errorsOf, list, log, pipeline, statusAt} from './statuses.ts';

const muted = new Set<number>();
/** With what lists told, of which `between` were in the middle. */
function summaryOf(before: StatusAt, now: StatusAt, ...between: readonly (readonly PipelineStatus[])[]) {
  const happened = new Happened();
  const lists = [before.pipelines, ...between.map((each) => list(...each)), now.pipelines];
  for (const [index, each] of lists.entries()) {
    const next = lists[index + 1];
    if (each && next) happened.add(listEvents(each, next));
  }
  return awaySummary(before, now, {muted, happened});
}
const kinds = (summary: ReturnType<typeof awaySummary>) => summary?.rows.map((row) => `${row.pipeline} ${row.kind}`);

it('what is down comes first, then losses, new errors, more of the same, and received lines', () => {
  const left = statusAt(
    1000,
    [log('orders', {lines: 10, endId: 1, errors: errorsOf(['ERROR known'])}), log('fraud', {lines: 5})],
    [pipeline('orders'), pipeline('fraud'), pipeline('etl')],
  );
  const now = statusAt(
    9000,
    [
      log('orders', {lines: 30, endId: 34, errors: errorsOf(['ERROR known', 'ERROR known', 'ERROR new'])}),
      log('fraud', {
        lines: 5,
        silent: 'does not answer',
        losses: {...noLosses, gaps: 1, atLeast: 4, atMost: 4, gapId: 9},
      }),
    ],
    [
      pipeline('orders', {since: 70, starts: 2, connectorErrors: 2}),
      pipeline('fraud'),
      pipeline('etl', {failing: 'Failed', running: false, since: 60}),
    ],
  );
  const summary = summaryOf(left, now);
  expect(summary).toMatchObject({since: 1000, until: 9000});
  expect(kinds(summary)).toEqual([
    'etl failed',
    'fraud silent',
    'fraud lost',
    'orders restarted',
    'orders errors',
    'orders connectors',
    'orders errors',
    'orders received',
  ]);
  expect(summary?.rows.at(-1)).toEqual({kind: 'received', pipeline: 'orders', lines: 20, id: 1});
});

it('watched lines are as urgent as new errors', () => {
  const watched = emptyErrorLog();
  watched.add(Buffer.from('WARN late'), {id: 1, at: 1, key: watchedKey});
  const left = statusAt(0, [log('a', {errors: watched.byKey})], [pipeline('b')]);
  watched.add(Buffer.from('WARN late'), {id: 2, at: 2, key: watchedKey});
  const now = statusAt(1, [log('a', {errors: watched.byKey})], [pipeline('b', {connectorErrors: 1})]);
  expect(kinds(summaryOf(left, now))).toEqual(['a errors', 'b connectors']);
});

it('names the connectors whose errors became more', () => {
  const left = statusAt(0, [], [pipeline('a', {connectorErrors: 1})]);
  const now = statusAt(1, [], [pipeline('a', {connectorErrors: 4})]);
  const summary = awaySummary(left, now, {
    muted,
    riseOf: (name, count) => [{name: `${name}.bad`, count}],
  });
  expect(summary?.rows).toEqual([{kind: 'connectors', pipeline: 'a', count: 3, rise: [{name: 'a.bad', count: 3}]}]);
});

it('lines alone are no news', () => {
  expect(
    awaySummary(statusAt(0, [log('a')]), statusAt(1, [log('a', {lines: 1000, endId: 1000})]), {muted}),
  ).toBeUndefined();
});

it('a restart that the list and the log report is one row, at its place in the log', () => {
  const now = statusAt(1, [log('a', {losses: {...noLosses, clears: 1, clearId: 6}})], [pipeline('a', {starts: 2})]);
  const summary = summaryOf(statusAt(0, [log('a')], [pipeline('a')]), now);
  expect(summary?.rows).toEqual([{kind: 'restarted', pipeline: 'a', by: 'log', id: 6}]);
});

it('a pause is no stop, and a first start no restart', () => {
  const stopped = {state: 'Stopped', running: false} as const;
  const left = statusAt(
    0,
    [],
    [pipeline('a'), pipeline('b'), pipeline('c', {...stopped, hasRun: false}), pipeline('d', stopped)],
  );
  const now = statusAt(
    1,
    [],
    [
      pipeline('a', {state: 'Paused', running: false, since: 5}),
      pipeline('b', {...stopped, since: 5}),
      ...[pipeline('c', {since: 5, starts: 2}), pipeline('d', {since: 5, starts: 2})],
    ],
  );
  const summary = summaryOf(left, now);
  expect(kinds(summary)).toEqual(['b stopped', 'a paused', 'd restarted', 'c started']);
});

it('a pipeline that failed twice and was restarted failed, and runs again', () => {
  const failed = (since: number, why: string) => [
    pipeline('a', {failing: why, running: false, state: 'Failed', since, failedAt: since}),
  ];
  const left = statusAt(0, [], [pipeline('a', {deployment: '1'})]);
  const now = statusAt(90, [], [pipeline('a', {since: 60, deployment: '3', starts: 3})]);
  const summary = summaryOf(
    left,
    now,
    failed(20, 'Failed · exit status: 3'),
    [pipeline('a', {since: 30, deployment: '2', starts: 2})],
    failed(50, 'Failed · exit status: 3'),
  );
  expect(summary?.rows).toEqual([
    {kind: 'failed', pipeline: 'a', at: 50, why: 'Failed · exit status: 3', times: 2, backSince: 60},
    expect.objectContaining({kind: 'restarted', at: 60, times: 2}),
  ]);
  const again = summaryOf(
    left,
    statusAt(90, [], failed(80, 'Failed · exit status: 5')),
    failed(20, 'Failed · exit status: 3'),
    [pipeline('a', {since: 60, deployment: '2'})],
  );
  expect(again?.rows.slice(0, 2)).toEqual([
    {kind: 'failed', pipeline: 'a', at: 80, why: 'Failed · exit status: 5'},
    {kind: 'failed', pipeline: 'a', at: 20, why: 'Failed · exit status: 3'},
  ]);
});

it('errors that are found in what the log had before are of another time', () => {
  const errors = emptyErrorLog();
  const add = (id: number, text: string) => errors.add(Buffer.from(text), {id, at: id});
  add(40, 'ERROR known');
  const left = statusAt(100, [log('a', {endId: 50, errors: errors.byKey})], []);
  const at = (kind = 'errors') =>
    summaryOf(left, statusAt(200, [log('a', {endId: 60, errors: errors.byKey})], []))?.rows.filter(
      (row) => row.kind === kind,
    );
  add(10, 'ERROR from the past');
  expect(at()).toBeUndefined();
  add(55, 'ERROR from the past');
  expect(at()).toMatchObject([{count: 2, id: 55, at: 55}]);
});

it('what went on after a while is told with the time of its return, other changes are rows', () => {
  const left = statusAt(0, [], [pipeline('a', {deployment: '1'})]);
  const paused = pipeline('a', {deployment: '1', state: 'Paused', running: false, since: 5});
  const summary = summaryOf(left, statusAt(9, [], [pipeline('a', {deployment: '1', since: 7})]), [paused]);
  expect(summary?.rows).toMatchObject([{kind: 'paused', at: 5, backSince: 7}]);
});

it('before the first list there are no events of pipelines', () => {
  const left = {at: 0, logs: [], pipelines: undefined};
  expect(awaySummary(left, statusAt(1, [], [pipeline('a', {failing: 'Failed'})]), {muted})).toBeUndefined();
});

function setUp(awayAfter = 10_000) {
  const clock = new FakeClock(0);
  let calls = 0;
  const status = () => {
    calls += 1;
    return statusAt(clock.wall(), []);
  };
  return {clock, away: new AwayDetector({clock, awayAfter, status}), calls: () => calls};
}

it('returns the status at the key before, until the user reads on', async () => {
  const {clock, away} = setUp();
  await clock.advance(5000);
  expect(away.onKey()).toBeUndefined();
  for (const _ of ['comes back', 'leaves again without a look']) {
    await clock.advance(10_000);
    expect(away.onKey()?.status.at).toBe(5000);
  }
  expect(away.onKey()).toBeUndefined();
  await clock.advance(10_000);
  expect(away.onKey()?.status.at).toBe(25_000);
});

it('a machine that slept was away, though its timers stood still', () => {
  const {clock, away} = setUp();
  away.onKey();
  clock.jumpWall(20_000);
  expect(away.onKey()?.status.at).toBe(0);
});

it('keys in quick succession read the status once a second', async () => {
  const {clock, away, calls} = setUp();
  const before = calls();
  for (let key = 0; key < 100; key++) {
    await clock.advance(50);
    away.onKey();
  }
  expect(calls() - before).toBe(5);
});

it('a log that caught up after the user had left counts from there', async () => {
  const {clock, away} = setUp();
  away.onCaughtUp(log('a', {lines: 5}));
  away.onCaughtUp(log('a', {lines: 9}));
  await clock.advance(10_000);
  expect(away.onKey()?.status.logs).toEqual([log('a', {lines: 9})]);
});

it('0 is never', async () => {
  const {clock, away} = setUp(0);
  await clock.advance(1e9);
  expect(away.onKey()).toBeUndefined();
});
