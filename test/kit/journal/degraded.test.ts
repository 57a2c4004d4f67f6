import {expect, it} from 'vitest';
import type {ConnectorStats, Pipeline, PipelineStats} from '../../../source/engine/api/types.ts';
import {type KnownStats, noStats} from '../../../source/engine/pipelines/stats-poller.ts';
import {diagnose} from '../../../source/features/why/diagnose.ts';
import {ConnectorStates} from '../../../source/kit/facts/connector-states.ts';
import type {LoggedFailure} from '../../../source/kit/facts/connectors.ts';
import {factsOf, type PreviousEnd} from '../../../source/kit/facts/pipeline-facts.ts';
import type {Alert} from '../../../source/kit/journal/alerts.ts';
import {Degraded} from '../../../source/kit/journal/degraded.ts';
import {createStore} from '../../../source/lib/store.ts';
import {makePipeline, stopped} from '../screen/make-pipeline.ts';
import {ScreenUnderTest} from '../screen/screen-under-test.ts';

const startedAt = 1_000_000;

/** What lists and statistics tell of a pipeline called `a`, unless it is renamed, and what follows. */
class Rig {
  readonly #known = createStore<ReadonlyMap<string, KnownStats>>(new Map());
  readonly connectors = new ConnectorStates({stats: {known: this.#known}});
  readonly degraded: Degraded;
  changes = 0;
  previousEnd: PreviousEnd | undefined;
  now = startedAt;
  #name = 'a';
  #pipeline: Pipeline = makePipeline('a');

  constructor() {
    this.degraded = new Degraded({
      ...{
        connectors: this.connectors,
        startedAt: () => startedAt,
        previousEnds: {of: () => this.previousEnd, names: ['a']},
        clock: {wall: () => this.now, after: () => () => {}},
      },
      why: (name) => {
        const run = this.connectors.ofRun(name);
        const {now} = this;
        const {previousEnd} = this;
        return diagnose(factsOf({...run, previousEnd, now, log: undefined, reading: undefined}));
      },
    });
    this.degraded.names.subscribe(() => {
      this.changes += 1;
    });
  }

  get isDegraded(): boolean {
    return this.degraded.names.get().has(this.#name);
  }

  get asOf(): number | undefined {
    return this.degraded.names.get().get('a');
  }

  list(change: Partial<Pipeline> = {}): readonly string[] {
    this.#pipeline = makePipeline(this.#name, {id: 'id-a', deploymentId: 'first', ...change});
    return this.#update();
  }

  rename(name: string): readonly string[] {
    this.#known.set(new Map([...this.#known.get().values()].map((known) => [name, known])));
    this.#name = name;
    return this.list();
  }

  stats(incarnation: string, ...failed: readonly string[]): readonly string[] {
    return this.stall(0, incarnation, ...failed);
  }

  stall(outputStall: number, incarnation: string, ...failed: readonly string[]): readonly string[] {
    return this.#tell(outputStall, incarnation, failed.map(failedConnector));
  }

  log(...failures: readonly LoggedFailure[]): readonly string[] {
    this.connectors.addFailures('a', failures);
    return this.degraded.updateOne('a').map(({words}) => words);
  }

  rejects(bad: number): readonly string[] {
    const errors = [{kind: 'parse' as const, count: bad, retained: []}];
    return this.#tell(0, 'one', [{...failedConnector('a.web'), fatalError: undefined, errors}]);
  }

  #tell(outputStall: number, incarnation: string, connectors: readonly ConnectorStats[]): readonly string[] {
    const stats: PipelineStats = {
      ...{state: 'Running', incarnation, uptime: 0, bufferedRecords: 0, outputStall, isComplete: false, connectors},
    };
    this.#known.set(new Map([['a', {...noStats, stats, at: this.now}]]));
    return this.#update();
  }

  #update(): readonly string[] {
    this.connectors.update([this.#pipeline]);
    return this.degraded.update([this.#name]).map(({words}) => words);
  }
}

function failedConnector(name: string): ConnectorStats {
  return {
    ...{kind: 'input', name, stream: 'a', records: 1, bytes: 0, bufferedRecords: 0, isPaused: false, hasEnded: false},
    ...{latency: undefined, health: undefined, fatalError: 'refused', errors: []},
  };
}

const logged = (name: string, at: number): LoggedFailure => ({kind: 'input', name, at, message: 'refused', group: 1});

it('a pipeline is degraded until it is not, and each thing is told once until then', () => {
  const rig = new Rig();
  expect(rig.list()).toEqual([]);
  expect(rig.stats('one')).toEqual([]);
  expect(rig.stats('one', 'a.web')).toEqual(['a.web stopped with a fatal error: refused']);
  expect(rig.isDegraded).toBe(true);
  expect(rig.degraded.causeOf('a')).toBe('a.web stopped: refused');
  expect(rig.stats('one', 'a.web', 'a.kafka')).toEqual(['a.kafka stopped with a fatal error: refused']);
  expect(rig.list({description: 'another list'})).toEqual([]);
  expect(rig.changes).toBe(1);
  expect(rig.stats('one')).toEqual([]);
  expect(rig.isDegraded).toBe(false);
  expect(rig.stats('one', 'a.web')).toEqual(['a.web stopped with a fatal error: refused']);
});

it('one that stops is none, and its next run is told of anew', () => {
  const rig = new Rig();
  rig.list();
  rig.stats('one');
  rig.stats('one', 'a.web');
  rig.list({...stopped, deploymentId: ''});
  expect(rig.isDegraded).toBe(false);
  expect(rig.list({deploymentId: 'second'})).toEqual([]);
  expect(rig.isDegraded).toBe(false);
  expect(rig.stats('two', 'a.web')).toEqual(['a.web stopped with a fatal error: refused']);
});

it('that it has another name is no news', () => {
  const rig = new Rig();
  rig.list();
  rig.stats('one');
  rig.stats('one', 'a.web');
  expect(rig.rename('b')).toEqual([]);
  expect(rig.isDegraded).toBe(true);
});

it('what was before the start is marked, and no news', () => {
  const byStats = new Rig();
  byStats.list();
  expect(byStats.stats('one', 'a.web')).toEqual([]);
  expect(byStats.isDegraded).toBe(true);
  expect(byStats.stats('one', 'a.web', 'a.kafka')).toEqual(['a.kafka stopped with a fatal error: refused']);

  const byLog = new Rig();
  byLog.list();
  expect(byLog.log(logged('a.web', startedAt - 1))).toEqual([]);
  expect(byLog.isDegraded).toBe(true);
  expect(byLog.log(logged('a.kafka', startedAt + 1))).toEqual(['a.kafka stopped with a fatal error: refused']);
});

it('is not counted while it is paused, which lists show of it, and is told once', () => {
  const rig = new Rig();
  rig.list({deploymentStatus: 'Stopped'});
  rig.list();
  rig.stats('1', 'a.kafka');
  expect(rig.isDegraded).toBe(true);
  rig.list({deploymentStatus: 'Paused'});
  expect(rig.isDegraded).toBe(false);
  expect(rig.list()).toEqual([]);
  expect(rig.isDegraded).toBe(true);
});

it.each([
  ['an input that rejects records', (rig: Rig) => rig.rejects(7), (rig: Rig) => rig.rejects(0)],
  ['a standstill', (rig: Rig) => rig.stall(60_000, 'one'), (rig: Rig) => rig.stats('one')],
  [
    'a connector that statistics have as failed',
    (rig: Rig) => rig.stats('one', 'a.web'),
    (rig: Rig) => rig.stats('one'),
  ],
])('%s is as of its statistics once they are a minute old, and so until they are read again', (_, trouble, end) => {
  const rig = new Rig();
  rig.list();
  rig.stats('one');
  expect(trouble(rig)).toHaveLength(1);
  rig.now += 59_999;
  rig.list({description: 'another list'});
  expect([rig.isDegraded, rig.asOf]).toEqual([true, undefined]);
  for (const later of [1, 3_600_000]) {
    rig.now += later;
    expect(rig.list({description: 'another list'})).toEqual([]);
    expect([rig.isDegraded, rig.asOf]).toEqual([true, startedAt]);
  }
  expect(trouble(rig)).toEqual([]);
  expect([rig.isDegraded, rig.asOf]).toEqual([true, undefined]);
  end(rig);
  expect(rig.isDegraded).toBe(false);
});

it('a connector that its log has as failed stays so, however old its statistics are', () => {
  const rig = new Rig();
  rig.list();
  rig.stats('one');
  rig.log(logged('a.web', startedAt + 1));
  rig.now += 3_600_000;
  rig.list({description: 'another list'});
  expect([rig.isDegraded, rig.asOf]).toEqual([true, undefined]);
});

it('stays so under another name, and what was before the start is no news under that either', async () => {
  const alerts: Alert[] = [];
  await using screen = await ScreenUnderTest.connected({
    names: ['well'],
    scenario(server) {
      for (const name of ['ill', 'well']) server.addPipeline(name).start([{kind: 'input', name: `${name}.in`}]);
    },
    services: {events: {onAlert: (alert) => void alerts.push(alert)}},
  });
  const {events, eventTracker} = screen.controller;
  const {run} = screen.server.pipeline('ill');
  await screen.until(() => screen.controller.pipeline('ill') !== undefined, 'the list');
  run.setHealth('ill.in', 'Unhealthy', 'broker away');
  run.addError({endpoint: 'ill.in', kind: 'transport', tag: undefined, message: 'broker away'});
  await screen.until(() => events.degraded.names.get().has('ill'), 'that it is degraded');
  screen.server.renamePipeline('ill', 'still-ill');
  await screen.until(() => screen.controller.pipeline('still-ill') !== undefined, 'the new name');
  expect([...events.degraded.names.get().keys()]).toEqual(['still-ill']);
  await screen.clock.advance(90_000);
  eventTracker.flush();
  expect(alerts.filter(({kind}) => kind === 'degraded')).toEqual([]);
});

it('heals without its page while somebody watches; without, it is as of its statistics, and asked again at the next key', async () => {
  await using screen = await ScreenUnderTest.connected({
    names: ['well'],
    scenario(server) {
      for (const name of ['ill', 'well']) server.addPipeline(name).start([{kind: 'input', name: `${name}.in`}]);
    },
  });
  const {events} = screen.controller;
  const asOf = () => events.degraded.names.get().get('ill');
  const {run} = screen.server.pipeline('ill');
  const fail = async () => {
    run.setHealth('ill.in', 'Unhealthy', 'broker away');
    run.addError({endpoint: 'ill.in', kind: 'transport', tag: undefined, message: 'broker away'});
    await screen.until(() => events.degraded.names.get().has('ill'), 'that it is degraded');
  };
  run.receive('ill.in', 10);
  run.step();
  await screen.until(() => screen.controller.pipeline('ill') !== undefined, 'the list');
  await fail();
  run.setHealth('ill.in', 'Healthy');
  await screen.clock.advance(30_000);
  await screen.until(() => !events.degraded.names.get().has('ill'), 'that it is well');

  await fail();
  screen.facts.setAttended(false);
  // The first minute has the request that was due already.
  for (let minutes = 0; minutes < 2; minutes++) await screen.clock.advance(60_000);
  await screen.until(() => asOf() !== undefined, 'that this is old');
  expect(diagnose(events.facts('ill'))[0]).toMatchObject({
    ...{text: 'Running, and was degraded when its statistics were last read', last: asOf()},
  });
  run.setHealth('ill.in', 'Healthy');
  screen.facts.setAttended(true);
  await screen.until(() => !events.degraded.names.get().has('ill'), 'that it is well again');
});

it('is degraded while the run before failed within the hour, which is news only as one of several in a row', () => {
  const rig = new Rig();
  const end = {at: startedAt + 5, why: 'exit status: 3', source: 'API' as const, startedAt: startedAt + 9, span: 4000};
  expect(rig.list()).toEqual([]);
  rig.previousEnd = {...end, starts: 3};
  // Since before the first list.
  expect([rig.list(), rig.isDegraded]).toEqual([[], true]);
  rig.previousEnd = {...end, at: startedAt + 10, starts: 4};
  expect(rig.list({deploymentId: 'second'})).toEqual(['4th start in 4 s. The run before failed: exit status: 3']);
  expect([rig.list({deploymentId: 'second'}), rig.isDegraded]).toEqual([[], true]);
  rig.previousEnd = {...end, at: startedAt + 11, starts: 2};
  expect([rig.list({deploymentId: 'third'}), rig.isDegraded]).toEqual([[], true]);
  rig.previousEnd = undefined;
  expect([rig.list({deploymentId: 'third'}), rig.isDegraded]).toEqual([[], false]);
});
