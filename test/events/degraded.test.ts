import {expect, it} from 'vitest';
import type {ConnectorStats, Pipeline, PipelineStats} from '../../source/api/types.ts';
import {ConnectorStates} from '../../source/events/connector-states.ts';
import {connectorsOf, type LoggedFailure} from '../../source/events/connectors.ts';
import {Degraded} from '../../source/events/degraded.ts';
import {whyOf} from '../../source/events/why.ts';
import {type KnownStats, noStats} from '../../source/logs/stats-poller.ts';
import {makePipeline, stopped} from '../ui/make-pipeline.ts';

const startedAt = 1_000_000;

/** What lists and statistics tell of a pipeline called `a`, and what follows. */
class Rig {
  readonly connectors = new ConnectorStates();
  readonly degraded: Degraded;
  changes = 0;
  now = startedAt;
  #pipeline: Pipeline = makePipeline('a');
  #known = new Map<string, KnownStats>();

  constructor() {
    this.degraded = new Degraded({
      ...{connectors: this.connectors, startedAt, clock: {wall: () => this.now}},
      why: (name) => {
        const {failures, pipeline, hasProcess, known} = this.connectors.ofRun(name);
        const {now} = this;
        const [log, reading] = [undefined, undefined];
        return whyOf({pipeline, hasProcess, known, now, connectors: connectorsOf(known, failures), log, reading});
      },
    });
    this.degraded.names.subscribe(() => {
      this.changes += 1;
    });
  }

  get isDegraded(): boolean {
    return this.degraded.names.get().has('a');
  }

  list(change: Partial<Pipeline> = {}): readonly string[] {
    this.#pipeline = makePipeline('a', change);
    return this.#update();
  }

  stats(incarnation: string, ...failed: readonly string[]): readonly string[] {
    return this.stall(0, incarnation, ...failed);
  }

  stall(outputStall: number, incarnation: string, ...failed: readonly string[]): readonly string[] {
    const stats: PipelineStats = {
      ...{state: 'Running', incarnation, uptime: 0, bufferedRecords: 0, outputStall, isComplete: false},
      connectors: failed.map(failedConnector),
    };
    this.#known = new Map([['a', {...noStats, stats, at: this.now}]]);
    return this.#update();
  }

  log(...failures: readonly LoggedFailure[]): readonly string[] {
    this.connectors.addFailures('a', failures);
    return this.degraded.updateOne('a').map(({words}) => words);
  }

  #update(): readonly string[] {
    this.connectors.update([this.#pipeline], this.#known);
    return this.degraded.update(['a']).map(({words}) => words);
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

it('a standstill that nobody has looked at for ten minutes is unknown; one that is told of again is no news', () => {
  const rig = new Rig();
  rig.list();
  rig.stats('one');
  expect(rig.stall(60_000, 'one')).toEqual(['A full output has held the pipeline up for 60 s']);
  rig.now += 599_000;
  expect(rig.list({description: 'another list'})).toEqual([]);
  expect(rig.isDegraded).toBe(true);
  rig.now += 1_000;
  expect(rig.list({description: 'another list'})).toEqual([]);
  expect(rig.isDegraded).toBe(false);
  expect(rig.stall(660_000, 'one')).toEqual([]);
  expect(rig.isDegraded).toBe(true);
});

it('a connector that stopped stays so, however old that is', () => {
  const rig = new Rig();
  rig.list();
  rig.stats('one', 'a.web');
  rig.now += 3_600_000;
  rig.list({description: 'another list'});
  expect(rig.isDegraded).toBe(true);
});
