import {expect, test} from 'vitest';
import {discardNotice, freshStart, managerLine, plainLine} from '../../../demo/log-lines.ts';
import {createRandom} from '../../../demo/random.ts';
import {Ring} from '../../../demo/ring.ts';
import {ApiError} from '../../../source/engine/api/errors.ts';
import {ServerAnswers} from '../../../source/engine/api/request.ts';
import type {ApiClient, BodyEnd, LogHandlers} from '../../../source/engine/api/types.ts';
import {type ConnectionFeed, pipelineLogs} from '../../../source/engine/feeds/connection-feed.ts';
import type {Log} from '../../../source/engine/logs/log.ts';
import {LogManager} from '../../../source/engine/logs/log-manager.ts';
import {ListPoller} from '../../../source/engine/pipelines/list-poller.ts';
import {isoTime} from '../../../source/lib/format.ts';
import {FakeClock, settled} from '../../harness/fake-clock.ts';

/** How many cuts there are at least, in each case; thousands are for trials by hand. */
const cuts = Number(process.env.CUTS ?? 120);
const seed = Number(process.env.PIPETAIL_SEED ?? 1);

const away = {kind: 'retryable', reason: 'unreachable', message: 'nothing listens'} as const;
const latency = 20;
const writeEvery = 50;
const pipelineId = '0197c3d1-7a3e-7f64-9b1a-000000000001';

type Body = LogHandlers & {readonly end: (end: BodyEnd) => void; unsent: Buffer; isSending: boolean};

/** Feldera's logs behind a link that a test cuts, on the test's clock. */
class Link {
  readonly clock = new FakeClock();
  readonly answers = new ServerAnswers();
  isWhole = true;
  /** No pipeline writes a line. */
  isQuiet = false;
  /** Bytes of one connection in 20 ms. */
  pace = 64 * 1024;
  /** Bytes of its body after which the server itself cuts each connection. */
  cutAfter = Number.POSITIVE_INFINITY;
  /** Monotonic milliseconds of each request of a log. */
  readonly asked: number[] = [];
  readonly #rings = new Map<string, Ring>();
  readonly #bodies = new Map<Body, string>();
  #written = 0;

  readonly client: ApiClient = {
    baseUrl: 'http://here',
    answers: this.answers,
    listPipelines: () => this.#answer([]),
    getPipeline: () => this.#answer(Object({id: pipelineId})),
    getStats: () => Promise.reject(new Error('not part of this test')),
    getTimeSeries: () => Promise.reject(new Error('not part of this test')),
    listEvents: () => Promise.reject(new Error('not part of this test')),
    getEvent: () => Promise.reject(new Error('not part of this test')),
    getRunnerHealth: () => Promise.reject(new Error('not part of this test')),
    getSession: () => Promise.reject(new Error('not part of this test')),
    getVersion: () => Promise.reject(new Error('not part of this test')),
    followLogs: (name, handlers) => this.#follow(name, handlers),
    close: () => Promise.resolve(),
  };

  /** All pipelines write a line every 50 ms, from now on. */
  write(): void {
    if (!this.isQuiet) this.#written += 1;
    for (const [name, ring] of this.isQuiet ? [] : this.#rings) {
      const stamp = isoTime(this.clock.wall());
      const line = plainLine({name}, stamp, {level: 'INFO', target: 'app', message: `seq=${this.#written}`});
      this.#append(name, ring, line);
    }
    this.clock.after(writeEvery, () => this.write());
  }

  /** Ends the connection of a log, if it is open, and says whether it was. */
  cut(name: string): boolean {
    const [body] = [...this.#bodies].find(([, of]) => of === name) ?? [];
    if (!body) return false;
    this.#bodies.delete(body);
    body.end({kind: 'cut', message: 'the connection was reset'});
    return true;
  }

  break(): void {
    this.isWhole = false;
    for (const name of this.#rings.keys()) this.cut(name);
  }

  async #follow(name: string, handlers: LogHandlers): Promise<BodyEnd> {
    this.asked.push(this.clock.monotonic());
    await this.#answer(undefined);
    if (handlers.signal.aborted) throw new ApiError({kind: 'cancelled'});
    const {promise, resolve} = Promise.withResolvers<BodyEnd>();
    const body: Body = {...handlers, unsent: this.#replay(name), isSending: false, end: resolve};
    this.#bodies.set(body, name);
    handlers.signal.addEventListener('abort', () => {
      this.#bodies.delete(body);
      resolve({kind: 'aborted'});
    });
    handlers.onOpen();
    let sent = 0;
    const onData = (bytes: Uint8Array) => {
      sent += bytes.length;
      handlers.onData(bytes);
      if (sent < this.cutAfter) return;
      this.#bodies.delete(body);
      resolve({kind: 'cut', message: 'the connection was reset'});
    };
    this.#send(Object.assign(body, {onData}));
    return await promise;
  }

  #replay(name: string): Buffer {
    const ring = this.#rings.get(name) ?? new Ring({bytes: 40_000, entries: 50_000});
    const line = (message: string) =>
      managerLine('text', isoTime(this.clock.wall()), {
        ...{level: 'INFO', module: 'pipeline_logs', pipelineId, pipelineName: 'N/A', message},
      });
    if (!this.#rings.has(name)) {
      this.#rings.set(name, ring);
      ring.append(Buffer.from(`${line(freshStart)}\n`));
    }
    const notice = ring.discarded > 0 ? [Buffer.from(`${line(discardNotice(ring.discarded))}\n`)] : [];
    return Buffer.concat([...notice, ...ring.entries()]);
  }

  #append(name: string, ring: Ring, line: string): void {
    const entry = Buffer.from(`${line}\n`);
    ring.append(entry);
    for (const [body, of] of this.#bodies) {
      if (of !== name) continue;
      body.unsent = Buffer.concat([body.unsent, entry]);
      this.#send(body);
    }
  }

  /** At the pace of the link. */
  #send(body: Body): void {
    if (body.isSending || !this.#bodies.has(body) || body.unsent.length === 0) return;
    const piece = body.unsent.subarray(0, this.pace);
    body.unsent = body.unsent.subarray(piece.length);
    body.onData(piece);
    if (body.unsent.length === 0) return;
    body.isSending = true;
    this.clock.after(20, () => {
      body.isSending = false;
      this.#send(body);
    });
  }

  async #answer<T>(value: T): Promise<T> {
    const number = this.answers.start();
    await this.clock.sleep(latency, new AbortController().signal);
    if (!this.isWhole) throw new ApiError(away);
    this.answers.succeeded(number);
    return value;
  }
}

type Rig = AsyncDisposable & {readonly link: Link; readonly streams: readonly Log<ConnectionFeed>[]};

/** Tabs that are live. Without a list only their own requests show that the server is back, as in `logs`. */
async function openTabs(count: number, next: () => number, hasList: boolean): Promise<Rig> {
  const link = new Link();
  const {client, clock} = link;
  const poller = new ListPoller({client, clock, random: next});
  const manager = new LogManager(
    {client, clock, random: next, fps: 1000, scrollbackBytes: 2 ** 22, silence: 0},
    pipelineLogs,
  );
  if (hasList) poller.start();
  const streams = Array.from({length: count}, (_, index) => manager.open(`p${index}`));
  await clock.advance(1000);
  link.write();
  await clock.advance(30_000);
  return {
    ...{link, streams},
    async [Symbol.asyncDispose]() {
      poller.stop();
      manager.dispose();
      await settled();
    },
  };
}

/** Milliseconds from each moment at which a log's link was whole again to its first new line. */
async function waitsAfterCuts(least: number, tabs: number, hasList: boolean): Promise<number[]> {
  const random = createRandom(seed, `${tabs} ${hasList}`);
  await using rig = await openTabs(tabs, random.next, hasList);
  const {link, streams} = rig;
  const {clock} = link;
  const waits: number[] = [];
  let done = 0;
  /** By stream: since when its link is whole, and its end then. A line that has come ends it. */
  const awaited = new Map<Log<ConnectionFeed>, {readonly since: number; readonly endId: number}>();
  const wait = (stream: Log<ConnectionFeed>) =>
    awaited.set(stream, {since: clock.monotonic(), endId: stream.buffer.endId});
  const settle = (stream: Log<ConnectionFeed>) => {
    const start = awaited.get(stream);
    if (!start) return;
    const waited = clock.monotonic() - start.since;
    const hasCome = stream.buffer.endId > start.endId;
    // Another cut came first: what would have come in time is not known.
    if (hasCome || waited > 3000) waits.push(waited);
    awaited.delete(stream);
  };
  const cutAgain = (stream: Log<ConnectionFeed>) => {
    // Three of four come during the wait or the replay after the last.
    const pause = random.chance(0.75) ? 100 + 1900 * random.next() : 2000 - 4000 * Math.log(1 - random.next());
    clock.after(pause, () => {
      cutAgain(stream);
      if (!link.isWhole || !link.cut(stream.name)) return;
      done += 1;
      settle(stream);
      wait(stream);
    });
  };
  for (const stream of streams) {
    cutAgain(stream);
    stream.snapshot.subscribe(() => {
      if (stream.buffer.endId > (awaited.get(stream)?.endId ?? Number.POSITIVE_INFINITY)) settle(stream);
    });
  }
  while (done < least) {
    // A replay takes up to 0.8 s.
    link.pace = 1000 + random.integer(8000);
    await clock.advance(10_000 + 20_000 * random.next());
    for (const stream of streams) settle(stream);
    link.break();
    await clock.advance(random.chance(0.2) ? 60_000 * random.next() : 4000 * random.next());
    link.isWhole = true;
    for (const stream of streams) wait(stream);
  }
  return waits.sort((a, b) => a - b);
}

test.for([
  {tabs: 1, hasList: true},
  {tabs: 12, hasList: true},
  {tabs: 1, hasList: false},
  {tabs: 12, hasList: false},
])(
  'after random cuts, also of replays, the first new line comes within 3 s in 99 of 100: $tabs tabs, list $hasList',
  {
    timeout: 300_000,
  },
  async ({tabs, hasList}, {annotate}) => {
    const waits = await waitsAfterCuts(cuts, tabs, hasList);
    const at = (part: number) => `${100 * part} %: ${Math.round(waits[Math.ceil(part * waits.length) - 1] ?? 0)} ms`;
    const late = waits.filter((wait) => wait > 3000).length;
    await annotate(`${waits.length} cuts: ${[0.5, 0.95, 0.99, 1].map(at).join(', ')}; ${late} over 3 s`);
    expect(late / waits.length).toBeLessThan(0.01);
  },
);

test.for([
  // A replay that brings nothing new costs the server as much, and the user gains nothing: every 15 to 30 s of its own
  // accord, and once more after each.
  {log: 'quiet', tabs: 12, most: 2 * 14},
  // Each connection brings lines.
  {log: 'busy', tabs: 1, most: 200},
])(
  'a server that cuts each connection after some bytes is not hammered: $log, $tabs tabs',
  async ({log, tabs, most}) => {
    await using rig = await openTabs(tabs, createRandom(seed, 'each').next, true);
    const {link, streams} = rig;
    link.pace = 1000;
    link.cutAfter = 20_000;
    link.isQuiet = log === 'quiet';
    for (const {name} of streams) link.cut(name);
    await link.clock.advance(400_000);
    const tries = link.asked.filter((at) => at > link.clock.monotonic() - 200_000);
    expect(tries.length / tabs).toBeLessThanOrEqual(most);
    link.cutAfter = Number.POSITIVE_INFINITY;
    await link.clock.advance(40_000);
    expect(streams.filter(({snapshot}) => snapshot.get().connection.kind !== 'live')).toEqual([]);
  },
);
