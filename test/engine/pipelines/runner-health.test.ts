import {expect, it, onTestFinished} from 'vitest';
import type {ApiFailure, Pipeline, RunnerHealth} from '../../../source/engine/api/types.ts';
import type {Log} from '../../../source/engine/logs/log.ts';
import type {ListSnapshot} from '../../../source/engine/pipelines/list-poller.ts';
import {runnerHealthReader} from '../../../source/engine/pipelines/runner-health.ts';
import {type KnownStats, noStats} from '../../../source/engine/pipelines/stats-poller.ts';
import {createStore} from '../../../source/lib/store.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {makePipeline} from '../../kit/screen/make-pipeline.ts';

const unreachable: ApiFailure = {kind: 'retryable', reason: 'pipeline-unreachable', message: 'no answer'};
const noList: ApiFailure = {kind: 'retryable', reason: 'unreachable', message: 'connection refused'};

/** Two pipelines that run, of which `orders` has an open log; what list, log and statistics tell belongs to the test. */
function healthOf(answer: Partial<RunnerHealth> = {}) {
  const clock = new FakeClock();
  const list = createStore<ListSnapshot>({
    ...{pipelines: [], goodAt: undefined, failure: undefined, nextTryAt: undefined},
  });
  const known = createStore<ReadonlyMap<string, KnownStats>>(new Map());
  const live = {kind: 'live', since: 0, attempts: 0} as const;
  const snapshot = createStore<ReturnType<Log['snapshot']['get']>>({
    ...{endId: 0, lineCount: 0, byteLength: 0, droppedLines: 0, events: [], receivedAt: undefined, connection: live},
  });
  const log = {name: 'orders', snapshot, isRunOver: false};
  const asked: number[] = [];
  const health = {isHealthy: false, message: 'Unreachable: gone.', since: undefined, checkedAt: undefined, ...answer};
  const reader = runnerHealthReader({
    client: {
      getRunnerHealth: () => {
        asked.push(clock.monotonic());
        return Promise.resolve(health);
      },
    },
    clock,
    logs: {names: createStore<readonly string[]>(['orders']), get: () => log},
    stats: {known},
    list,
  });
  const pipelines = (change: Partial<Pipeline> = {}) => [makePipeline('orders'), makePipeline('other', change)];
  list.set({...list.get(), pipelines: pipelines()});
  reader.start();
  onTestFinished(() => reader.stop());
  return {
    ...{clock, reader, asked, health},
    fail: (failure: ApiFailure | undefined) => list.set({...list.get(), failure}),
    change: (change: Partial<Pipeline>) => list.set({...list.get(), pipelines: pipelines(change)}),
    end: (isRunOver: boolean) => {
      log.isRunOver = isRunOver;
      snapshot.set({...snapshot.get()});
    },
    stats: (failure: ApiFailure | undefined) => known.set(new Map([['orders', {...noStats, failure}]])),
  };
}

it.each(['log', 'statistics'] as const)(
  'is asked once lists say for 30 s that a process runs which has ended for the %s, and every 10 s until that is over',
  async (teller) => {
    const rig = healthOf();
    await rig.clock.advance(60_000);
    const tell = (ends: boolean) => (teller === 'log' ? rig.end(ends) : rig.stats(ends ? unreachable : undefined));
    tell(true);
    await rig.clock.advance(29_000);
    expect(rig.asked).toEqual([]);
    await rig.clock.advance(22_000);
    expect(rig.asked).toEqual([90_000, 100_000, 110_000]);
    expect(rig.reader.health.get()).toBe(rig.health);
    tell(false);
    expect(rig.reader.health.get()).toBeUndefined();
    await rig.clock.advance(60_000);
    expect(rig.asked).toHaveLength(3);
  },
);

it('any state that changes shows a runner that works; what the runner does not write shows nothing', async () => {
  const rig = healthOf();
  rig.end(true);
  await rig.clock.advance(20_000);
  rig.change({deploymentStatus: 'Paused', deploymentStatusSince: '2026-11-25T10:00:00Z'});
  await rig.clock.advance(29_000);
  expect(rig.asked).toEqual([]);
  rig.change({deploymentStatus: 'Paused', deploymentStatusSince: '2026-11-25T10:00:00Z', description: 'new'});
  await rig.clock.advance(2_000);
  expect(rig.asked).toEqual([50_000]);
  expect(rig.reader.health.get()).toBe(rig.health);
  rig.change({});
  expect(rig.reader.health.get()).toBeUndefined();
  await rig.clock.advance(29_000);
  expect(rig.asked).toHaveLength(1);
});

it('a list that does not come says nothing of the runner', async () => {
  const rig = healthOf();
  rig.fail(noList);
  rig.end(true);
  await rig.clock.advance(60_000);
  rig.fail(undefined);
  await rig.clock.advance(29_000);
  expect(rig.asked).toEqual([]);
  await rig.clock.advance(2_000);
  expect(rig.asked).toEqual([90_000]);
});
