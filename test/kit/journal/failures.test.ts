import {expect, test} from 'vitest';
import type {MonitorEvent, MonitorEventDetail} from '../../../source/engine/api/types.ts';
import {LogStates, type UnaskedEnd} from '../../../source/engine/logs/log-states.ts';
import type {PipelineHistory} from '../../../source/engine/pipelines/pipeline-history.ts';
import {Failures} from '../../../source/kit/journal/failures.ts';
import type {PipelineEvent} from '../../../source/kit/journal/pipeline-event.ts';
import {listEvents, type PipelineStatuses, pipelineStatuses} from '../../../source/kit/journal/pipeline-status.ts';
import {runner, start as startLine} from '../../engine/records/index-lines.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {withNewlines} from '../../harness/with-newlines.ts';
import {deploymentError, makePipeline, stopped} from '../screen/make-pipeline.ts';
import {pipeline} from './statuses.ts';

const start = Date.UTC(2026, 0, 1);
const ofApi = {pipeline: 'a', from: 'API', count: 1} as const;

/** What the API has of a pipeline that failed at these times, the oldest first. */
function historyOf(failures: readonly {readonly at: number; readonly cause: string}[]): PipelineHistory {
  const details = new Map<string, MonitorEventDetail>();
  const events = failures.flatMap(({at, cause}, index): MonitorEvent[] => {
    const shared = {runtimeDesiredStatus: '', resourcesDesiredStatus: 'Stopped'};
    const event = {...shared, programStatus: 'Success', storageStatus: 'InUse', status: 'Stopped'};
    const failed = {...event, id: `${index}`, time: new Date(at).toISOString(), hasError: true};
    details.set(failed.id, {...failed, deploymentError: {...deploymentError, cause}});
    return [{...event, id: `run-${index}`, time: new Date(at - 3000).toISOString(), hasError: false}, failed];
  });
  return {events: events.reverse(), details, stats: undefined, missing: []};
}

function setUp(history: PipelineHistory = historyOf([])) {
  const clock = new FakeClock(start);
  const told: string[] = [];
  const add = (events: readonly PipelineEvent[]) => {
    for (const event of events) told.push(event.kind === 'failed' ? `${event.at} ${event.why}` : event.kind);
  };
  let refreshes = 0;
  const failures = new Failures({
    clock,
    refresh: () => void refreshes++,
    history: async () => await Promise.resolve(history),
    append() {},
    tell: add,
  });
  return {
    clock,
    told,
    log: (at: number, cause?: string) => failures.onLog('a', [{at, cause}]),
    logged: (ends: readonly UnaskedEnd[]) => failures.onLog('a', ends),
    list: (at: number, why: string) => add(failures.untold([{...ofApi, kind: 'failed', at, why, endedAfter: at}])),
    other: (event: PipelineEvent) => add(failures.untold([event])),
    gap: (since: number, failedAt = 0) =>
      failures.onGaps([
        {
          before: pipeline('a', {
            since,
            failedAt,
            failedAfter: failedAt,
            endedByRunner: failedAt > 0,
            failing: 'Failed',
          }),
          isReported: false,
        },
      ]),
    refreshed: () => refreshes,
    flush: () => failures.flush(),
    dispose: () => failures.dispose(),
  };
}

test('the list tells at once what the log reported, and nothing follows', async () => {
  const {clock, told, log, list, refreshed} = setUp();
  log(start, 'exit status: 5');
  expect([told, refreshed()]).toEqual([[], 1]);
  list(start + 2, 'Failed · exit status: 5');
  expect(told).toEqual([`${start + 2} Failed · exit status: 5`]);
  await clock.advance(60_000);
  expect([told.length, clock.pending]).toEqual([1, 0]);
});

test('a change that waits for the API counts once it is released, and the answer does not tell it again', async () => {
  const clock = new FakeClock(start);
  const changes: string[] = [];
  const event = (at: number, status: string): MonitorEvent => ({
    ...{id: `${at}`, time: new Date(at).toISOString(), status, hasError: false, programStatus: 'Success'},
    ...{storageStatus: 'InUse', runtimeDesiredStatus: '', resourcesDesiredStatus: 'Provisioned'},
  });
  const events = [event(start + 2000, 'Running'), event(start, 'Stopped'), event(start - 60_000, 'Running')];
  const answer = Promise.withResolvers<PipelineHistory>();
  const failures = new Failures({
    ...{clock, refresh() {}, tell() {}},
    history: () => answer.promise,
    append: (all) => changes.push(...all.map(({kind, at}) => `${kind} ${at}`)),
  });
  const gap = {before: pipeline('a', {since: start - 60_000, state: 'Running'}), isReported: true};
  failures.hold([gap]);
  const restarted = {...ofApi, kind: 'restarted', at: start + 2001, before: 'Stopped', now: 'Running'} as const;
  expect(failures.untold([restarted])).toEqual([restarted]);
  failures.onGaps([gap]);
  expect(changes).toEqual([]);
  for (const _ of [1, 2]) failures.release();
  expect(changes).toEqual([`restarted ${start + 2001}`]);
  answer.resolve({events, details: new Map(), stats: undefined, missing: []});
  await clock.advance(0);
  await clock.advance(0);
  expect(changes).toEqual([`restarted ${start + 2001}`, `stopped ${start}`]);
});

test('the list was first', async () => {
  const {clock, told, log, list, refreshed} = setUp();
  list(start + 2, 'Failed · exit status: 5');
  log(start, 'exit status: 5');
  await clock.advance(60_000);
  expect([told.length, refreshed()]).toEqual([1, 0]);
});

test('without an answer of the list the log tells a second later', async () => {
  const {clock, told, log, list} = setUp();
  log(start, 'exit status: 5');
  await clock.advance(999);
  expect(told).toEqual([]);
  await clock.advance(1);
  expect(told).toEqual([`${start} Failed · exit status: 5`]);
  list(start + 2, 'Failed · exit status: 5');
  expect(told).toHaveLength(1);
});

test('of a pipeline that runs again, the log tells before that', () => {
  const {told, log, other} = setUp();
  log(start, 'exit status: 5');
  other({...ofApi, kind: 'restarted', before: 'Running', now: 'Running'});
  expect(told).toEqual([`${start} Failed · exit status: 5`, 'restarted']);
});

test('two in some seconds are two, also where the list shows only one of them', async () => {
  const {clock, told, log, list} = setUp();
  log(start, 'exit status: 5');
  await clock.advance(1000);
  log(start + 4000, 'exit status: 6');
  list(start + 4001, 'Failed · exit status: 6');
  await clock.advance(60_000);
  expect(told).toEqual([`${start} Failed · exit status: 5`, `${start + 4001} Failed · exit status: 6`]);
});

test.each([-60_000, 60_000])(
  'clocks that differ by %i ms: log and list tell the same at the same time',
  async (skew) => {
    for (const isLogFirst of [true, false]) {
      const {clock, told, log, list} = setUp();
      for (const [round, cause] of ['exit status: 5', 'exit status: 5', 'exit status: 6'].entries()) {
        const at = start + round * 20_000;
        if (isLogFirst) log(at, cause);
        // The log gives up a second later, and the list comes after two.
        await clock.advance(isLogFirst ? 2000 : 0);
        list(at + skew, `Failed · ${cause}`);
        if (!isLogFirst) log(at, cause);
        await clock.advance(18_000);
      }
      expect(told.map((text) => text.slice(-1))).toEqual(['5', '5', '6']);
    }
  },
);

test('a line that is replayed is the same failure', async () => {
  const {clock, told, log} = setUp();
  log(start, 'exit status: 5');
  await clock.advance(5000);
  log(start, 'exit status: 5');
  await clock.advance(5000);
  expect(told).toHaveLength(1);
});

test('a result of the compiler is never the end that the log reported', () => {
  const {told, log, other} = setUp();
  log(start, 'exit status: 5');
  other({...ofApi, kind: 'failed', at: start + 1, why: 'SQL error'});
  expect(told).toEqual([`${start + 1} SQL error`]);
});

test('an end without a cause is a failure only by the API', async () => {
  const asked = setUp();
  asked.log(start);
  await asked.clock.advance(10_000);
  expect(asked.told).toEqual([]);
  const failed = setUp(historyOf([{at: start + 5, cause: 'panic: boom'}]));
  failed.log(start);
  await failed.clock.advance(10_000);
  expect(failed.told).toEqual([`${start + 5} Failed · panic: boom`]);
});

test('runs that were between two lists are in the events: each is told once, the one that the list shows by the list', async () => {
  const failures = [
    {at: start - 50_000, cause: 'long ago'},
    {at: start + 1000, cause: 'one'},
    {at: start + 5000, cause: 'two'},
    {at: start + 9000, cause: 'three'},
  ];
  const {clock, told, list, gap} = setUp(historyOf(failures));
  list(start + 9001, 'Failed · three');
  gap(start - 50_001, start - 50_001);
  gap(start - 50_001, start - 50_001);
  await clock.advance(1000);
  expect(told).toEqual([
    `${start + 9001} Failed · three`,
    `${start + 1000} Failed · one`,
    `${start + 5000} Failed · two`,
  ]);
});

test('at the end of the program the log tells what it knows, and nothing waits', () => {
  const {clock, told, log, flush, dispose} = setUp();
  log(start, 'exit status: 5');
  log(start + 20_000);
  flush();
  expect(told).toEqual([`${start} Failed · exit status: 5`]);
  dispose();
  expect(clock.pending).toBe(0);
});

type Step = 'the log' | 'Stopping' | 'Stopped' | 'another change';

/** Every order in which a log and lists can tell of one end; the lists go on when it is over. */
const orders: readonly (readonly Step[])[] = [
  ['the log', 'Stopping', 'Stopped', 'another change'],
  ['Stopping', 'the log', 'Stopped', 'another change'],
  ['Stopping', 'Stopped', 'the log', 'another change'],
  ['Stopping', 'Stopped', 'another change', 'the log'],
  ['the log', 'Stopped', 'another change'],
  ['Stopped', 'the log', 'another change'],
];

/** Feldera's own: the runner ends the process, and 29 ms later the list says that it is over. */
test.each([
  ['within a second', '2026-11-27T13:29:01.359Z'],
  ['from one second to the next', '2026-11-27T13:29:01.985Z'],
  ['from one minute to the next', '2026-11-27T13:29:59.985Z'],
])('a start that fails is told once by a log and lists 29 ms apart, %s', async (_, begin) => {
  const failsAt = Date.parse(begin);
  const at = (milliseconds: number) => new Date(failsAt + milliseconds).toISOString();
  const isEnding = (transition: string, milliseconds: number) =>
    runner(`Resources transition: ${transition}`, 'INFO', at(milliseconds).replace('Z', '000Z'));
  const text = [
    runner(startLine, 'INFO', at(-2000).replace('Z', '000Z')),
    isEnding('provisioned -> stopping (desired: provisioned)', 0),
    isEnding('stopping -> stopped (desired: stopped)', 31),
  ];
  for (const wait of [0, 1, 700, 2000]) {
    for (const order of orders) {
      const {clock, told, other, logged} = setUp(historyOf([{at: failsAt + 2, cause: 'no such file'}]));
      const failed = {...deploymentError, cause: 'no such file', endedStart: true};
      const list = (deploymentStatus: string, milliseconds: number) =>
        makePipeline('a', {
          ...stopped,
          ...{deploymentStatus, deploymentError: failed, deploymentStatusSince: at(milliseconds)},
        });
      let before: PipelineStatuses = pipelineStatuses([
        makePipeline('a', {deploymentStatus: 'Initializing', deploymentStatusSince: at(-1000)}),
      ]);
      const show = (status: string, milliseconds: number, connectorErrors = 0) => {
        const now = pipelineStatuses([{...list(status, milliseconds), connectorErrors}], before);
        for (const event of listEvents(before, now)) other(event);
        before = now;
      };
      for (const step of order) {
        if (step === 'the log') {
          const states = new LogStates();
          states.append(...withNewlines(Buffer.from(`${text.join('\n')}\n`)));
          logged(states.ends.last);
        } else if (step === 'another change') for (const errors of [1, 2]) show('Stopped', 29, errors);
        else show(step, step === 'Stopping' ? 0 : 29);
        await clock.advance(wait);
      }
      await clock.advance(60_000);
      const failures = told.filter((words) => words.includes('no such file'));
      expect(failures, `${order.join(', ')}, ${wait} ms each: ${told.join(', ')}`).toHaveLength(1);
    }
  }
});

test('a program that did not compile is told once, by the list, which has the message of the compiler', async () => {
  const at = start + 20_000;
  const step = (time: number, programStatus: string): MonitorEvent => ({
    id: `${time}`,
    time: new Date(time).toISOString(),
    status: 'Stopped',
    programStatus,
    storageStatus: 'Cleared',
    runtimeDesiredStatus: '',
    resourcesDesiredStatus: 'Stopped',
    hasError: false,
  });
  const events = [step(at, 'SqlError'), step(at - 5000, 'CompilingSql')];
  const {clock, told, other, gap} = setUp({events, details: new Map(), stats: undefined, missing: []});
  other({...ofApi, kind: 'failed', at, why: 'SQL error · line 7'});
  gap(start);
  await clock.advance(1000);
  expect(told).toEqual([`${at} SQL error · line 7`]);
});
