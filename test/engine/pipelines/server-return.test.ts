import fc from 'fast-check';
import {expect, test} from 'vitest';
import {ApiError} from '../../../source/engine/api/errors.ts';
import {ServerAnswers} from '../../../source/engine/api/request.ts';
import type {ApiClient, ApiFailure, LogHandlers, Pipeline, PipelineDetail} from '../../../source/engine/api/types.ts';
import {type ConnectionFeed, pipelineLogs} from '../../../source/engine/feeds/connection-feed.ts';
import type {Log} from '../../../source/engine/logs/log.ts';
import {LogManager} from '../../../source/engine/logs/log-manager.ts';
import {ListPoller} from '../../../source/engine/pipelines/list-poller.ts';
import {FakeClock, settled} from '../../harness/fake-clock.ts';

const failures = {
  away: {kind: 'retryable', reason: 'unreachable', message: 'nothing listens'},
  runner: {
    kind: 'retryable',
    reason: 'runner-unreachable',
    message: 'the runner does not answer',
  },
  asks: {kind: 'retryable', reason: 'server-error', message: 'later', retryAfter: 20_000},
  unknown: {kind: 'fatal', reason: 'unknown-pipeline', message: 'no such pipeline', status: 404},
  key: {kind: 'fatal', reason: 'unauthorized', message: 'who are you', status: 401},
} satisfies Record<string, ApiFailure>;

const pipeline: PipelineDetail = {
  ...{
    id: '1',
    name: '',
    description: '',
    tags: [],
    createdAt: '',
    platformVersion: '',
    deploymentId: '',
    deploymentStatus: 'Running',
  },
  ...{
    deploymentStatusSince: '',
    deploymentDesiredStatus: '',
    programStatus: '',
    programStatusSince: '',
    storageStatus: '',
  },
  ...{
    deploymentError: undefined,
    connectorErrors: 0,
    programError: undefined,
    programErrors: [],
    programCode: '',
    programVersion: 1,
  },
};

/** A server on the test's clock: the test sets its answers, and its requests are kept with their times. */
class Server {
  readonly clock = new FakeClock();
  readonly answers = new ServerAnswers();
  readonly asked: {readonly at: number; readonly what: 'list' | 'pipeline' | string}[] = [];
  /** What keeps it from answering; undefined: nothing. */
  api: ApiFailure | undefined;
  /** The same for logs alone. */
  readonly logs = new Map<string, ApiFailure>();
  readonly #cuts = new Set<() => void>();
  readonly #list: readonly Pipeline[] = [];

  readonly client: ApiClient = {
    baseUrl: 'http://here',
    answers: this.answers,
    listPipelines: () => this.#answer('list', undefined, this.#list),
    getPipeline: () => this.#answer('pipeline', undefined, pipeline),
    getStats: () => Promise.reject(new Error('not part of this test')),
    getTimeSeries: () => Promise.reject(new Error('not part of this test')),
    listEvents: () => Promise.reject(new Error('not part of this test')),
    getEvent: () => Promise.reject(new Error('not part of this test')),
    getRunnerHealth: () => Promise.reject(new Error('not part of this test')),
    getSession: () => Promise.reject(new Error('not part of this test')),
    getVersion: () => Promise.reject(new Error('not part of this test')),
    followLogs: async (name, handlers) => this.#follow(name, handlers),
    close: () => Promise.resolve(),
  };

  /** It goes away, and every connection with it. */
  leave(): void {
    this.api = failures.away;
    for (const cut of this.#cuts) cut();
    this.#cuts.clear();
  }

  timesOf(what: string, from = 0): number[] {
    return this.asked.filter((each) => each.what === what && each.at >= from).map(({at}) => at);
  }

  async #follow(name: string, {onOpen, onData, signal}: LogHandlers) {
    await this.#answer(name, this.logs.get(name), undefined);
    if (signal.aborted) throw new ApiError({kind: 'cancelled'});
    onOpen();
    onData(Buffer.from('2026-01-01T00:00:00Z INFO [manager] Fresh start of pipeline logs\n'));
    return await new Promise<{kind: 'cut'; message: string} | {kind: 'aborted'}>((resolve) => {
      this.#cuts.add(() => resolve({kind: 'cut', message: 'the connection was reset'}));
      signal.addEventListener('abort', () => resolve({kind: 'aborted'}));
    });
  }

  async #answer<T>(what: string, failure: ApiFailure | undefined, value: T): Promise<T> {
    const number = this.answers.start();
    this.asked.push({at: this.clock.monotonic(), what});
    await Promise.resolve();
    const refusal = this.api ?? failure;
    if (!refusal) {
      this.answers.succeeded(number);
      return value;
    }
    if (refusal !== failures.away) this.answers.refused(number, refusal);
    throw new ApiError(refusal);
  }
}

/** Numbers in [0, 1), the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

type Rig = AsyncDisposable & {
  server: Server;
  poller: ListPoller;
  manager: LogManager<ConnectionFeed>;
  streams: Log<ConnectionFeed>[];
};

/** Tabs that are live; `hasList`: beside a list that is polled. */
async function openTabs(count: number, {seed = 1, hasList = true} = {}): Promise<Rig> {
  const server = new Server();
  const {client, clock} = server;
  const random = randomOf(seed);
  const poller = new ListPoller({client, clock, random});
  const manager = new LogManager(
    {
      ...{client, clock, random, fps: 1000, scrollbackBytes: 2 ** 24, silence: 0},
      ...(hasList && {listEvery: () => poller.everyRefused}),
    },
    pipelineLogs,
  );
  if (hasList) poller.start();
  const streams = Array.from({length: count}, (_, index) => manager.open(`p${index}`));
  await clock.advance(2000);
  expect(streams.filter((stream) => !isLive(stream))).toEqual([]);
  return {
    ...{server, poller, manager, streams},
    async [Symbol.asyncDispose]() {
      poller.stop();
      manager.dispose();
      await settled();
    },
  };
}

function isLive(stream: Log<ConnectionFeed>): boolean {
  return stream.snapshot.get().connection.kind === 'live';
}

test.each([
  ['with a list', true],
  ['without one, as in logs', false],
])('after a long absence all tabs are live within 3 s, %s', async (_, hasList) => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        ...{seed: fc.nat(), tabs: fc.constantFrom(1, 2, 12, 64), away: fc.integer({min: 1, max: 600})},
        // Its database comes later.
        refused: fc.oneof(fc.constant(0), fc.integer({min: 1, max: 240})),
      }),
      async ({seed, tabs, away, refused}) => {
        await using rig = await openTabs(tabs, {seed, hasList});
        const {server, streams, poller} = rig;
        server.leave();
        await server.clock.advance(1000 * away);
        server.api = refused > 0 ? failures.key : undefined;
        await server.clock.advance(1000 * refused);
        server.api = undefined;
        await server.clock.advance(3000);
        expect(streams.filter((stream) => !isLive(stream)).map(({name}) => name)).toEqual([]);
        if (hasList) expect(poller.snapshot.get().failure).toBeUndefined();
      },
    ),
    {numRuns: 12},
  );
});

test('while it is away one asks for all; when it is back, 64 do not come in one burst', async () => {
  await using rig = await openTabs(64, {hasList: false});
  const {server} = rig;
  server.leave();
  await server.clock.advance(300_000);
  const logs = (from: number) => server.asked.filter(({at, what}) => what !== 'pipeline' && at >= from);
  const lastMinute = server.clock.monotonic() - 60_000;
  expect(server.timesOf('pipeline', lastMinute).length).toBeLessThanOrEqual(60);
  // Each stream's own tries have backed off: one every 15 to 30 s.
  expect(logs(lastMinute).length).toBeLessThanOrEqual(64 * 4);
  const back = server.clock.monotonic();
  server.api = undefined;
  await server.clock.advance(3000);
  const times = logs(back).map(({at}) => at);
  const inTenth = times.map((from) => times.filter((at) => at >= from && at < from + 100).length);
  expect(Math.max(...inTenth)).toBeLessThanOrEqual(20);
});

test('a log that is refused while the rest is served is tried by its backoff, and once more each time', async () => {
  await using rig = await openTabs(2);
  const {server, streams} = rig;
  server.logs.set('p0', failures.runner);
  server.leave();
  await server.clock.advance(60_000);
  server.api = undefined;
  await server.clock.advance(600_000);
  const tries = server.timesOf('p0', server.clock.monotonic() - 300_000);
  // Every 15 to 30 s of its own accord, and once more after each.
  expect(tries.length).toBeLessThanOrEqual(2 * 20);
  expect(isLive(streams[1] as Log<ConnectionFeed>)).toBe(true);
  // Nor is it asked after all the time.
  expect(server.timesOf('pipeline', server.clock.monotonic() - 300_000).length).toBeLessThanOrEqual(2 * 20);
  server.logs.clear();
  await server.clock.advance(30_000);
  expect(isLive(streams[0] as Log<ConnectionFeed>)).toBe(true);
});

test('logs that are served a little later than the rest do not wait as long as the absence made them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      await using rig = await openTabs(12, {seed});
      const {server, streams} = rig;
      server.leave();
      await server.clock.advance(300_000);
      for (const {name} of streams) server.logs.set(name, failures.runner);
      server.api = undefined;
      await server.clock.advance(1500);
      server.logs.clear();
      // Not 15 to 30 s: the backoff has begun anew.
      await server.clock.advance(9000);
      expect(streams.filter((stream) => !isLive(stream)).map(({name}) => name)).toEqual([]);
    }),
    {numRuns: 10},
  );
});

test('a stream that was asked to wait is not woken, and live a second after', async () => {
  await using rig = await openTabs(2);
  const {server, streams} = rig;
  server.logs.set('p0', failures.asks);
  server.leave();
  await server.clock.advance(200);
  server.api = undefined;
  await server.clock.advance(2000);
  const [asked = Number.NaN] = server.timesOf('p0', 2001);
  server.logs.clear();
  await server.clock.advance(asked + 19_999 - server.clock.monotonic());
  expect(server.timesOf('p0', asked)).toEqual([asked]);
  await server.clock.advance(1000);
  expect(isLive(streams[0] as Log<ConnectionFeed>)).toBe(true);
});

test('after each of two outages tabs are live within 3 s, however the first one ended', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        ...{seed: fc.nat(), hasList: fc.boolean()},
        refused: fc.tuple(fc.integer({min: 100, max: 60_000}), fc.integer({min: 100, max: 60_000})),
        endedBy: fc.constantFrom('time', 'reconnect', 'close'),
        isUnknown: fc.boolean(),
      }),
      async ({seed, hasList, refused, endedBy, isUnknown}) => {
        await using rig = await openTabs(3, {seed, hasList});
        const {server, streams, manager} = rig;
        server.leave();
        server.api = failures.key;
        await server.clock.advance(refused[0]);
        server.api = isUnknown ? failures.unknown : undefined;
        if (endedBy === 'reconnect') manager.reconnect('p1');
        if (endedBy === 'close') for (const {name} of streams) manager.close(name);
        await server.clock.advance(5000);
        server.api = undefined;
        const now = streams.map(({name}) => manager.open(name));
        for (const {name} of now) manager.reconnect(name);
        await server.clock.advance(400_000);
        server.leave();
        server.api = failures.key;
        await server.clock.advance(refused[1]);
        server.api = undefined;
        await server.clock.advance(3000);
        expect(now.filter((stream) => !isLive(stream)).map(({name}) => name)).toEqual([]);
      },
    ),
    {numRuns: 60},
  );
});

test('a server that refuses the key is not asked while a list does, and in uneven steps without one', async () => {
  const times = async (hasList: boolean) => {
    await using rig = await openTabs(3, {hasList});
    rig.server.leave();
    rig.server.api = failures.key;
    await rig.server.clock.advance(280_000);
    return rig.server.timesOf('pipeline', 10_000);
  };
  expect(await times(true)).toEqual([]);
  const asked = await times(false);
  const steps = asked.slice(1).map((at, index) => at - (asked[index] ?? at));
  expect(steps.length).toBeGreaterThan(100);
  expect(new Set(steps.map(Math.round)).size).toBeGreaterThan(50);
  expect(Math.max(...steps)).toBeLessThanOrEqual(2000);
});

test('a server that goes on refusing the key is asked more and more seldom; one tab that it admits wakes the others', async () => {
  await using rig = await openTabs(3, {hasList: false});
  const {server, streams, manager} = rig;
  server.leave();
  server.api = failures.key;
  await server.clock.advance(600_000);
  expect(server.timesOf('pipeline').length).toBeLessThanOrEqual(210);
  expect(server.timesOf('pipeline', 320_000).length).toBeLessThanOrEqual(21);
  expect(streams.map((stream) => stream.snapshot.get().connection.kind)).toEqual(['gone', 'gone', 'gone']);
  server.api = undefined;
  manager.reconnect('p1');
  await server.clock.advance(500);
  expect(streams.every(isLive)).toBe(true);
});

test('closed, it asks nothing more', async () => {
  const rig = await openTabs(3, {hasList: false});
  rig.server.leave();
  await rig.server.clock.advance(5000);
  const count = rig.server.asked.length;
  await rig[Symbol.asyncDispose]();
  await rig.server.clock.advance(60_000);
  expect(rig.server.asked).toHaveLength(count);
});
