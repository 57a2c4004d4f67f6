import {expect, test} from 'vitest';
import {ApiError} from '../../../source/engine/api/errors.ts';
import type {
  ApiFailure,
  ConnectorStats,
  Pipeline,
  PipelineStats,
  TimeSeries,
} from '../../../source/engine/api/types.ts';
import type {ListSnapshot} from '../../../source/engine/pipelines/list-poller.ts';
import {StatsPoller} from '../../../source/engine/pipelines/stats-poller.ts';
import {createStore} from '../../../source/lib/store.ts';
import {FakeClock, settled} from '../../harness/fake-clock.ts';
import {makePipeline} from '../../kit/screen/make-pipeline.ts';

const unreachable: ApiFailure = {kind: 'retryable', reason: 'pipeline-unreachable', message: 'no answer'};
const unsupported: ApiFailure = {kind: 'fatal', reason: 'unsupported', message: 'too old'};

function statsOf(incarnation = 'one', connectors: readonly string[] = [], bufferedRecords = 0): PipelineStats {
  return {
    ...{state: 'Running', incarnation, uptime: 1, bufferedRecords, outputStall: 0},
    ...{isComplete: false, connectors: connectors.map(connector)},
  };
}

function connector(name: string): ConnectorStats {
  return {
    ...{kind: 'input', name, stream: 'orders', records: 5, bytes: 50, bufferedRecords: 0, isPaused: false},
    ...{hasEnded: false, latency: undefined, health: undefined, fatalError: undefined, errors: []},
  };
}

type Asked = {readonly at: number; readonly name: string; readonly what: 'stats' | 'series'};

/** A server whose list and answers belong to the test; the wire is tested in `client.test.ts`. */
class Rig {
  readonly clock = new FakeClock();
  readonly asked: Asked[] = [];
  readonly poller: StatsPoller;
  answer: PipelineStats | ApiFailure = statsOf();
  seriesAnswer: TimeSeries | ApiFailure = {samples: []};
  /** Milliseconds until an answer. */
  slowness = 0;
  mostAtOnce = 0;
  readonly #list = createStore<ListSnapshot>({
    ...{pipelines: undefined, goodAt: undefined, failure: undefined, nextTryAt: undefined},
  });
  #running = 0;

  constructor(names: readonly string[], change: Partial<Pipeline> = {}) {
    this.list(names, change);
    this.poller = new StatsPoller({
      client: {
        getStats: (name) => this.#ask(name, 'stats', () => this.answer),
        getTimeSeries: (name) => this.#ask(name, 'series', () => this.seriesAnswer),
      },
      clock: this.clock,
      random: () => 0,
      poller: {snapshot: this.#list},
    });
    this.poller.start();
  }

  list(names: readonly string[], change: Partial<Pipeline> = {}): void {
    const pipelines = names.map((name) =>
      makePipeline(name, {deploymentStatus: 'Running', connectorErrors: 0, ...change}),
    );
    this.#list.set({...this.#list.get(), pipelines});
  }

  /** A minute in which the list, every 2 s, counts `errors` more of each pipeline. */
  async minute(names: readonly string[], errors: number): Promise<number> {
    const before = this.asked.length;
    for (let round = 1; round <= 30; round++) {
      this.list(names, {connectorErrors: round * errors});
      await this.clock.advance(2000);
    }
    return this.asked.length - before;
  }

  requests(what: Asked['what'], name = 'orders'): readonly number[] {
    return this.asked.flatMap((each) => (each.what === what && each.name === name ? each.at : []));
  }

  async #ask<T extends object>(name: string, what: Asked['what'], answer: () => T | ApiFailure): Promise<T> {
    this.asked.push({at: this.clock.monotonic(), name, what});
    this.#running += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#running);
    if (this.slowness > 0) await this.clock.sleep(this.slowness, new AbortController().signal);
    this.#running -= 1;
    const given = answer();
    if (isFailure(given)) throw new ApiError(given);
    return given;
  }
}

function isFailure(answer: object): answer is ApiFailure {
  return 'kind' in answer;
}

test('the shown pipeline is asked about once, when it is shown and when its errors increase', async () => {
  const rig = new Rig(['fraud', 'orders']);
  rig.poller.setShown('orders');
  await rig.clock.advance(60_000);
  expect(rig.asked).toEqual([{at: 0, name: 'orders', what: 'stats'}]);
  rig.list(['fraud', 'orders'], {connectorErrors: 0, description: 'changed'});
  await rig.clock.advance(60_000);
  expect(rig.asked).toHaveLength(1);
  rig.list(['orders'], {connectorErrors: 3});
  await rig.clock.advance(60_000);
  expect(rig.requests('stats')).toEqual([0, 120_000]);
});

test('what was known of a pipeline stays when it stops and is deleted, until another has its name', async () => {
  const rig = new Rig(['orders'], {id: 'first'});
  const known = () => rig.poller.known.get().get('orders')?.stats;
  rig.poller.setShown('orders');
  await rig.clock.advance(0);
  rig.list(['orders'], {id: 'first', deploymentStatus: 'Stopped'});
  rig.list([]);
  expect(known()).toBeDefined();
  rig.list(['orders'], {id: 'second', deploymentStatus: 'Stopped'});
  expect(known()).toBeUndefined();
});

test('what is known of a pipeline goes with it to another name, and back', async () => {
  const rig = new Rig(['orders']);
  const known = () => [...rig.poller.known.get().keys()];
  rig.poller.setShown('orders');
  await rig.clock.advance(0);
  rig.list(['sales'], {id: 'id-orders'});
  expect(known()).toEqual(['sales']);
  rig.list(['orders', 'sales']);
  expect(known()).toEqual(['orders']);
});

test('an answer about a pipeline that was created again meanwhile is not about the new one', async () => {
  const rig = new Rig(['orders'], {id: 'first'});
  rig.slowness = 100;
  rig.poller.setShown('orders');
  await rig.clock.advance(50);
  rig.list(['orders'], {id: 'second'});
  await rig.clock.advance(50);
  expect(rig.poller.known.get().size).toBe(0);
  await rig.clock.advance(1050);
  expect(rig.requests('stats')).toEqual([0, 1000]);
  expect(rig.poller.known.get().size).toBe(1);
});

test('another pipeline only when its errors increase, also from 0 in its next run', async () => {
  const rig = new Rig(['orders'], {connectorErrors: 54});
  await rig.clock.advance(10_000);
  expect(rig.asked).toEqual([]);
  rig.list(['orders'], {connectorErrors: 55});
  await rig.clock.advance(10_000);
  rig.list(['orders'], {connectorErrors: 2, deploymentId: 'next'});
  await rig.clock.advance(10_000);
  // Until its process answers, the server has no number.
  rig.list(['orders'], {connectorErrors: undefined, deploymentId: 'third'});
  await rig.clock.advance(10_000);
  rig.list(['orders'], {connectorErrors: 2, deploymentId: 'third'});
  await rig.clock.advance(10_000);
  expect(rig.requests('stats')).toEqual([10_000, 20_000, 40_000]);
});

test('while its page is open: both kinds every 10 s, not while no user watches, and no more when it closes', async () => {
  const rig = new Rig(['orders']);
  rig.poller.setShown('orders');
  rig.poller.setOpen('orders');
  await rig.clock.advance(22_000);
  expect(rig.requests('stats')).toEqual([0, 10_000, 20_000]);
  expect(rig.requests('series')).toEqual([1000, 11_000, 21_000]);
  rig.poller.setAttended(false);
  await rig.clock.advance(60_000);
  const asked = rig.asked.length;
  expect(asked).toBeLessThanOrEqual(8);
  await rig.clock.advance(60_000);
  expect(rig.asked).toHaveLength(asked);
  rig.poller.setAttended(true);
  await rig.clock.advance(5000);
  expect(rig.asked).toHaveLength(asked + 2);
  rig.poller.setOpen(undefined);
  await rig.clock.advance(60_000);
  expect(rig.asked).toHaveLength(asked + 2);
});

test('degraded ones every 30 s, after failures too, while a user watches', async () => {
  const rig = new Rig(['orders', 'fraud']);
  rig.poller.setShown('orders');
  await rig.clock.advance(10_000);
  rig.poller.setDegraded(['orders', 'fraud']);
  await rig.clock.advance(60_000);
  expect(rig.requests('stats')).toEqual([0, 30_000, 60_000]);
  expect(rig.requests('stats', 'fraud')).toEqual([10_000, 40_000, 70_000]);
  rig.answer = unreachable;
  await rig.clock.advance(300_000);
  expect(rig.requests('stats').length).toBeGreaterThan(8);
  rig.answer = statsOf();
  await rig.clock.advance(60_000);
  rig.poller.setAttended(false);
  await rig.clock.advance(60_000);
  const asked = rig.asked.length;
  await rig.clock.advance(60_000);
  expect(rig.asked).toHaveLength(asked);
  rig.poller.setAttended(true);
  await rig.clock.advance(2000);
  expect(rig.asked).toHaveLength(asked + 2);
  rig.poller.setDegraded([]);
  await rig.clock.advance(30_000);
  const last = rig.asked.length;
  await rig.clock.advance(60_000);
  expect(rig.asked).toHaveLength(last);
  expect(rig.requests('series')).toHaveLength(0);
});

test('at most two at a time and one a second, the page first, then the shown pipeline, then the others', async () => {
  const rig = new Rig(['a', 'b', 'c', 'orders']);
  rig.slowness = 5000;
  rig.list(['a', 'b', 'c', 'orders'], {connectorErrors: 1});
  rig.poller.setShown('orders');
  await rig.clock.advance(30_000);
  expect(rig.asked.map(({name, at}) => `${name} ${at}`)).toEqual(['a 0', 'orders 1000', 'b 5000', 'c 6000']);
  expect(rig.mostAtOnce).toBe(2);
});

test('a cursor that runs through the list asks about where it stays', async () => {
  const rig = new Rig(['a', 'b', 'c', 'orders']);
  for (const name of ['a', 'b', 'c', 'orders']) rig.poller.setShown(name);
  await rig.clock.advance(60_000);
  expect(rig.asked.map(({name}) => name)).toEqual(['a', 'orders']);
});

test('nothing for a pipeline without a process; once it runs, what is on the screen', async () => {
  const rig = new Rig(['orders'], {deploymentStatus: 'Stopped'});
  rig.poller.setShown('orders');
  rig.poller.setOpen('orders');
  await rig.clock.advance(60_000);
  rig.list(['orders'], {deploymentStatus: 'Provisioning'});
  await rig.clock.advance(60_000);
  expect(rig.asked).toEqual([]);
  rig.list(['orders']);
  await rig.clock.advance(12_000);
  expect(rig.asked).toHaveLength(4);
  rig.list(['orders'], {deploymentStatus: 'Stopping'});
  await rig.clock.advance(60_000);
  expect(rig.asked).toHaveLength(4);
});

test('backs off after failures, whatever rises meanwhile; off the screen it gives up', async () => {
  const rig = new Rig(['orders']);
  rig.answer = unreachable;
  expect(await rig.minute(['orders'], 1)).toBeLessThanOrEqual(12);
  rig.poller.setOpen('orders');
  rig.seriesAnswer = unsupported;
  await rig.clock.advance(300_000);
  const before = rig.asked.length;
  await rig.clock.advance(300_000);
  // 15 to 30 s apart; what the server lacks is not asked for again.
  expect(rig.asked.length - before).toBe(20);
  expect(rig.requests('series')).toHaveLength(1);
  expect(rig.poller.known.get().get('orders')).toMatchObject({failure: unreachable, seriesFailure: unsupported});
});

test('docs/failures.md: requests a minute for 1 quiet, 1 failing and 5,000 failing pipelines', async () => {
  const quiet = new Rig(['orders']);
  quiet.poller.setShown('orders');
  await quiet.clock.advance(2000);
  expect(await quiet.minute(['orders'], 0)).toBe(0);
  quiet.poller.setOpen('orders');
  expect(await quiet.minute(['orders'], 0)).toBe(12);
  quiet.poller.setOpen(undefined);
  quiet.poller.setDegraded(['orders']);
  expect(await quiet.minute(['orders'], 0)).toBe(2);

  const failing = new Rig(['orders']);
  failing.poller.setShown('orders');
  expect(await failing.minute(['orders'], 1)).toBe(30);

  const names = Array.from({length: 5000}, (_, index) => `p${index}`);
  const many = new Rig(names);
  many.poller.setShown('p4999');
  expect(await many.minute(names, 1)).toBe(60);
  expect(many.requests('stats', 'p4999').length).toBeGreaterThanOrEqual(29);
  expect(many.poller.known.get().size).toBeLessThanOrEqual(50);
});

test('keeps what is known: of a process the connectors that disappear and the trend, of an earlier one nothing', async () => {
  const rig = new Rig(['orders']);
  rig.answer = statsOf(
    'one',
    ['orders.a', 'orders.b', 'orders.api-ingress-1f', 'v.api-0190aa3c-1f2e-7000-8000-1234567890ab'],
    10,
  );
  rig.poller.setOpen('orders');
  await rig.clock.advance(5000);
  rig.answer = statsOf('one', ['orders.b'], 30);
  await rig.clock.advance(10_000);
  const known = () => rig.poller.known.get().get('orders');
  expect(known()?.gone.map(({name}) => name)).toEqual(['orders.a']);
  expect(known()?.buffered.map(({records}) => records)).toEqual([10, 30]);
  rig.list(['orders'], {deploymentStatus: 'Stopped'});
  await rig.clock.advance(60_000);
  expect(known()?.stats?.connectors).toHaveLength(1);
  expect(known()?.at).toBe(rig.clock.wall() - 65_000);
  rig.answer = statsOf('two', ['orders.b']);
  rig.list(['orders']);
  await rig.clock.advance(2000);
  expect(known()?.gone).toEqual([]);
  expect(known()?.buffered).toHaveLength(1);
});

test('knows since when storage has grown, or not shrunk, by the statistics of one process', async () => {
  const rig = new Rig(['orders']);
  const growth = () => rig.poller.known.get().get('orders')?.growth;
  const begin = rig.clock.wall();
  const answer = async (incarnation: string, storageBytes: number | undefined) => {
    rig.answer = {...statsOf(incarnation), storageBytes};
    await rig.clock.advance(10_000);
  };
  rig.poller.setOpen('orders');
  await answer('one', 5);
  await answer('one', 5);
  await answer('one', 9);
  const at = growth()?.at ?? 0;
  expect(growth()).toEqual({at, bytes: 5});
  expect(at).toBeLessThanOrEqual(begin + 10_000);
  await answer('one', 8);
  expect(growth()?.bytes).toBe(8);
  await answer('two', 9);
  expect(growth()?.bytes).toBe(9);
  await answer('two', undefined);
  expect(growth()).toBeUndefined();
});

test('knows since when no record was processed, by the statistics of one process', async () => {
  const rig = new Rig(['orders']);
  const stillFor = () => {
    const {at = 0, stillSince = 0} = rig.poller.known.get().get('orders') ?? {};
    return at - stillSince;
  };
  rig.answer = {...statsOf('one'), processedRecords: 7};
  rig.poller.setOpen('orders');
  await rig.clock.advance(35_000);
  expect(stillFor()).toBe(30_000);
  rig.answer = {...statsOf('one'), processedRecords: 8};
  await rig.clock.advance(10_000);
  expect(stillFor()).toBe(0);
  await rig.clock.advance(10_000);
  expect(stillFor()).toBe(10_000);
  rig.answer = {...statsOf('two'), processedRecords: 8};
  await rig.clock.advance(10_000);
  expect(stillFor()).toBe(0);
  rig.answer = statsOf('two');
  await rig.clock.advance(20_000);
  expect(stillFor()).toBe(0);
});

test('that an earlier process did not answer is not known of the next one', async () => {
  const rig = new Rig(['orders']);
  rig.answer = unreachable;
  rig.poller.setShown('orders');
  await rig.clock.advance(1000);
  rig.poller.setShown(undefined);
  expect(rig.poller.known.get().get('orders')).toMatchObject({failure: unreachable});
  rig.list(['orders'], {deploymentId: 'the next start'});
  expect(rig.poller.known.get().get('orders')).toMatchObject({failure: undefined});
});

test('stop cancels the requests in progress and sends no other', async () => {
  const rig = new Rig(['orders']);
  rig.poller.setOpen('orders');
  await settled();
  rig.poller.stop();
  await rig.clock.advance(60_000);
  expect(rig.asked).toHaveLength(1);
  expect(rig.clock.pending).toBe(0);
});
