import fc from 'fast-check';
import {expect, test} from 'vitest';
import {ApiError} from '../../../source/engine/api/errors.ts';
import {ServerAnswers} from '../../../source/engine/api/request.ts';
import type {ApiClient, BodyEnd, LogHandlers, Pipeline} from '../../../source/engine/api/types.ts';
import {type ConnectionFeed, pipelineLogs} from '../../../source/engine/feeds/connection-feed.ts';
import type {Log} from '../../../source/engine/logs/log.ts';
import {LogManager} from '../../../source/engine/logs/log-manager.ts';
import {logEvents, logStatus} from '../../../source/kit/journal/log-status.ts';
import {isoTime} from '../../../source/lib/format.ts';
import {FakeClock, settled} from '../../harness/fake-clock.ts';
import {makePipeline} from '../../kit/screen/make-pipeline.ts';
import {entriesOf} from '../buffer/entries-of.ts';
import {markersOf} from './open-streams.ts';

// Pipelines that change, exchange and lose their names, whose logs are open in tabs. Whatever the order, after each list a
// tab has the log of the pipeline of its name, no two tabs have the same one, and none was closed or ended without a word.

const names = ['blue', 'green', 'red'] as const;
const name = fc.constantFrom(...names);
const step = fc.oneof(
  {weight: 6, arbitrary: fc.record({does: fc.constant('rename' as const), from: name, to: name})},
  {weight: 2, arbitrary: fc.record({does: fc.constant('exchange' as const), from: name, to: name})},
  {weight: 3, arbitrary: fc.record({does: fc.constantFrom('delete', 'create', 'write', 'cut'), name})},
  {weight: 2, arbitrary: fc.record({does: fc.constantFrom('open', 'close', 'reconnect'), name})},
  {weight: 5, arbitrary: fc.constant({does: 'list' as const})},
  {weight: 2, arbitrary: fc.record({does: fc.constant('wait' as const), seconds: fc.constantFrom(1, 10, 70)})},
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Milliseconds until each wait of a connection is over. */
const longest = 61_000;

type Follower = {readonly id: string; readonly send: (text: string) => void; readonly end: (end: BodyEnd) => void};

/** Serves lists and logs; whoever follows a log keeps it through renames, and is told of the end. */
class Server {
  readonly clock = new FakeClock();
  readonly #startedAt = this.clock.wall();
  readonly #pipelines = new Map<string, {readonly id: string; text: string}>();
  readonly #followers = new Set<Follower>();
  #created = 0;
  deletions = 0;
  readonly client: ApiClient = {
    baseUrl: 'http://here',
    answers: new ServerAnswers(),
    listPipelines: () => Promise.resolve(this.list()),
    getPipeline: async (of) => ({...this.#listed(of), ...{programError: undefined, programErrors: []}, ...noProgram}),
    followLogs: async (of, handlers) => await this.#follow(of, handlers),
    ...{getStats: unused, getTimeSeries: unused, listEvents: unused, getEvent: unused},
    ...{getRunnerHealth: unused, getSession: unused, getVersion: unused, close: () => Promise.resolve()},
  };

  list(): readonly Pipeline[] {
    return [...this.#pipelines].map(([of, {id}]) => makePipeline(of, {id, deploymentId: `start-of-${id}`}));
  }

  textOf(of: string): string {
    return this.#pipelines.get(of)?.text ?? '';
  }

  idOf(of: string): string | undefined {
    return this.#pipelines.get(of)?.id;
  }

  /** The pipelines that are followed, once for each connection. */
  get followed(): string[] {
    return [...this.#followers].map(({id}) => id);
  }

  create(of: string): void {
    if (this.#pipelines.has(of)) return;
    const id = `id-${++this.#created}`;
    this.#pipelines.set(of, {id, text: ''});
    this.write(of, 'Fresh start of pipeline logs');
    this.write(of, 'Resources transition: stopped -> provisioning (desired: provisioned)');
  }

  write(of: string, message = 'working'): void {
    const pipeline = this.#pipelines.get(of);
    if (!pipeline) return;
    const time = isoTime(this.#startedAt + this.clock.monotonic());
    const target = 'pipeline_manager::runner::pipeline_logs';
    const text = `[manager] ${time}  INFO ${target}: ${message} pipeline-id="${pipeline.id}" pipeline-name="${of}"\n`;
    pipeline.text += text;
    for (const {id, send} of this.#followers) if (id === pipeline.id) send(text);
  }

  rename(from: string, to: string): void {
    const pipeline = this.#pipelines.get(from);
    if (!pipeline || this.#pipelines.has(to)) return;
    this.#pipelines.delete(from);
    this.#pipelines.set(to, pipeline);
  }

  exchange(a: string, b: string): void {
    this.rename(a, 'aside');
    this.rename(b, a);
    this.rename('aside', b);
  }

  delete(of: string): void {
    const id = this.idOf(of);
    if (id === undefined) return;
    this.deletions += 1;
    this.#pipelines.delete(of);
    this.#end(id, {kind: 'clean'});
  }

  cut(of: string): void {
    this.#end(this.idOf(of), {kind: 'cut', message: 'the connection was reset'});
  }

  #end(id: string | undefined, how: BodyEnd): void {
    for (const follower of this.#followers) if (follower.id === id) follower.end(how);
  }

  #listed(of: string): Pipeline {
    const listed = this.list().find((each) => each.name === of);
    if (listed) return listed;
    throw new ApiError({kind: 'fatal', reason: 'unknown-pipeline', message: `no pipeline ${of}`, status: 404});
  }

  async #follow(of: string, {onOpen, onData, signal}: LogHandlers): Promise<BodyEnd> {
    await Promise.resolve();
    const {id} = this.#listed(of);
    if (signal.aborted) return {kind: 'aborted'};
    onOpen();
    onData(Buffer.from(this.#pipelines.get(of)?.text ?? ''));
    const {promise, resolve} = Promise.withResolvers<BodyEnd>();
    const follower = {id, send: (text: string) => onData(Buffer.from(text)), end: resolve};
    this.#followers.add(follower);
    signal.addEventListener('abort', () => resolve({kind: 'aborted'}));
    if (signal.aborted) resolve({kind: 'aborted'});
    promise.then(() => this.#followers.delete(follower));
    return await promise;
  }
}

const noProgram = {programCode: '', programVersion: 1};
const unused = () => Promise.reject(new Error('not part of this test'));

function linesOf({buffer}: Log): string[] {
  return entriesOf(buffer).filter((text) => text.startsWith('['));
}

/** `hasList`: lists come, as on the screen; else only what a log asks for, as in `logs -f`. */
async function play(hasList: boolean, opened: readonly string[], steps: readonly Step[]): Promise<void> {
  const server = new Server();
  const {client, clock} = server;
  const options = {client, clock, random: () => 0.5, fps: 1000, scrollbackBytes: 2 ** 20, silence: 0};
  const manager = new LogManager<ConnectionFeed>(options, pipelineLogs);
  const logs = new Set<Log<ConnectionFeed>>();
  const closed = new Set<Log<ConnectionFeed>>();
  let alerts = 0;
  const open = (of: string) => {
    const log = manager.open(of);
    if (logs.has(log)) return;
    logs.add(log);
    const list = {failure: undefined};
    let before = logStatus(log, undefined, {now: clock.wall(), list});
    log.snapshot.subscribe(() => {
      const now = logStatus(log, before, {now: clock.wall(), list});
      alerts += logEvents(before, now).filter(({kind}) => kind === 'deleted').length;
      before = now;
    });
  };
  // A tab without lines of another one gives way to a pipeline that gets its name, and the screen is told that name.
  manager.onRenamed = (changes) => {
    const given = [...changes.values()];
    expect(new Set(given).size).toBe(given.length);
    for (const log of logs) {
      const isGone = manager.get(log.name) !== log && given.includes(log.name);
      if (isGone && linesOf(log).every((line) => server.textOf(log.name).includes(line))) closed.add(log);
    }
  };
  const told = () => [...logs].flatMap(markersOf).filter((each) => each.kind === 'ended' && each.because === 'deleted');
  const check = () => {
    for (const log of logs) {
      const isOpen = manager.get(log.name) === log;
      expect(isOpen).toBe(!closed.has(log));
      if (!isOpen) expect(log.snapshot.get().connection.kind).toBe('idle');
    }
    expect(manager.names.get().map((each) => manager.get(each)?.name)).toEqual(manager.names.get());
    expect(told().length).toBeLessThanOrEqual(server.deletions);
    expect(alerts).toBeLessThanOrEqual(server.deletions);
  };
  const tell = () => {
    if (hasList) manager.updatePipelines(server.list());
  };
  const list = async () => {
    tell();
    await settled();
    check();
    // A connection that was being made under the old name shows in its log whose it is, and the next list says the rest.
    await clock.advance(5_000);
    tell();
    await settled();
    check();
    expect(new Set(server.followed).size).toBe(server.followed.length);
  };
  for (const each of names) server.create(each);
  for (const each of opened) open(each);
  await clock.advance(2_000);
  await list();
  for (const one of steps) {
    await run(one);
    await settled();
  }
  await list();
  await clock.advance(longest);
  await list();
  for (const log of logs) {
    if (closed.has(log) || !hasList) continue;
    const {state, pipelineId} = log.connection;
    const id = server.idOf(log.name);
    if (id !== undefined)
      expect({of: log.name, kind: state.kind, id: pipelineId}).toEqual({of: log.name, kind: 'live', id});
    else expect(state.kind).toBe('gone');
  }
  manager.dispose();

  async function run(one: Step): Promise<void> {
    switch (one.does) {
      case 'rename':
        return server.rename(one.from, one.to);
      case 'exchange':
        return server.exchange(one.from, one.to);
      case 'delete':
        return server.delete(one.name);
      case 'create':
        return server.create(one.name);
      case 'write':
        return server.write(one.name);
      case 'cut':
        return server.cut(one.name);
      case 'open':
        open(one.name);
        return;
      case 'close': {
        const log = manager.get(one.name);
        if (log)
          for (const each of logs) if (each.name === log.name && manager.get(each.name) === each) closed.add(each);
        manager.close(one.name);
        return;
      }
      case 'reconnect':
        return manager.reconnect(one.name);
      case 'list':
        return await list();
      case 'wait':
        return await clock.advance(one.seconds * 1_000);
    }
  }
}

test('each tab has the log of the pipeline of its name, no two have the same, and each deletion is told once', async () => {
  const opened = fc.constantFrom(['blue', 'green'], ['blue', 'green', 'red']);
  await fc.assert(fc.asyncProperty(fc.boolean(), opened, fc.array(step, {maxLength: 20}), play), {numRuns: 500});
});
