import {expect, it} from 'vitest';
import type {MonitorEvent} from '../../../source/engine/api/types.ts';
import {noLosses} from '../../../source/engine/buffer/markers.ts';
import {watchPatternKey} from '../../../source/engine/records/error-log.ts';
import {type Absence, absenceByHistory, absenceOf, type StatusAt} from '../../../source/kit/journal/absence.ts';
import {Journal} from '../../../source/kit/journal/journal.ts';
import {logEvents} from '../../../source/kit/journal/log-status.ts';
import {type EventOf, eventWords, isOfEnd} from '../../../source/kit/journal/pipeline-event.ts';
import {listEvents, type PipelineStatus} from '../../../source/kit/journal/pipeline-status.ts';
import {emptyErrorLog, errorsOf, list, log, pipeline, statusAt} from './statuses.ts';

const muted = new Set<number>();
const rest = {
  muted,
  isOfEnd: ({group}: Pick<EventOf<'errors'>, 'group'>) => isOfEnd(group),
  notFollowed: new Set<string>(),
};
/** With what logs and lists told, of which `between` were in the middle. */
function absenceIn(before: StatusAt, now: StatusAt, ...between: readonly (readonly PipelineStatus[])[]) {
  const journal = new Journal();
  const lists = [before.pipelines, ...between.map((each) => list(...each)), now.pipelines];
  for (const [index, each] of lists.entries()) {
    const next = lists[index + 1];
    if (each && next) for (const event of listEvents(each, next)) journal.append(event, {now: 0});
  }
  for (const log of now.logs) {
    const earlier = before.logs.find(({name}) => name === log.name);
    if (earlier) for (const event of logEvents(earlier, log)) journal.append(event, {now: 0});
  }
  return absenceOf(before, now, {...rest, happened: journal.happened, increaseOf: () => []});
}
const eventsOf = (absence: Absence | undefined) => absence?.rows.flatMap(({events}) => events);
const kinds = (absence: Absence | undefined) => eventsOf(absence)?.map(({pipeline, kind}) => `${pipeline} ${kind}`);

it('is by pipeline: what is down comes first; of each, its events are in the order of time', () => {
  const left = statusAt(
    1000,
    [log('orders', {endId: 1, errors: errorsOf(['ERROR known'])}), log('fraud')],
    [pipeline('orders'), pipeline('fraud'), pipeline('etl')],
  );
  const now = statusAt(
    9000,
    [
      log('orders', {endId: 34, errors: errorsOf(['ERROR known', 'ERROR known', 'ERROR new'])}),
      log('fraud', {
        disconnected: 'does not answer',
        losses: {...noLosses, gaps: 1, atLeast: 4, atMost: 4},
      }),
    ],
    [
      pipeline('orders', {since: 70, starts: 2, connectorErrors: 2}),
      pipeline('fraud'),
      pipeline('etl', {failing: 'Failed', running: false, since: 60}),
    ],
  );
  const absence = absenceIn(left, now);
  expect(absence).toMatchObject({since: 1000, until: 9000});
  expect(kinds(absence)).toEqual([
    'etl failed',
    'fraud disconnected',
    'fraud lost',
    'orders connectors',
    'orders errors',
    'orders errors',
    'orders restarted',
  ]);
  expect(absence?.rows.map(({pipeline, events}) => [pipeline, events.length])).toEqual([
    ['etl', 1],
    ['fraud', 2],
    ['orders', 4],
  ]);
});

it('watched lines are as urgent as new errors', () => {
  const watched = emptyErrorLog();
  watched.add(Buffer.from('WARN late'), {id: 1, at: 1, key: watchPatternKey});
  const left = statusAt(0, [log('a', {errors: watched.byKey})], [pipeline('b')]);
  watched.add(Buffer.from('WARN late'), {id: 2, at: 2, key: watchPatternKey});
  const now = statusAt(1, [log('a', {errors: watched.byKey})], [pipeline('b', {connectorErrors: 1})]);
  expect(kinds(absenceIn(left, now))).toEqual(['a watched', 'b connectors']);
});

it('names the connectors whose errors became more', () => {
  const left = statusAt(0, [], [pipeline('a', {connectorErrors: 1})]);
  const now = statusAt(1, [], [pipeline('a', {connectorErrors: 4})]);
  const increaseOf = (name: string, count: number) => [{name: `${name}.bad`, count}];
  const happened = left.pipelines && now.pipelines ? listEvents(left.pipelines, now.pipelines) : [];
  expect(eventsOf(absenceOf(left, now, {...rest, happened, increaseOf}))).toMatchObject([
    {kind: 'connectors', pipeline: 'a', count: 3, increase: [{name: 'a.bad', count: 3}]},
  ]);
});

it('counts connector errors of all runs in that time, but for those that the log tells of', () => {
  const ofRun = (deployment: string, connectorErrors: number) =>
    pipeline('a', {deployment, connectorErrors, starts: 1});
  const counted = (logged: number) => {
    const none = emptyErrorLog().connectors;
    const [before, after] = [none, {...none, all: logged, inRun: 3}].map((connectors) => log('a', {connectors}));
    const left = statusAt(0, before ? [before] : [], [ofRun('1', 2)]);
    const now = statusAt(1, after ? [after] : [], [ofRun('2', 3)]);
    return eventsOf(absenceIn(left, now, [ofRun('1', 502)]))?.map(({kind, count}) => `${kind} ${count}`);
  };
  expect(counted(0)).toEqual(['connectors 503']);
  expect(counted(103)).toEqual(['connectors 400']);
});

it('lines alone are no news', () => {
  expect(absenceIn(statusAt(0, [log('a')]), statusAt(1, [log('a', {endId: 1000})]))).toBeUndefined();
});

it('a restart that the list and the log report is one row, at its place in the log', () => {
  const clear = {marker: {kind: 'new-life', because: 'restarted', at: 1}, id: 6} as const;
  const now = statusAt(1, [log('a', {losses: {...noLosses, clears: 1, clear}})], [pipeline('a', {starts: 2})]);
  const absence = absenceIn(statusAt(0, [log('a')], [pipeline('a')]), now);
  expect(eventsOf(absence)).toMatchObject([{kind: 'restarted', pipeline: 'a', from: 'log', count: 1, id: 6}]);
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
  const absence = absenceIn(left, now);
  expect(kinds(absence)).toEqual(['b stopped', 'a paused', 'd restarted', 'c started']);
});

it('each failure and each start of a pipeline is told, with its time, and no state of its next run is', () => {
  const failed = (since: number, why: string) => [
    pipeline('a', {failing: why, running: false, state: 'Failed', since, failedAt: since}),
  ];
  const left = statusAt(0, [], [pipeline('a', {deployment: '1'})]);
  const now = statusAt(90, [], [pipeline('a', {since: 60, deployment: '3', starts: 3})]);
  const absence = absenceIn(
    left,
    now,
    failed(20, 'Failed · exit status: 3'),
    [pipeline('a', {since: 30, deployment: '2', starts: 2})],
    failed(50, 'Failed · exit status: 3'),
  );
  expect(eventsOf(absence)).toMatchObject([
    {kind: 'failed', pipeline: 'a', at: 20, why: 'Failed · exit status: 3', count: 1},
    {kind: 'restarted', at: 30, count: 1},
    {kind: 'failed', pipeline: 'a', at: 50, why: 'Failed · exit status: 3', count: 1},
    {kind: 'restarted', at: 60, count: 1},
  ]);
  const again = absenceIn(
    left,
    statusAt(90, [], failed(80, 'Failed · exit status: 5')),
    failed(20, 'Failed · exit status: 3'),
    [pipeline('a', {since: 60, deployment: '2', starts: 2})],
  );
  expect(eventsOf(again)).toMatchObject([
    {kind: 'failed', pipeline: 'a', at: 20, why: 'Failed · exit status: 3'},
    {kind: 'restarted', at: 60},
    {kind: 'failed', pipeline: 'a', at: 80, why: 'Failed · exit status: 5'},
  ]);
});

it('errors that are found in what the log had before are of another time', () => {
  const errors = emptyErrorLog();
  const add = (id: number, text: string) => errors.add(Buffer.from(text), {id, at: id});
  add(40, 'ERROR known');
  const left = statusAt(100, [log('a', {endId: 50, errors: errors.byKey})], []);
  const at = (kind = 'errors') =>
    eventsOf(absenceIn(left, statusAt(200, [log('a', {endId: 60, errors: errors.byKey})], [])))?.filter(
      (event) => event.kind === kind,
    );
  add(10, 'ERROR from the past');
  expect(at()).toBeUndefined();
  add(55, 'ERROR from the past');
  expect(at()).toMatchObject([{count: 2, id: 55, at: 55}]);
});

it('that a pipeline was paused and that it was resumed are two events', () => {
  const left = statusAt(0, [], [pipeline('a', {deployment: '1'})]);
  const paused = pipeline('a', {deployment: '1', state: 'Paused', running: false, since: 5});
  const absence = absenceIn(left, statusAt(9, [], [pipeline('a', {deployment: '1', since: 7})]), [paused]);
  expect(eventsOf(absence)).toMatchObject([
    {kind: 'paused', at: 5},
    {kind: 'resumed', at: 7},
  ]);
});

it('before the first list there are no events of pipelines', () => {
  const left = {at: 0, logs: [], pipelines: undefined};
  expect(absenceIn(left, statusAt(1, [], [pipeline('a', {failing: 'Failed'})]))).toBeUndefined();
});

const minute = 60_000;
const start = Date.UTC(2026, 10, 25);

type Step = readonly [minutes: number, status: string, change?: 'error' | 'wanted'];

const event = ([minutes, status, change]: Step): MonitorEvent => ({
  id: `at-${minutes}`,
  time: new Date(start + minutes * minute).toISOString(),
  status,
  resourcesDesiredStatus: status.startsWith('Stop') && change !== 'wanted' ? 'Stopped' : 'Provisioned',
  runtimeDesiredStatus: 'Running',
  hasError: change === 'error',
  programStatus: 'Success',
  storageStatus: 'InUse',
});

/** In minutes. */
const periodOf = (from: number, to: number) => {
  return {since: start + from * minute, until: start + to * minute, notFollowed: new Set<string>()};
};

/** What is told of the time from minute 10 on. */
function told(...steps: readonly Step[]): string[] {
  const events = steps.map(event).reverse();
  const histories = new Map([['orders', {events, details: new Map(), stats: undefined, missing: []}]]);
  const absence = absenceByHistory(histories, periodOf(10, 60));
  return (eventsOf(absence) ?? []).map((event) => {
    const at = event.at === undefined ? '?' : (event.at - start) / minute;
    const times = event.count === 1 ? '' : ` ×${event.count}`;
    return `${at} ${event.kind} ${eventWords(event, 120).text}${times}`;
  });
}

it('tells each change of what a pipeline does, and none of before', () => {
  expect(told([0, 'Stopped'], [1, 'Running'], [20, 'Stopping'], [21, 'Stopped'], [30, 'Provisioning'])).toEqual([
    '20 stopped Running → Stopping',
  ]);
  expect(told([0, 'Running'], [20, 'Paused'], [25, 'Running'])).toEqual([
    '20 paused Running → Paused',
    '25 resumed Paused → Running',
  ]);
  expect(told([0, 'Running'], [20, 'Unavailable'], [25, 'Running'])).toEqual([
    '20 unavailable Unavailable',
    '25 resumed Unavailable → Running',
  ]);
  expect(told([0, 'Stopped'], [1, 'Running'], [9, 'Paused'], [50, 'Paused'])).toEqual([]);
});

it('tells an error, and no stop besides it', () => {
  const failing: readonly Step[] = [
    [0, 'Running'],
    [20, 'Stopping', 'error'],
    [21, 'Stopped', 'error'],
  ];
  expect(told(...failing)).toEqual(['20 failed an error']);
  expect(told(...failing, [32, 'Stopped', 'wanted'], [32, 'Provisioning'], [33, 'Running'])).toEqual([
    '20 failed an error',
    '33 restarted Provisioning → Running',
  ]);
});

it('an error or a state that the oldest event has is older than that', () => {
  const stopped: Step = [40, 'Stopped', 'error'];
  expect(told([20, 'Stopped', 'error'], [30, 'Stopped', 'error'], stopped)).toEqual([]);
  expect(told([20, 'Running'], stopped)).toEqual(['40 failed an error']);
});

it('tells what came again and again each time', () => {
  const loop = [10, 20, 30].flatMap((at): Step[] => [
    [at, 'Stopped', 'error'],
    [at + 1, 'Provisioning'],
    [at + 2, 'Running'],
  ]);
  expect(told([0, 'Running'], ...loop)).toEqual(
    [10, 20, 30].flatMap((at) => [`${at} failed an error`, `${at + 2} restarted Provisioning → Running`]),
  );
});

it('tells nothing without events', () => {
  const missing = [{part: 'events', why: 'this server has none'}] as const;
  const histories = new Map([['orders', {events: [], details: new Map(), stats: undefined, missing}]]);
  expect(absenceByHistory(histories, periodOf(0, 1))).toBeUndefined();
});
