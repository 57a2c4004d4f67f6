import {expect, it} from 'vitest';
import type {ConnectorStats, Pipeline, PipelineStats} from '../../../source/engine/api/types.ts';
import {LogSink} from '../../../source/engine/logs/log-sink.ts';
import {type KnownStats, noStats} from '../../../source/engine/pipelines/stats-poller.ts';
import {ConnectorStates, connectorTotal} from '../../../source/kit/facts/connector-states.ts';
import {createStore, type Store} from '../../../source/lib/store.ts';
import {head, runner, start} from '../../engine/records/index-lines.ts';
import {emptyErrorLog} from '../journal/statuses.ts';
import {makePipeline, stopped} from '../screen/make-pipeline.ts';

const connector = (name: string, count: number, fatalError?: string): ConnectorStats => ({
  ...{kind: 'input', name, stream: 'orders', records: 0, bytes: 0, bufferedRecords: 0, isPaused: false},
  ...{hasEnded: false, latency: undefined, health: undefined, fatalError},
  errors: [{kind: 'parse', count, retained: undefined}],
});

const known = (incarnation: string, connectors: readonly ConnectorStats[], gone: KnownStats['gone'] = []) => {
  const stats: PipelineStats = {
    ...{state: 'Running', incarnation, uptime: 0, bufferedRecords: 0, outputStall: 0, isComplete: false, connectors},
  };
  return new Map([['a', {...noStats, stats, at: 0, gone}]]);
};

/** Is told of lists together with the statistics of their time. */
class Told extends ConnectorStates {
  readonly #known: Store<ReadonlyMap<string, KnownStats>>;

  constructor(stats = createStore<ReadonlyMap<string, KnownStats>>(new Map())) {
    super({stats: {known: stats}});
    this.#known = stats;
  }

  tell(pipelines: readonly Pipeline[], known: ReadonlyMap<string, KnownStats>): void {
    this.#known.set(known);
    this.update(pipelines);
  }
}

const listed = (connectorErrors: number | undefined, deploymentId = 'first') =>
  makePipeline('a', {connectorErrors, deploymentId});

it('the newest of list and statistics counts, and what a connector that failed had counts on', () => {
  const states = new Told();
  const after = (...args: Parameters<Told['tell']>) => {
    states.tell(...args);
    return states.counted('a').errors;
  };
  expect(after([listed(5)], new Map())).toBe(5);
  expect(after([listed(5)], known('p1', [connector('x', 4), connector('y', 4)]))).toBe(8);
  expect(after([listed(9)], known('p1', [connector('x', 4), connector('y', 4)]))).toBe(9);
  expect(after([listed(5)], known('p1', [connector('y', 5)], [connector('x', 4)]))).toBe(9);
  expect(after([listed(7)], known('p1', [connector('y', 5)], [connector('x', 4)]))).toBe(11);
});

it('what the API forgot before anybody looked is counted as the log has it, and once', () => {
  const states = new Told();
  const failure = {kind: 'input', name: 'x', at: 1, message: 'refused', group: 7, errors: 3} as const;
  states.tell([listed(5)], new Map());
  states.addFailures('a', [failure]);
  // Whether the list has forgotten them is not known.
  states.tell([listed(5)], new Map());
  expect(states.counted('a').errors).toBe(5);
  states.tell([listed(5)], known('p1', [connector('x', 3), connector('y', 2)]));
  expect(states.counted('a').errors).toBe(5);
  states.tell([listed(5)], known('p1', [connector('y', 5)], [connector('x', 4)]));
  expect(states.counted('a').errors).toBe(9);
  const later = new Told();
  later.tell([listed(5)], new Map());
  later.addFailures('a', [failure]);
  later.tell([listed(5)], known('p1', [connector('y', 5)]));
  expect(later.counted('a')).toMatchObject({errors: 8, isAtLeast: true});
  expect(states.counted('a')).toMatchObject({isAtLeast: false});
});

it('a run counts from zero, not with the statistics of the one before; a stop changes nothing', () => {
  const states = new Told();
  const old = known('p1', [connector('x', 8)]);
  states.tell([listed(8)], old);
  states.tell([makePipeline('a', {...stopped, deploymentId: '', connectorErrors: undefined})], old);
  expect(states.counted('a')).toMatchObject({run: 'first', errors: 8});
  states.tell([listed(0, 'second')], old);
  expect(states.counted('a')).toMatchObject({run: 'second', errors: 0});
  states.tell([listed(0, 'second')], known('p2', [connector('x', 3)]));
  expect(states.counted('a')).toMatchObject({run: 'second', errors: 3});
});

it('a connector that stopped with a fatal error is one until it is there again, or the run ends', () => {
  const states = new Told();
  const failure = {kind: 'input', name: 'x', at: 1, message: 'refused', group: 7} as const;
  states.tell([listed(1)], new Map());
  states.addFailures('a', [failure]);
  const failed = () => states.failed('a').map(({name, group}) => `${name} ${group}`);
  expect(failed()).toEqual(['x 7']);
  states.tell([listed(1)], known('p1', []));
  states.addFailures('a', []);
  expect(failed()).toEqual(['x 7']);
  states.tell([listed(1)], known('p1', [connector('x', 0)]));
  expect(failed()).toEqual([]);
  states.tell([listed(1)], known('p1', [connector('y', 1, 'disk full')]));
  expect(failed().sort()).toEqual(['x 7', 'y undefined']);
  states.tell([makePipeline('a', {...stopped, deploymentId: ''})], known('p1', [connector('y', 1, 'disk full')]));
  expect(failed()).toEqual([]);
  states.tell([listed(0, 'second')], known('p1', [connector('y', 1, 'disk full')]));
  expect(failed()).toEqual([]);
});

it('of a pipeline that no list has, its statistics and its open log tell', () => {
  const sink = new LogSink({buffer: {maxBytes: 1e6}, clock: {wall: () => 0}});
  const fatal = (name: string) => `${head(`FATAL error on input endpoint '${name}': refused`, 'ERROR')}\n`;
  sink.addBytes(Buffer.from(`${fatal('earlier')}${runner(start)}\n${fatal('x')}`));
  const states = new ConnectorStates({
    logs: {get: (name) => (name === 'a' ? sink : undefined)},
    stats: {known: createStore<ReadonlyMap<string, KnownStats>>(known('p1', [connector('y', 1)]))},
  });
  expect(states.ofRun('a')).toMatchObject({pipeline: undefined, failures: [{name: 'x'}], known: {at: 0}});
  expect(states.connectors('a').map(({name, failure}) => [name, failure?.message])).toEqual([
    ['x', 'refused'],
    ['y', undefined],
  ]);
  expect(states.connectors('b')).toEqual([]);
  sink.addBytes(Buffer.from(fatal('z')));
  expect(states.connectors('a').map(({name}) => name)).toEqual(['x', 'z', 'y']);
  // What it has now is its list's to tell.
  states.update([makePipeline('a')]);
  expect(states.connectors('a').map(({name}) => name)).toEqual(['y']);
});

it('all errors are the sum of their parts, whichever of log and API is ahead', () => {
  const log = {...emptyErrorLog().connectors, inRun: 9, suppressedInRun: 3};
  expect(connectorTotal(4, log)).toEqual({all: 9, logged: 6, suppressed: 3, uncounted: 0});
  expect(connectorTotal(12, log)).toEqual({all: 12, logged: 6, suppressed: 3, uncounted: 3});
  expect(connectorTotal(12, undefined)).toEqual({all: 12, logged: 0, suppressed: 0, uncounted: 12});
});
