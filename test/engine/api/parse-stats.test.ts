import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import * as api from '../../../source/engine/api/parse-stats.ts';
import {ServerJson} from '../../../source/engine/api/server-text.ts';
import type {ConnectorStats, PipelineStats} from '../../../source/engine/api/types.ts';
import {runAtOnce} from '../../../source/lib/slices.ts';
import {recording} from '../../demo/recording.ts';

const parseStats = (json: unknown) => runAtOnce(api.statsSteps(new ServerJson(json)));
const parseTimeSeries = (json: unknown) => api.parseTimeSeries(new ServerJson(json));
const bodyOf = (file: string): unknown => JSON.parse(recording(file).body.toString());
const statsOf = (file: string): PipelineStats | undefined => parseStats(bodyOf(file));

function connectorOf(stats: PipelineStats | undefined, name: string): ConnectorStats | undefined {
  return stats?.connectors.find((each) => each.name === name);
}

describe('statsSteps', () => {
  test('reads the counters of a pipeline and of its connectors', () => {
    const {connectors, ...whole} = statsOf('25b-stats-plain.raw') ?? {};
    expect(whole).toEqual({
      state: 'Running',
      incarnation: '01a21bc3-c9f1-7bb3-b8ed-19fc75c5e0a8',
      uptime: 46_243,
      bufferedRecords: 0,
      outputStall: 0,
      isComplete: false,
      processedRecords: 4177,
      answeredAt: 1_795_762_145_000 + 46_243,
      memoryPressure: 'low',
      memoryBytes: 118_157_312,
      storageBytes: 119,
      // The open-source build cannot make a checkpoint, and says so in each answer.
      noCheckpoint: [],
    });
    expect(connectors?.map(({kind, name}) => `${kind} ${name}`)).toEqual([
      'input orders.bad',
      'input orders.gen',
      'input orders.good',
      'input orders.sheet',
      'output big_orders.full',
      'output big_orders.out',
    ]);
    expect(connectors?.[3]).toEqual({
      kind: 'input',
      name: 'orders.sheet',
      stream: 'orders',
      records: 2,
      bytes: 39,
      bufferedRecords: 0,
      isPaused: false,
      hasEnded: true,
      latency: 8000,
      health: undefined,
      fatalError: undefined,
      // Without the parameter there are counts alone.
      errors: [
        {kind: 'parse', count: 3, retained: undefined},
        {kind: 'transport', count: 0, retained: undefined},
      ],
    });
    expect(connectors?.[5]).toEqual({
      kind: 'output',
      name: 'big_orders.out',
      stream: 'big_orders',
      records: 3316,
      bytes: 198_689,
      bufferedRecords: 0,
      isPaused: undefined,
      hasEnded: undefined,
      latency: undefined,
      health: undefined,
      fatalError: undefined,
      errors: [
        {kind: 'encode', count: 0, retained: undefined},
        {kind: 'transport', count: 0, retained: undefined},
      ],
    });
  });

  test('reads the errors that the server retained, whose indices leave gaps where others were dropped', () => {
    const [parse, transport] = connectorOf(statsOf('25a-stats-connector-errors.raw'), 'orders.bad')?.errors ?? [];
    expect(parse?.count).toBe(1362);
    expect(parse?.retained).toHaveLength(200);
    expect(parse?.retained?.[0]).toEqual({
      time: '2026-11-27T06:49:20.027807Z',
      index: 320,
      tag: 'text_envelope_err',
      message:
        "Parse error: failed to parse string as a JSON document: expected ident at line 2 column 2\nInvalid fragment: 'this'",
    });
    expect(parse?.retained?.at(-1)?.index).toBe(1362);
    expect(transport).toEqual({kind: 'transport', count: 0, retained: []});
    const full = connectorOf(statsOf('25a-stats-connector-errors.raw'), 'big_orders.full');
    expect(full?.errors.map(({kind, count, retained}) => [kind, count, retained?.length])).toEqual([
      ['encode', 0, 0],
      ['transport', 334, 100],
    ]);
    expect(full?.errors[1]?.retained?.[0]).toMatchObject({index: 235, tag: 'outprobe_push_buf'});
  });

  test('reads an input that stopped with a fatal error: its error has no tag', () => {
    const web = connectorOf(statsOf('25c-stats-fatal-input.raw'), 'orders.web');
    expect(web?.fatalError).toBe('Failed to connect to host: Connection refused (os error 111)');
    expect(web?.errors[1]?.retained).toEqual([
      {time: '2026-11-27T06:49:03.769232Z', index: 1, tag: undefined, message: web?.fatalError},
    ]);
  });

  test('reads the health of a connector, and adds the queue of an output to its buffer', () => {
    const stats = parseStats({
      global_metrics: {},
      inputs: [{endpoint_name: 'a.kafka', health: {status: 'Unhealthy', description: 'broker is down'}}],
      outputs: [
        {endpoint_name: 'v.kafka', health: {status: 'Healthy', description: null}, metrics: {queued_records: 3}},
        {endpoint_name: 'v.file', metrics: {queued_records: 3, buffered_records: 4}},
      ],
    });
    expect(stats?.connectors.map(({health, bufferedRecords}) => [health, bufferedRecords])).toEqual([
      [{status: 'Unhealthy', description: 'broker is down'}, undefined],
      [{status: 'Healthy', description: ''}, 3],
      [undefined, 7],
    ]);
  });

  // As the types of Feldera's crate `feldera-types` are serialized.
  test.each<[string, object, Partial<PipelineStats>]>([
    [
      'a delayed checkpoint',
      {
        checkpoint_activity: {
          status: 'delayed',
          reasons: ['TransactionInProgress', {InputEndpointBarrier: 'orders.kafka'}],
          delayed_since: '2026-11-27T06:49:05.5Z',
        },
      },
      {
        checkpoint: {
          ...{kind: 'delayed', since: Date.UTC(2026, 10, 27, 6, 49, 5, 500)},
          reasons: [
            {code: 'TransactionInProgress', connector: undefined},
            {code: 'InputEndpointBarrier', connector: 'orders.kafka'},
          ],
        },
      },
    ],
    [
      'a checkpoint that is written',
      {checkpoint_activity: {status: 'in_progress', started_at: '2026-11-27T06:49:05Z'}},
      {checkpoint: {kind: 'in-progress', since: Date.UTC(2026, 10, 27, 6, 49, 5)}},
    ],
    ['no checkpoint', {checkpoint_activity: {status: 'idle'}}, {checkpoint: undefined}],
    [
      'why there can be none',
      {permanent_checkpoint_errors: ['StorageRequired', {UnsupportedInputEndpoint: 'orders.web'}]},
      {
        noCheckpoint: [
          {code: 'StorageRequired', connector: undefined},
          {code: 'UnsupportedInputEndpoint', connector: 'orders.web'},
        ],
      },
    ],
    [
      'the same of an older pipeline',
      {suspend_error: {Permanent: ['StorageRequired']}},
      {noCheckpoint: [{code: 'StorageRequired', connector: undefined}]},
    ],
    ['that a suspend would wait', {suspend_error: {Temporary: ['Replaying']}}, {noCheckpoint: []}],
    [
      'the open-source build',
      {permanent_checkpoint_errors: ['EnterpriseFeature', 'StorageRequired']},
      {noCheckpoint: []},
    ],
  ])('reads %s', (_, sent, parsed) => {
    expect(parseStats({global_metrics: {}, ...sent})).toMatchObject(parsed);
  });

  test.each<[string, object, Partial<PipelineStats>]>([
    [
      'a transaction',
      {
        ...{transaction_status: 'TransactionInProgress', transaction_msecs: 12_345, transaction_records: 678},
        transaction_initiators: {initiated_by_connectors: {'orders.delta': {phase: 'Started', label: null}}},
        commit_progress: null,
      },
      {
        transaction: {
          ...{isCommitting: false, elapsed: 12_345, records: 678, connectors: ['orders.delta'], progress: undefined},
        },
      },
    ],
    [
      'a commit',
      {
        ...{transaction_status: 'CommitInProgress', transaction_msecs: 1, transaction_records: null},
        transaction_initiators: {initiated_by_api: 'Committed', initiated_by_connectors: {}},
        commit_progress: {completed: 12, in_progress: 1, remaining: 27, in_progress_processed_records: 5},
      },
      {
        transaction: {
          ...{isCommitting: true, elapsed: 1, records: undefined, connectors: [], progress: {done: 12, all: 40}},
        },
      },
    ],
    ['no transaction', {transaction_status: 'NoTransaction', transaction_msecs: null}, {transaction: undefined}],
    ['a bootstrap', {bootstrap_in_progress: true}, {bootstrap: {isSynchronizing: false, progress: undefined}}],
    [
      'the end of a concurrent bootstrap',
      {
        ...{bootstrap_in_progress: false, concurrent_bootstrap_phase: 'Synchronizing'},
        concurrent_bootstrap_progress: {completed: 3, in_progress: 0, remaining: 1},
      },
      {bootstrap: {isSynchronizing: true, progress: {done: 3, all: 4}}},
    ],
    ['no bootstrap', {bootstrap_in_progress: false, concurrent_bootstrap_phase: 'Inactive'}, {bootstrap: undefined}],
    ['the pressure on memory', {memory_pressure: 'critical'}, {memoryPressure: 'critical'}],
    ['the memory in use', {rss_bytes: 97_000_000}, {memoryBytes: 97_000_000}],
  ])('reads %s', (_, metrics, parsed) => {
    expect(parseStats({global_metrics: metrics})).toMatchObject(parsed);
  });

  test('keeps what it can read of anything, and never throws', () => {
    expect(parseStats({global_metrics: {state: 7, uptime_msecs: -1, buffered_input_records: '12'}})).toMatchObject({
      state: '',
      uptime: undefined,
      bufferedRecords: undefined,
      connectors: [],
    });
    for (const json of [undefined, null, 'x', [], {}, {inputs: []}, {global_metrics: null}]) {
      expect(parseStats(json)).toBeUndefined();
      expect(parseTimeSeries(json)).toBeUndefined();
    }
    const broken = {
      global_metrics: {},
      inputs: [null, 'x', {}, {endpoint_name: 'a', config: 5, metrics: 7, parse_errors: [null, {}, {index: 2}]}],
      outputs: {not: 'a list'},
    };
    expect(parseStats(broken)?.connectors).toMatchObject([
      {name: 'a', stream: '', errors: [{count: 0, retained: [{time: '', index: 2, tag: undefined, message: ''}]}, {}]},
    ]);
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (inputs, metrics) => {
        expect(parseStats({global_metrics: {}, inputs: [{endpoint_name: 'a', metrics}, inputs]})).toBeDefined();
        parseTimeSeries({samples: inputs});
      }),
    );
  });

  test('keeps no more than a screen can use', () => {
    const errors = Array.from({length: 5000}, (_, at) => ({index: 5000 - at, message: 'x'.repeat(at === 0 ? 1e6 : 1)}));
    const input = {endpoint_name: 'a', metrics: {num_parse_errors: 5000}, parse_errors: errors};
    const inputs = [input, ...Array.from({length: 5000}, (_, at) => ({endpoint_name: `b${at}`}))];
    const stats = parseStats({global_metrics: {}, inputs});
    expect(stats?.connectors).toHaveLength(2000);
    const [{retained, count} = {retained: [], count: 0}] = stats?.connectors[0]?.errors ?? [];
    expect([count, retained?.length, retained?.[0]?.index, retained?.at(-1)?.index]).toEqual([5000, 1000, 4001, 5000]);
    expect(retained?.at(-1)?.message).toBe(`${'x'.repeat(64 * 1024)}… 1.0 MB, cut`);
  });
});

test('parseTimeSeries reads the samples of the last minute', () => {
  const series = parseTimeSeries(bodyOf('26-time-series.raw'));
  expect(series?.samples).toHaveLength(60);
  expect(series?.samples[0]).toEqual({
    at: 1_795_762_152_798,
    processedRecords: 644,
    memoryBytes: 117_100_544,
    storageBytes: 119,
  });
  const odd = {samples: [null, {t: 'x'}, {t: 4}]};
  expect(parseTimeSeries(odd)).toEqual({
    samples: [{at: 4, processedRecords: 0, memoryBytes: 0, storageBytes: 0}],
  });
});
