import {expect, it} from 'vitest';
import {noLosses} from '../../source/buffer/markers.ts';
import {watchedKey} from '../../source/records/error-log.ts';
import {AwayDetector, awaySummary} from '../../source/timeline/away.ts';
import {FakeClock} from '../harness/fake-clock.ts';
import {emptyErrorLog, errorsOf, log, pipeline, statusAt} from './statuses.ts';

const nothing = new Set<number>();
const kinds = (summary: ReturnType<typeof awaySummary>) => summary?.rows.map((row) => `${row.pipeline} ${row.kind}`);

it('what is down comes first, then losses, new errors, more of the same, and received lines', () => {
  const left = statusAt(
    1000,
    [log('orders', {lines: 10, endId: 12, errors: errorsOf(['ERROR known'])}), log('fraud', {lines: 5})],
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
      pipeline('orders', {since: 70, connectorErrors: 2}),
      pipeline('fraud'),
      pipeline('etl', {failing: 'Failed', running: false, since: 60}),
    ],
  );
  const summary = awaySummary(left, now, nothing);
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
  expect(summary?.rows.at(-1)).toEqual({kind: 'received', pipeline: 'orders', lines: 20, id: 12});
});

it('watched lines are as urgent as new errors', () => {
  const watched = emptyErrorLog();
  watched.add(Buffer.from('WARN late'), {id: 1, at: 1, key: watchedKey});
  const left = statusAt(0, [log('a', {errors: watched.byKey})], [pipeline('b')]);
  watched.add(Buffer.from('WARN late'), {id: 2, at: 2, key: watchedKey});
  const now = statusAt(1, [log('a', {errors: watched.byKey})], [pipeline('b', {connectorErrors: 1})]);
  expect(kinds(awaySummary(left, now, nothing))).toEqual(['a errors', 'b connectors']);
});

it('names the connectors whose errors became more', () => {
  const left = statusAt(0, [], [pipeline('a', {connectorErrors: 1})]);
  const now = statusAt(1, [], [pipeline('a', {connectorErrors: 4})]);
  const summary = awaySummary(left, now, nothing, (name, count) => [{name: `${name}.bad`, count}]);
  expect(summary?.rows).toEqual([{kind: 'connectors', pipeline: 'a', count: 3, rise: [{name: 'a.bad', count: 3}]}]);
});

it('lines alone are no news', () => {
  expect(
    awaySummary(statusAt(0, [log('a')]), statusAt(1, [log('a', {lines: 1000, endId: 1000})]), nothing),
  ).toBeUndefined();
});

it('a restart that the list and the log report is one row, at its place in the log', () => {
  const now = statusAt(1, [log('a', {losses: {...noLosses, clears: 1, clearId: 6}})], [pipeline('a', {since: 5})]);
  const summary = awaySummary(statusAt(0, [log('a')], [pipeline('a')]), now, nothing);
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
      ...[pipeline('c', {since: 5}), pipeline('d', {since: 5})],
    ],
  );
  const summary = awaySummary(left, now, nothing);
  expect(kinds(summary)).toEqual(['b stopped', 'a paused', 'd restarted', 'c started']);
});

it('before the first list there are no events of pipelines', () => {
  const left = {at: 0, logs: [], pipelines: undefined};
  expect(awaySummary(left, statusAt(1, [], [pipeline('a', {failing: 'Failed'})]), nothing)).toBeUndefined();
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
    expect(away.onKey()?.at).toBe(5000);
  }
  expect(away.onKey()).toBeUndefined();
  await clock.advance(10_000);
  expect(away.onKey()?.at).toBe(25_000);
});

it('a machine that slept was away, though its timers stood still', () => {
  const {clock, away} = setUp();
  away.onKey();
  clock.jumpWall(20_000);
  expect(away.onKey()?.at).toBe(0);
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
  expect(away.onKey()?.logs).toEqual([log('a', {lines: 9})]);
});

it('0 is never', async () => {
  const {clock, away} = setUp(0);
  await clock.advance(1e9);
  expect(away.onKey()).toBeUndefined();
});
