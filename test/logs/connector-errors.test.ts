import {beforeEach, expect, test} from 'vitest';
import type {ConnectorError, ConnectorErrors, ConnectorStats, Pipeline, PipelineStats} from '../../source/api/types.ts';
import type {ConnectorMarker} from '../../source/buffer/markers.ts';
import {createStore} from '../../source/lib/store.ts';
import {ConnectorErrorFeed} from '../../source/logs/connector-errors.ts';
import type {ListSnapshot} from '../../source/logs/list-poller.ts';
import type {LogStream} from '../../source/logs/log-stream.ts';
import type {KnownStats} from '../../source/logs/stats-poller.ts';
import {untimedMarkerText} from '../../source/words/markers.ts';
import {FakeClock} from '../harness/fake-clock.ts';
import {makePipeline} from '../ui/make-pipeline.ts';

const start = Date.parse('2026-11-27T10:00:00Z');

/** An error of each second, by its index; `kept`: how many the server still has. */
function errors(count: number, {kept = 100, kind = 'parse'}: {kept?: number; kind?: ConnectorErrors['kind']} = {}) {
  const newest = Array.from({length: Math.min(count, kept)}, (_, place): ConnectorError => {
    const index = Math.max(0, count - kept) + place + 1;
    return {
      time: new Date(start + index * 1000).toISOString(),
      index,
      tag: 'text',
      message: `error ${index}\nof a row`,
    };
  });
  return {kind, count, kept: kept === 0 ? undefined : newest};
}

function statsOf(connectors: Readonly<Record<string, ConnectorErrors>>, incarnation = 'one'): PipelineStats {
  return {
    ...{state: 'Running', incarnation, uptime: 1, bufferedRecords: 0, outputStall: 0, isComplete: false},
    connectors: Object.entries(connectors).map(([name, each]): ConnectorStats => {
      return {
        ...{kind: 'input', name, stream: 'orders', records: 5, bytes: 50, bufferedRecords: 0, isPaused: false},
        ...{hasEnded: false, latency: undefined, health: undefined, fatalError: undefined, errors: [each]},
      };
    }),
  };
}

/** The feed with a list, statistics and a log of the test's own: who makes these is tested elsewhere. */
class Rig {
  readonly clock = new FakeClock();
  readonly feed: ConnectorErrorFeed;
  readonly #added: (ConnectorMarker & {readonly at: number})[] = [];
  readonly #known = createStore<ReadonlyMap<string, KnownStats>>(new Map());
  readonly #list = createStore<ListSnapshot>({
    ...{pipelines: undefined, goodAt: undefined, failure: undefined, nextTryAt: undefined},
  });

  constructor() {
    const stream: Pick<LogStream, 'addConnectorErrors'> = {
      addConnectorErrors: (markers) => void this.#added.push(...markers),
    };
    this.feed = new ConnectorErrorFeed({
      ...{stats: {known: this.#known}, poller: {snapshot: this.#list}, clock: this.clock},
      manager: {get: (name) => (name === 'orders' ? stream : undefined)},
    });
    this.feed.start();
  }

  list(connectorErrors: number | undefined, change: Partial<Pipeline> = {}): void {
    const pipelines = [makePipeline('orders', {deploymentStatus: 'Running', connectorErrors, ...change})];
    this.#list.set({...this.#list.get(), pipelines});
  }

  read(stats: PipelineStats): void {
    const known = {
      stats,
      at: 0,
      gone: [],
      buffered: [],
      series: undefined,
      failure: undefined,
      seriesFailure: undefined,
    };
    this.#known.set(new Map([['orders', known]]));
  }

  want(...names: readonly string[]): void {
    this.feed.setWanted(new Set(names));
  }

  /** The words of what was added since the last call. */
  added(): readonly string[] {
    return this.#added.splice(0).map((marker) => untimedMarkerText(marker));
  }

  /** The same with their times, in seconds since the start. */
  addedAt(): readonly (readonly [number, string])[] {
    return this.#added.splice(0).map((marker) => [(marker.at - start) / 1000, untimedMarkerText(marker)] as const);
  }
}

let rig: Rig;
beforeEach(() => {
  rig = new Rig();
});

const words = (connector: string, index: number) => `connector ${connector}: parse error: error ${index} of a row`;

test('errors that were known before are old, and those after them come with their own times, in their order', () => {
  rig.list(3);
  rig.read(statsOf({'orders.bad': errors(3), 'orders.web': errors(0)}));
  rig.want('orders');
  rig.read(statsOf({'orders.bad': errors(5), 'orders.web': errors(4, {kind: 'transport'})}));
  expect(rig.addedAt()).toEqual([
    [1, 'connector orders.web: transport error: error 1 of a row'],
    [2, 'connector orders.web: transport error: error 2 of a row'],
    [3, 'connector orders.web: transport error: error 3 of a row'],
    [4, words('orders.bad', 4)],
    [4, 'connector orders.web: transport error: error 4 of a row'],
    [5, words('orders.bad', 5)],
  ]);
  rig.read(statsOf({'orders.bad': errors(5), 'orders.web': errors(4, {kind: 'transport'})}));
  expect(rig.added()).toEqual([]);
});

test('nothing comes while no tab wants it, and nothing of then when one does later', () => {
  rig.list(3);
  rig.read(statsOf({'orders.bad': errors(3)}));
  rig.want('orders');
  rig.want();
  rig.read(statsOf({'orders.bad': errors(5)}));
  expect(rig.added()).toEqual([]);
  rig.want('orders', 'other');
  rig.read(statsOf({'orders.bad': errors(6)}));
  expect(rig.added()).toEqual([words('orders.bad', 6)]);
});

test('of the first answer, as many are new as the list counts more than at the beginning', () => {
  rig.list(6);
  rig.want('orders');
  rig.list(9);
  rig.read(statsOf({'orders.bad': errors(4), 'orders.web': errors(5)}));
  expect(rig.added()).toEqual([words('orders.bad', 4), words('orders.web', 4), words('orders.web', 5)]);
});

test('a list that comes after the tab was opened tells what is old', () => {
  rig.want('orders');
  rig.list(4);
  rig.read(statsOf({'orders.bad': errors(5)}));
  expect(rig.added()).toEqual([words('orders.bad', 5)]);
});

test('without a number in the list all of the first answer is old', () => {
  rig.list(undefined);
  rig.want('orders');
  rig.read(statsOf({'orders.bad': errors(5)}));
  expect(rig.added()).toEqual([]);
  rig.read(statsOf({'orders.bad': errors(6)}));
  expect(rig.added()).toEqual([words('orders.bad', 6)]);
});

test('another process counts from 0: all of its errors are new, also when the first answer is its own', () => {
  rig.list(5);
  rig.want('orders');
  rig.list(2, {deploymentId: 'next'});
  rig.read(statsOf({'orders.bad': errors(2)}, 'two'));
  expect(rig.added()).toEqual([words('orders.bad', 1), words('orders.bad', 2)]);
  rig.read(statsOf({'orders.bad': errors(1)}, 'three'));
  expect(rig.added()).toEqual([words('orders.bad', 1)]);
});

test('what the server has dropped meanwhile is said once, before the errors after it', () => {
  rig.list(0);
  rig.read(statsOf({'orders.bad': errors(0)}));
  rig.want('orders');
  rig.read(statsOf({'orders.bad': errors(315, {kept: 3})}));
  expect(rig.added()).toEqual([
    'connector orders.bad: 312 more parse errors, no longer kept',
    ...[313, 314, 315].map((index) => words('orders.bad', index)),
  ]);
  rig.read(statsOf({'orders.bad': errors(316, {kept: 3})}));
  expect(rig.added()).toEqual([words('orders.bad', 316)]);
});

test('of a first answer with more new errors than the server keeps, the rest is of no connector that is known', () => {
  rig.list(1);
  rig.want('orders');
  rig.list(11);
  rig.read(statsOf({'orders.bad': errors(11, {kept: 2})}));
  expect(rig.added().toSorted()).toEqual(
    ['8 more connector errors, no longer kept', words('orders.bad', 10), words('orders.bad', 11)].toSorted(),
  );
});

test('a server that sends numbers only', () => {
  rig.list(1);
  rig.read(statsOf({'orders.bad': errors(1, {kept: 0})}));
  rig.want('orders');
  rig.read(statsOf({'orders.bad': errors(13, {kept: 0})}));
  expect(rig.added()).toEqual(['connector orders.bad: 12 parse errors, whose texts the server does not send']);
});

test('of many at once the newest come, and the number of the others', () => {
  rig.list(0);
  rig.read(statsOf({'orders.bad': errors(0)}));
  rig.want('orders');
  rig.read(statsOf({'orders.bad': errors(90)}));
  const added = rig.added();
  expect(added).toHaveLength(21);
  expect(added[0]).toBe('connector orders.bad: 70 more parse errors, too many to show here');
  expect(added.at(-1)).toBe(words('orders.bad', 90));
});

test('a flood that lasts brings few markers a minute, and none of its errors is left out without a word', async () => {
  rig.list(0);
  rig.read(statsOf({'orders.bad': errors(0)}));
  rig.want('orders');
  const markers: string[] = [];
  let count = 0;
  const flood = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 2) {
      count += 50;
      rig.read(statsOf({'orders.bad': errors(count)}));
      await rig.clock.advance(2000);
    }
    markers.push(...rig.added());
    return markers.length;
  };
  const first = await flood(60);
  expect(first).toBeLessThanOrEqual(360);
  const later = await flood(240);
  expect(later - first).toBeLessThanOrEqual(180);
  await rig.clock.advance(120_000);
  markers.push(...rig.added());
  const sum = markers.reduce(
    (all, text) => all + Number(/: (\d[\d,]*) more/.exec(text)?.[1]?.replace(',', '') ?? 1),
    0,
  );
  expect(sum).toBe(count);
});

test('a long message is cut, and is one line', () => {
  rig.list(0);
  rig.read(statsOf({'orders.bad': errors(0)}));
  rig.want('orders');
  const kept = [{time: 'no time', index: 1, tag: undefined, message: `Parse error: a\n  b ${'x'.repeat(5000)}`}];
  rig.read(statsOf({'orders.bad': {kind: 'parse', count: 1, kept}}));
  const [[at, text] = [0, '']] = rig.addedAt();
  expect(start + at * 1000).toBe(rig.clock.wall());
  expect(text).toMatch(/^connector orders\.bad: Parse error: a b x+…$/);
  expect(text.length).toBeLessThan(1100);
});
