import {describe, expect, it, test} from 'vitest';
import {parsePipelineDetail} from '../../../source/engine/api/parse-pipeline.ts';
import {statsSteps} from '../../../source/engine/api/parse-stats.ts';
import {ServerJson} from '../../../source/engine/api/server-text.ts';
import type {PipelineDetail, PipelineStats} from '../../../source/engine/api/types.ts';
import {LogSink} from '../../../source/engine/logs/log-sink.ts';
import {type KnownStats, noStats} from '../../../source/engine/pipelines/stats-poller.ts';
import {diagnose} from '../../../source/features/why/diagnose.ts';
import {failuresInLog} from '../../../source/kit/facts/connectors.ts';
import {type Finding, isDegraded} from '../../../source/kit/facts/finding.ts';
import {factsOf, type Gathered, type LogFacts} from '../../../source/kit/facts/pipeline-facts.ts';
import {milestonesOf} from '../../../source/kit/journal/milestones.ts';
import {runAtOnce} from '../../../source/lib/slices.ts';
import {recording} from '../../demo/recording.ts';
import {head, runner, start} from '../../engine/records/index-lines.ts';
import {makePipeline, stopped} from '../../kit/screen/make-pipeline.ts';

const bodyOf = (file: string): string => recording(file).body.toString();

function statsOf(json: unknown): PipelineStats {
  const stats = runAtOnce(statsSteps(new ServerJson(json)));
  if (!stats) throw new Error('these are no statistics');
  return stats;
}

/** A log of this text. */
function sinkOf(text: string): LogSink {
  const sink = new LogSink({buffer: {maxBytes: 1e8}, clock: {wall: () => 0}});
  sink.addBytes(Buffer.from(text));
  return sink;
}

function logOf({errors, losses, states}: LogSink): LogFacts {
  const {firstId, isWhole} = errors.connectors;
  return {errors: errors.byKey, firstId, isWhole, losses, lostStreams: states.lostStreams};
}

type Given = Partial<Gathered> & {readonly stats?: PipelineStats; readonly sink?: LogSink};

/** The findings of a pipeline that runs, unless it is given, about which this is known. */
function findings({stats, sink, ...given}: Given): readonly Finding[] {
  const known = given.known ?? (stats && {...noStats, stats, at: 0});
  const failures = sink ? failuresInLog(sink, sink.errors.connectors.firstId) : [];
  return diagnose(
    factsOf({
      ...{pipeline: makePipeline('orders'), known, failures, log: sink && logOf(sink), reading: {kind: 'followed'}},
      ...given,
    }),
  );
}

const textsOf = (all: readonly Finding[]) => all.map(({severity, text}) => `${severity}: ${text}`);

/** Statistics of a running pipeline, as the server sends them. */
const running = (change: object = {}, rest: object = {}) =>
  statsOf({global_metrics: {state: 'Running', memory_pressure: 'low', total_processed_records: 7, ...change}, ...rest});

const healthy = 'fine: Running, no known problems';

describe('a pipeline that does not work', () => {
  const detailOf = (file: string): PipelineDetail => {
    const detail = parsePipelineDetail(ServerJson.read(recording(file).body));
    if (!detail) throw new Error(`${file} has no pipeline`);
    return detail;
  };

  it('whose worker panicked: the message, and the place of the panic in the log', () => {
    const sink = sinkOf(bodyOf('35-worker-panic-logs.raw'));
    const pipeline = detailOf('35b-worker-panic-pipeline.raw');
    const [first, ...more] = findings({pipeline, sink});
    expect(first).toMatchObject({
      ...{severity: 'failed', source: 'API', since: Date.parse('2026-11-27T06:46:44.106Z')},
      text: 'Failed · panic: customer of order 77 is PANIC (crates/realpipe/src/main.rs:64:21)',
    });
    expect(sink.buffer.lineAt(first?.place?.entry ?? -1)?.toString()).toMatch(/^thread 'dbsp-worker-0' .*panicked at/);
    expect(more).toEqual([]);
  });

  it.each<[string, Parameters<typeof makePipeline>[1] & {readonly programError?: string}, string]>([
    [
      'its SQL is wrong',
      {
        ...{...stopped, programStatus: 'SqlError'},
        programError: 'warning: unused\nerror: Error parsing SQL (line 2, column 18): Encountered "FAIL"\n   2|…',
      },
      'failed: SQL error · line 2: Encountered "FAIL"',
    ],
    [
      'its Rust code is wrong',
      {
        ...{...stopped, programStatus: 'RustError'},
        programError: '   Compiling a\nerror[E0425]: cannot find value `x`\n --> a.rs',
      },
      'failed: Rust error · error[E0425]: cannot find value `x`',
    ],
    ['the compiler has not answered yet', {...stopped, programStatus: 'SqlError'}, 'failed: SQL error'],
    [
      'the runner cannot reach it',
      {deploymentStatus: 'Unavailable', runtimeReason: 'Pipeline status endpoint\ncould not be reached: timeout'},
      'failed: Unavailable · Pipeline status endpoint could not be reached: timeout',
    ],
    ['nobody says why it cannot be reached', {deploymentStatus: 'Unavailable'}, 'failed: Unavailable'],
    [
      'it starts',
      {deploymentStatus: 'Initializing', runtimeReason: 'Still in the grace period'},
      'fine: Initializing: Still in the grace period',
    ],
    ['it was stopped', stopped, 'fine: Stopped'],
    ['it is paused', {deploymentStatus: 'Paused'}, 'fine: Paused'],
    ['it compiles', {...stopped, programStatus: 'CompilingRust'}, 'fine: Compiling Rust'],
  ])('%s', (_, change, sentence) => {
    expect(textsOf(findings({pipeline: makePipeline('orders', change)}))).toEqual([sentence]);
  });

  it('that could not be initialized: the place of the reason in the log', () => {
    const reason = "FATAL error on input endpoint 'a.in': no such file";
    const lines = [head('hello'), head(`Error initializing the pipeline: ${reason}.`, 'ERROR'), head('x', 'ERROR')];
    const deploymentError = {message: 'm', errorCode: 'X', cause: 'a.in: no such file', endedStart: true, more: []};
    const pipeline = makePipeline('orders', {...stopped, deploymentError});
    const all = findings({pipeline, sink: sinkOf(`${lines.join('\n')}\n`)});
    // Once: it is that of the connector, too.
    expect(textsOf(all)).toEqual(['failed: Start failed · a.in: no such file']);
    expect(all[0]?.place?.entry).toBe(1);
  });

  it('that panicked, of which the API knows only the exit status: the panic as the log has it', () => {
    const lines = [head('hello'), "thread 'main' (7) panicked at a.rs:1:2:", 'attempt to divide by zero'];
    const cause = 'Pipeline process exited with exit status: 101';
    const deploymentError = {message: cause, errorCode: 'X', cause, endedStart: false, more: []};
    const pipeline = makePipeline('orders', {...stopped, deploymentError});
    const [first] = findings({pipeline, sink: sinkOf(`${lines.join('\n')}\n${head('x')}\n`)});
    expect(first?.text).toBe(`Failed · ${cause} · panic: attempt to divide by zero (main at a.rs:1:2)`);
    expect(first?.place?.entry).toBe(1);
  });

  it('that was killed: the likely cause, as of a run before', () => {
    const cause = 'Pipeline process exited prematurely with signal: 9 (SIGKILL)';
    const deploymentError = {message: cause, errorCode: 'X', cause, endedStart: false, more: []};
    const [first] = findings({pipeline: makePipeline('orders', {...stopped, deploymentError})});
    expect(first?.text).toBe(`Failed · ${cause}, likely because it ran out of memory`);
  });

  it('whose program is wrong has no place in the log of its last run', () => {
    const pipeline = {...makePipeline('orders', {...stopped, programStatus: 'SqlError'}), programError: 'error: bad'};
    const [first] = findings({pipeline, sink: sinkOf(bodyOf('35-worker-panic-logs.raw'))});
    expect(first).toMatchObject({text: 'SQL error · bad', place: {entry: undefined}});
  });

  it('the server does not answer: what was known last', () => {
    const serverOutage = {since: 'no answer since 21:44:41 UTC', cause: 'connection refused'};
    expect(textsOf(findings({serverOutage}))).toEqual([
      'fine: no answer since 21:44:41 UTC (connection refused), last known: running',
    ]);
  });

  it('nothing of its last process is trouble of now', () => {
    const stats = running({output_stall_msecs: 60_000, memory_pressure: 'critical'});
    expect(textsOf(findings({pipeline: makePipeline('orders', stopped), stats}))).toEqual(['fine: Stopped']);
  });
});

describe('connectors', () => {
  it('of a real pipeline: each with its reason, its share, and its place in the log', () => {
    const sink = sinkOf(bodyOf('27-logs-real-pipeline.raw'));
    const stats = statsOf(JSON.parse(bodyOf('25a-stats-connector-errors.raw')));
    const all = findings({sink, stats});
    expect(textsOf(all)).toEqual([
      'degraded: Running, but degraded',
      'degraded: orders.web stopped with a fatal error: Failed to connect to host: Connection refused (os error 111)',
      'degraded: orders.bad has accepted no record: failed to parse string as a JSON document: expected value at line 1 column 2 · and others',
      "degraded: orders.sheet rejected 60 % of its records since its start: field 'id': field 0: invalid digit found in string · and others",
      'degraded: big_orders.full has written nothing: No space left on device (os error 28)',
    ]);
    expect(all.map(({text, brief = text}) => brief).slice(1, 4)).toEqual([
      'orders.web stopped: Failed to connect to host: Connection refused (os error 111)',
      expect.stringMatching(/^orders\.bad has accepted no record: failed to parse/),
      expect.stringMatching(/^orders\.sheet rejected 60 %: field 'id': /),
    ]);
    const [running, web, bad, , full] = all;
    // That it runs since then does not tell since when it is degraded.
    expect(running?.since).toBeUndefined();
    expect(web).toMatchObject({source: 'log', stops: 'nothing is read from it'});
    expect(bad).toMatchObject({
      ...{source: 'API', often: '1,362 parse errors, 0 records received', since: undefined},
      last: Date.parse('2026-11-27T06:49:52.007Z'),
    });
    expect(full).toMatchObject({often: '334 transport errors, 0 records written'});
    for (const [finding, words] of [
      [web, "FATAL error on input endpoint 'orders.web'"],
      [bad, "parse error on input endpoint 'orders.bad'"],
      [full, "error on output endpoint 'big_orders.full'"],
    ] as const)
      expect(sink.buffer.lineAt(finding?.place?.entry ?? -1)?.toString()).toContain(words);
  });

  it('errors of the log that no connector has had, of this run', () => {
    const line = (second: number, message: string) => head(message, 'ERROR', `2026-11-27T06:49:0${second}.000000Z`);
    const earlier = line(1, 'of the run before');
    const runs = runner(start);
    const of = (...lines: readonly string[]) =>
      findings({sink: sinkOf(lines.map((each) => `${each}\n`).join('')), stats: running()});
    expect(textsOf(of(earlier, runs))).toEqual([healthy]);
    const all = of(earlier, runs, line(2, 'cannot write'), line(3, 'disk 7 is full'), line(4, 'disk 8 is full'));
    expect(textsOf(all)).toEqual(['fine: Running', 'notice: Its log has errors: disk 8 is full · and others']);
    expect(all[1]).toMatchObject({
      ...{source: 'log', often: '3 errors', place: {entry: 4}},
      ...{since: Date.UTC(2026, 10, 27, 6, 49, 2), last: Date.UTC(2026, 10, 27, 6, 49, 4)},
    });
    // What has a finding of its own is said once.
    const bad = line(2, "parse error on input endpoint 'a.in': bad");
    const lost = runner('stdout encountered I/O error: stream did not contain valid UTF-8', 'ERROR');
    expect(of(runs, bad, lost).filter(({text}) => text.startsWith('Its log has errors'))).toEqual([]);
  });

  it('a request that the pipeline refused is no problem of its own: Feldera asks each for a heap profile now and then', () => {
    const of = (status: string, cause: string) => {
      const answered = [`[HTTP error response] ${cause}`, `Response: ${status} (size: Sized(182)) to request GET /x`];
      const lines = [
        runner(start),
        ...answered.map((message) => head(message, 'ERROR', '2026-11-27T06:49:02.000000Z')),
      ];
      return textsOf(findings({sink: sinkOf(lines.map((line) => `${line}\n`).join('')), stats: running()}));
    };
    const cause = 'HeapProfilerError: Heap profiler error: heap profiling is not available in this build.';
    expect(of('400 Bad Request', cause)).toEqual([healthy]);
    expect(of('500 Internal Server Error', 'IOError: disk full')[1]).toContain('Its log has errors: Response: 500');
  });

  it('without statistics, what the log says of them', () => {
    const all = findings({sink: sinkOf(bodyOf('27-logs-real-pipeline.raw'))});
    expect(textsOf(all)).toEqual([
      'degraded: Running, but degraded',
      expect.stringMatching(/^degraded: orders\.web stopped with a fatal error: /),
      'notice: orders.bad had errors: failed to parse string as a JSON document: expected value at line 1 column 2 · and others',
      'notice: orders.sheet had errors: invalid length 2, expected 3 columns · and others',
      'notice: big_orders.full had errors: No space left on device (os error 28)',
    ]);
    expect(all.find(({text}) => text.includes('orders.bad'))?.often).toMatch(
      /^\d+ errors, and [\d,]+ suppressed, earlier runs included$/,
    );
  });

  it('of errors that came in an earlier run, too, not since when, nor how many in this one', () => {
    const line = (seconds: number) =>
      head("parse error on input endpoint 'a.in': bad", 'ERROR', `2026-11-27T06:49:0${seconds}.000000Z`);
    const of = (...lines: readonly string[]) => findings({sink: sinkOf(lines.map((each) => `${each}\n`).join(''))})[1];
    expect(of(runner(start), line(1), line(2))).toMatchObject({
      ...{since: Date.UTC(2026, 10, 27, 6, 49, 1), last: Date.UTC(2026, 10, 27, 6, 49, 2), often: '2 errors'},
    });
    const [first, second] = [of(line(1), runner(start), line(2)), of(runner(start), line(1), runner(start), line(2))];
    expect(second).toEqual({...first, place: {entry: 3}});
    expect(second).toMatchObject({since: undefined, often: '2 errors, earlier runs included'});
  });

  const input = (metrics: object, more: object = {}) =>
    running({}, {inputs: [{endpoint_name: 'orders.kafka', metrics, ...more}]});
  const output = (metrics: object) => running({}, {outputs: [{endpoint_name: 'v.kafka', metrics}]});
  const sent = (message: string) => [{index: 1, timestamp: '2026-11-27T06:49:05Z', message}];

  it.each<[string, PipelineStats, readonly string[]]>([
    [
      'that reject few of their records are no trouble',
      input({total_records: 980, num_parse_errors: 20}, {parse_errors: sent('Parse error (event #3): bad date')}),
      ['fine: Running', 'notice: orders.kafka rejected 2 % of its records since its start: bad date'],
    ],
    [
      'that reject very few',
      input({total_records: 98_000, num_parse_errors: 1}, {parse_errors: sent('Parse error (event #3): bad date')}),
      ['fine: Running', 'notice: orders.kafka rejected less than 1 % of its records since its start: bad date'],
    ],
    [
      'that reject nearly all',
      input({total_records: 1, num_parse_errors: 9999}, {parse_errors: sent('Parse error (event #3): bad date')}),
      [
        'degraded: Running, but degraded',
        'degraded: orders.kafka rejected more than 99 % of its records since its start: bad date',
      ],
    ],
    [
      'whose errors the server only counts, perhaps several of a record',
      input({total_records: 1, num_parse_errors: 9999}),
      [
        'degraded: Running, but degraded',
        'degraded: orders.kafka had more errors than records since its start: the reason is unknown',
      ],
    ],
    [
      'that rejected records more than a minute ago, by the times of the server',
      running(
        {start_time: Date.UTC(2026, 10, 27, 6, 49, 0) / 1000, uptime_msecs: 66_000},
        {
          inputs: [
            {
              endpoint_name: 'orders.kafka',
              metrics: {total_records: 1, num_parse_errors: 4},
              parse_errors: sent('Parse error (event #3): bad date'),
            },
          ],
        },
      ),
      ['fine: Running', 'notice: orders.kafka had errors: bad date'],
    ],
    [
      'that receive nothing',
      input({total_records: 0, num_transport_errors: 3}, {transport_errors: sent('broker is down\nmore')}),
      ['degraded: Running, but degraded', 'degraded: orders.kafka has received nothing: broker is down'],
    ],
    [
      'whose number of records is unknown',
      running(
        {},
        {
          inputs: [{endpoint_name: 'orders.kafka', metrics: {num_parse_errors: 3}}],
          outputs: [{endpoint_name: 'v.kafka', metrics: {num_encode_errors: 1}}],
        },
      ),
      [
        'fine: Running',
        'notice: orders.kafka had errors: the reason is unknown',
        'notice: v.kafka had errors: the reason is unknown',
      ],
    ],
    [
      'whose errors may have passed',
      output({transmitted_records: 900, num_transport_errors: 3}),
      ['fine: Running', 'notice: v.kafka had errors: the reason is unknown'],
    ],
    [
      'that are paused: an output drops its changes, an input waits, and errors are no fault',
      running(
        {},
        {
          inputs: [{endpoint_name: 'orders.kafka', paused: true, metrics: {total_records: 0, num_transport_errors: 1}}],
          outputs: [
            {endpoint_name: 'v.pg', paused: true, metrics: {transmitted_records: 0, num_transport_errors: 1}},
            {endpoint_name: 'v.kafka', paused: true, metrics: {transmitted_records: 900}},
            {endpoint_name: 'v.file', paused: false, metrics: {transmitted_records: 900}},
          ],
        },
      ),
      [
        'fine: Running',
        'notice: v.pg is paused: its changes are dropped',
        'notice: v.kafka is paused: its changes are dropped',
        'notice: orders.kafka had errors: the reason is unknown',
        'notice: v.pg had errors: the reason is unknown',
      ],
    ],
    [
      'that are unhealthy',
      input({total_records: 5}, {health: {status: 'Unhealthy', description: 'no leader for partition 3'}}),
      ['degraded: Running, but degraded', 'degraded: orders.kafka is unhealthy: no leader for partition 3'],
    ],
    [
      'that stopped with a fatal error, as the statistics say',
      input({total_records: 5}, {fatal_error: 'gone'}),
      ['degraded: Running, but degraded', 'degraded: orders.kafka stopped with a fatal error: gone'],
    ],
    ['that are well', input({total_records: 5}, {health: {status: 'Healthy'}}), [healthy]],
  ])('%s', (_, stats, expected) => {
    expect(textsOf(findings({stats}))).toEqual(expected);
  });

  it('memory is told with its limit where that is known', () => {
    const pipeline = {...makePipeline('orders'), memoryLimit: 60};
    const stats = running({memory_pressure: 'critical', rss_bytes: 97_400_000});
    expect(textsOf(findings({pipeline, stats}))).toEqual([
      'degraded: Running, but degraded',
      'degraded: Memory pressure is critical: 97 MB of 60 MB are in use',
    ]);
  });

  it.each([
    [8_400_000, 10, []],
    [8_600_000, 10, ['notice: Storage is nearly full: 8.6 MB of 10 MB are in use, 86 %']],
    [9_000_000, 10, ['degraded: Storage is nearly full: 9.0 MB of 10 MB are in use, 90 %']],
    [12_000_000, 10, ['degraded: Storage is nearly full: 12 MB of 10 MB are in use, 120 %']],
    // Without a limit, nothing is known of its share.
    [9e12, undefined, []],
    [9e12, 0, []],
  ])('storage: %s bytes of %s MB', (storage_bytes, storageLimit, expected) => {
    const pipeline = {...makePipeline('orders'), storageLimit};
    expect(textsOf(findings({pipeline, stats: running({storage_bytes})})).slice(1)).toEqual(expected);
  });

  it('storage that grows is told since when it does, and by how much', () => {
    const pipeline = {...makePipeline('orders'), storageLimit: 10};
    const known = {...noStats, stats: running({storage_bytes: 9_500_000}), at: 9, growth: {at: 5, bytes: 2_000_000}};
    expect(findings({pipeline, known})[1]).toMatchObject({since: 5, often: 'it grew by 7.5 MB', source: 'API'});
  });

  it.each([
    [
      'Pipeline process exited prematurely with signal: 9 (SIGKILL)',
      'was killed (signal 9), likely because it ran out of memory',
    ],
    [
      'The pipeline container has restarted. This was likely caused by an Out-Of-Memory (OOM) crash.',
      'ended, likely because it ran out of memory',
    ],
    [
      'Pipeline process exited prematurely with exit status: 9',
      'failed: Pipeline process exited prematurely with exit status: 9',
    ],
  ])('the run before ended: %s', (why, words) => {
    const previousEnd = {at: 3_600_000, why, source: 'log' as const, startedAt: 3_660_000, starts: 2, span: 60_000};
    const [first, second] = findings({stats: running(), previousEnd});
    expect(first).toMatchObject({severity: 'degraded', text: 'Running, but degraded'});
    expect(second).toMatchObject({text: `The run before ${words}`, source: 'log', last: 3_600_000});
    const loop = findings({stats: running(), previousEnd: {...previousEnd, starts: 12, span: 1_200_000}});
    expect(loop[1]?.text).toBe(`12th start in 20 min. The run before ${words}`);
    expect(loop[1]?.brief).toBe(`The run before ${words} · 12th start in 20 min`);
    expect(textsOf(findings({pipeline: makePipeline('orders', stopped), previousEnd}))).toEqual(['fine: Stopped']);
  });

  it('many with one fault are a number', () => {
    const inputs = Array.from({length: 40}, (_, at) => ({endpoint_name: `t.c${at}`, fatal_error: 'gone'}));
    expect(textsOf(findings({stats: running({}, {inputs})})).slice(5)).toEqual([
      'degraded: t.c4 stopped with a fatal error: gone',
      'degraded: 35 other connectors stopped with a fatal error',
    ]);
  });
});

describe('the engine', () => {
  // The process began at 06:49:05, and has run for 1 h.
  const clock = {start_time: Date.UTC(2026, 10, 27, 6, 49, 5) / 1000, uptime_msecs: 3_600_000};
  const delayed = (delayed_since: string, ...reasons: readonly unknown[]) =>
    running(clock, {checkpoint_activity: {status: 'delayed', reasons, delayed_since}});

  it.each<[string, PipelineStats, string]>([
    [
      'an output is full',
      running(
        {output_stall_msecs: 42_000},
        {outputs: [{endpoint_name: 'v.kafka', metrics: {queued_records: 1_000_000, transmitted_records: 1}}]},
      ),
      'degraded: A full output has held the pipeline up for 42 s: v.kafka has 1,000,000 records to write',
    ],
    ['for a moment', running({output_stall_msecs: 2000}), 'notice: A full output has held the pipeline up for 2 s'],
    [
      'memory is short',
      running({memory_pressure: 'high', rss_bytes: 97_000_000}),
      'notice: Memory pressure is high: 97 MB are in use, 90 to 95 % of the limit',
    ],
    [
      'memory is used up, of an old server',
      running({memory_pressure: 'critical'}),
      'degraded: Memory pressure is critical: more than 95 % of the limit are in use',
    ],
    [
      'a checkpoint waits',
      delayed('2026-11-27T07:44:05Z', 'TransactionInProgress', {InputEndpointBarrier: 'orders.kafka'}),
      'notice: A checkpoint has been delayed for 5 min: the pipeline is processing a transaction, input orders.kafka is blocking it',
    ],
    [
      'there can be no checkpoint',
      running({}, {permanent_checkpoint_errors: ['StorageRequired', {UnsupportedInputEndpoint: 'orders.web'}]}),
      'notice: No checkpoint can be made: storage must be configured, input orders.web does not support it',
    ],
    [
      'a checkpoint takes long',
      running(clock, {checkpoint_activity: {status: 'in_progress', started_at: '2026-11-27T07:39:05Z'}}),
      'notice: A checkpoint has been written for 10 min, and is not complete',
    ],
    [
      'a transaction is open',
      running({
        ...{transaction_status: 'TransactionInProgress', transaction_msecs: 720_000, transaction_records: 1234},
        transaction_initiators: {initiated_by_connectors: {'orders.delta': {phase: 'Started'}}},
      }),
      'notice: A transaction has been in progress for 12 min',
    ],
    [
      'a commit takes long',
      running({
        ...{transaction_status: 'CommitInProgress', transaction_msecs: 90_000},
        commit_progress: {completed: 12, in_progress: 1, remaining: 27},
      }),
      'notice: A transaction has been committing for 90 s: 12 of 40 operators are done',
    ],
    [
      'views are filled',
      running({concurrent_bootstrap_phase: 'ConcurrentBootstrapping', bootstrap_in_progress: true}),
      'notice: New and changed views are being filled',
    ],
  ])('says that %s', (_, stats, expected) => {
    expect(textsOf(findings({stats})).slice(1)).toEqual([expected]);
  });

  it.each<[string, PipelineStats]>([
    ['each step is a transaction', running({transaction_status: 'CommitInProgress', transaction_msecs: 1})],
    ['a checkpoint waits for a step', delayed('2026-11-27T07:49:03Z', 'TransactionInProgress')],
    [
      'a checkpoint begins',
      running(clock, {checkpoint_activity: {status: 'in_progress', started_at: '2026-11-27T07:49:00Z'}}),
    ],
    ['the open-source build has none', running({}, {permanent_checkpoint_errors: ['EnterpriseFeature']})],
    ['a suspend would wait', running({}, {suspend_error: {Temporary: ['TransactionInProgress']}})],
    ['a real pipeline', statsOf(JSON.parse(bodyOf('25b-stats-plain.raw').replace(/"inputs".*/s, '"inputs":[]}')))],
  ])('says nothing of what is normal: %s', (_, stats) => {
    expect(textsOf(findings({stats}))).toEqual([healthy]);
  });

  const still = (seconds: number) =>
    Array.from({length: seconds + 1}, (_, second) => ({
      ...{at: second * 1000, processedRecords: 7, memoryBytes: 0, storageBytes: 0},
    }));
  const waits = {buffered_input_records: 1234};
  /** By statistics 10 s apart. */
  const knownAs = (stats: PipelineStats, {at = 40_000, ...more}: Partial<KnownStats>): KnownStats => {
    const buffered = [at - 10_000, at].map((each) => ({at: each, records: stats.bufferedRecords ?? 0}));
    return {...noStats, stats, at, buffered, ...more};
  };

  it.each<[string, KnownStats, readonly string[]]>([
    [
      'by the last minute',
      knownAs(running(waits), {series: {samples: still(40)}}),
      [
        'degraded: Running, but degraded',
        'degraded: No record was processed for 40 s, though the pipeline runs and 1,234 records wait',
      ],
    ],
    [
      'by statistics far apart',
      knownAs(running(waits), {at: 3_600_000, stillSince: 0}),
      [
        'degraded: Running, but degraded',
        'degraded: No record was processed for 60 min, though the pipeline runs and 1,234 records wait',
      ],
    ],
    [
      'a commit takes its time',
      knownAs(running({...waits, transaction_status: 'CommitInProgress', transaction_msecs: 1}), {
        ...{at: 60_000, stillSince: 0},
      }),
      ['fine: Running', 'notice: No record was processed for 60 s, though the pipeline runs and 1,234 records wait'],
    ],
    [
      'none comes',
      knownAs(running({buffered_input_records: 0}), {series: {samples: still(40)}}),
      ['fine: Running. No record came in the last 40 s'],
    ],
    [
      'all are done',
      knownAs(running({pipeline_complete: true}, {inputs: [{endpoint_name: 'a.file'}]}), {
        series: {samples: still(40)},
      }),
      ['fine: Running. All inputs have ended, and all records are processed'],
    ],
    [
      'the last minute is of another time',
      knownAs(running({...waits, total_processed_records: 8}), {series: {samples: still(40)}}),
      [healthy],
    ],
    ['it is paused', knownAs(running({...waits, state: 'Paused'}), {series: {samples: still(40)}}), [healthy]],
    ['there are no inputs', knownAs(running({pipeline_complete: true}), {}), [healthy]],
    ['nothing is known', noStats, ['fine: Running. Connector states are unknown']],
    [
      'some have just come after a quiet time',
      knownAs(running(waits), {
        ...{at: 3_600_000, stillSince: 0},
        buffered: [
          {at: 3_590_000, records: 0},
          {at: 3_600_000, records: 1234},
        ],
      }),
      [healthy],
    ],
  ])('records stand still: %s', (_, known, expected) => {
    expect(textsOf(findings({known}))).toEqual(expected);
  });

  it('says when its statistics were read last, if that was a while ago', () => {
    const known = knownAs(running(), {at: 40_000});
    const [now, late] = [99_000, 100_000].map((at) => findings({known, now: at}));
    expect(now).toMatchObject([{text: 'Running, no known problems', last: undefined}]);
    expect(late).toMatchObject([
      {text: 'Running. It had no known problems when its statistics were last read', last: 40_000},
    ]);
    const serverOutage = {since: 'no answer since 21:44:41 UTC', cause: 'connection refused'};
    expect(findings({known, now: 100_000, serverOutage})[0]?.last).toBeUndefined();
  });

  it.each([
    ['Paused', 'fine: Paused'],
    ['Unavailable', 'failed: Unavailable'],
  ])('of a pipeline that the list has as %s, older statistics prove no standstill', (deploymentStatus, expected) => {
    const known = knownAs(running({...waits, output_stall_msecs: 60_000}), {series: {samples: still(40)}});
    const pipeline = makePipeline('orders', {deploymentStatus});
    expect(textsOf(findings({known, pipeline}))).toEqual([expected]);
  });
});

describe('the log', () => {
  const line = (level: string, message: string, seconds: number) =>
    `[p] 2026-11-27T06:49:${String(seconds).padStart(2, '0')}.000000Z ${level.padStart(5)} `.concat(message, '\n');
  const failure = (why: string, seconds: number) =>
    line('WARN', `dbsp_adapters::controller:  checkpoint failed: ${why}`, seconds);
  const made = line(
    'INFO',
    'dbsp::circuit::checkpointer:  cleaned up 1 checkpoints; exception list: {}, retaining checkpoints: []',
    30,
  );
  const started = '[manager] 2026-11-27T06:49:01.000000Z  INFO pipeline_manager::runner::pipeline_automata: '.concat(
    'Resources transition: stopped -> provisioning (desired: provisioned) pipeline-id="1" pipeline-name="p"\n',
  );

  /** The findings about checkpoints of such a log, read a line at a time, and at once. */
  function ofCheckpoints(text: string, pipeline = makePipeline('orders')): readonly Finding[] {
    const [inSteps, atOnce] = [1, 1 << 20].map((maxBytes) => {
      const sink = sinkOf('');
      const milestones = milestonesOf(sink.buffer);
      for (const each of text.split(/(?<=\n)/)) {
        sink.addBytes(Buffer.from(each));
        while (!milestones.step(maxBytes));
      }
      const failedCheckpoints = milestones.failedCheckpoints(sink.errors.connectors.firstId);
      return findings({stats: running(), sink, pipeline, failedCheckpoints});
    });
    expect(inSteps).toEqual(atOnce);
    return (atOnce ?? []).slice(1);
  }

  it('says why checkpoints failed, since when and how often, with the place of the last', () => {
    const all = ofCheckpoints(`${started}${failure('no space left', 5)}other\n${failure('StdIo(StorageFull)', 9)}`);
    expect(all).toEqual([
      {
        ...{
          key: 'failed checkpoint',
          severity: 'notice',
          source: 'log',
          text: 'Checkpoints failed: StdIo(StorageFull)',
        },
        ...{since: Date.UTC(2026, 10, 27, 6, 49, 5), last: Date.UTC(2026, 10, 27, 6, 49, 9), often: '2 times'},
        ...{place: {entry: 3}, advice: expect.objectContaining({address: expect.stringContaining('#out-of-storage')})},
      },
    ]);
    expect(textsOf(ofCheckpoints(failure('no space left', 5)))).toEqual(['notice: A checkpoint failed: no space left']);
  });

  it.each<[string, string, Parameters<typeof makePipeline>[1]]>([
    ['the log tells of one that was made since', failure('full', 5) + made, {}],
    // Its id has the time.
    ['the list has one that is newer', failure('full', 5), {checkpointAt: Date.UTC(2026, 10, 27, 6, 49, 6)}],
    ['it was in an earlier run', failure('full', 5) + started, {}],
    ['another line speaks of one', line('INFO', 'a::b:  the text "checkpoint failed: full" was read', 5), {}],
  ])('of a failed checkpoint says nothing if %s', (_, text, change) => {
    expect(ofCheckpoints(text, makePipeline('orders', change))).toEqual([]);
  });

  it('counts from the last checkpoint that was made', () => {
    const all = ofCheckpoints(failure('a', 5) + failure('b', 6) + made + failure('c', 40));
    expect(all).toMatchObject([{text: 'A checkpoint failed: c', since: Date.UTC(2026, 10, 27, 6, 49, 40)}]);
    const older = makePipeline('orders', {checkpointAt: Date.UTC(2026, 10, 27, 6, 49, 7)});
    expect(ofCheckpoints(failure('c', 40), older)).toHaveLength(1);
  });

  it('counts the failed checkpoints of the newest run, also where that is known to begin only later', () => {
    const {buffer} = sinkOf(failure('a', 5) + failure('b', 6));
    const milestones = milestonesOf(buffer);
    while (!milestones.step(1 << 20));
    expect(milestones.failedCheckpoints(0)).toMatchObject({
      count: 2,
      since: Date.UTC(2026, 10, 27, 6, 49, 5),
      reason: 'b',
    });
    expect(milestones.failedCheckpoints(1)).toMatchObject({
      count: 1,
      since: Date.UTC(2026, 10, 27, 6, 49, 6),
      reason: 'b',
    });
    expect(milestones.failedCheckpoints(2)).toBeUndefined();
  });

  it('says that both streams are lost', () => {
    const sink = sinkOf(bodyOf('20-stdout-dead.raw'));
    sink.addBytes(
      Buffer.from(
        '[manager] 2026-11-27T07:00:00.000000Z ERROR pipeline_manager::runner::local_runner: '.concat(
          'stderr encountered I/O error: broken pipe pipeline-id="1" pipeline-name="p"\n',
        ),
      ),
    );
    const [, lost] = findings({stats: running(), sink});
    expect(lost).toMatchObject({
      ...{text: 'stdout and stderr of the process are lost until the next start'},
      last: Date.UTC(2026, 10, 27, 7),
    });
  });

  it('says that a stream is lost, with its place', () => {
    const sink = sinkOf(bodyOf('20-stdout-dead.raw'));
    const [, lost] = findings({stats: running(), sink});
    expect(lost).toMatchObject({
      ...{severity: 'notice', source: 'log', stops: 'what the process writes there is not in the log'},
      text: 'stdout is lost until the next start: stream did not contain valid UTF-8',
    });
    expect(sink.buffer.markerAt(lost?.place?.entry ?? -1)).toMatchObject({kind: 'unread', stream: 'stdout'});
  });

  it('has a gap, with its place', () => {
    const sink = sinkOf('a\n');
    sink.addMarker({kind: 'lost', atLeast: 5, atMost: 9, from: 0, to: 1000});
    const [, gap] = findings({stats: running(), sink});
    expect(gap).toMatchObject({severity: 'notice', source: 'log', place: {entry: 1}});
    expect(gap?.text).toMatch(/^The log has a gap: 5 .* 9 entries lost/);
    // That of an earlier run is in the timeline.
    sink.addBytes(Buffer.from(started));
    expect(textsOf(findings({stats: running(), sink}))).toEqual([healthy]);
    sink.addMarker({kind: 'lost', atLeast: 1, atMost: 1, from: 0, to: 1000});
    expect(findings({stats: running(), sink})[1]?.text).toMatch(/^The log has gaps: .* in 2 gaps$/);
  });
});

test('the worst is first, and what is degraded marks the pipeline', () => {
  const stats = running(
    {memory_pressure: 'high', output_stall_msecs: 60_000},
    {inputs: [{endpoint_name: 'orders.web', fatal_error: 'gone'}]},
  );
  const all = findings({stats, sink: sinkOf(bodyOf('20-stdout-dead.raw'))});
  const keys = ['pipeline', 'stall', 'failed input orders.web', 'memory', 'lost stream', 'errors in the log'];
  expect(all.map(({key}) => key)).toEqual(keys);
  expect(isDegraded(all)).toBe(true);
  expect(isDegraded(findings({stats: running({memory_pressure: 'high'})}))).toBe(false);
  expect(isDegraded(findings({pipeline: makePipeline('orders', {...stopped, programStatus: 'SqlError'})}))).toBe(false);
});

describe("Feldera's guide", () => {
  const failed = (message: string) =>
    makePipeline('orders', {
      ...stopped,
      deploymentError: {message, errorCode: 'X', cause: message, endedStart: false, more: []},
    });
  const adviceOf = (given: Given) => findings(given)[0]?.advice?.address;

  it('is quoted for its texts alone', () => {
    expect(adviceOf({pipeline: failed('panic message: StdIo(StorageFull)')})).toMatch(/#out-of-storage-errors$/);
    expect(adviceOf({pipeline: failed('No space left on device')})).toBeUndefined();
    const compiler = {...makePipeline('orders', {...stopped, programStatus: 'RustError'})};
    const programError = 'error: could not write output: No space left on device (os error 28)';
    expect(adviceOf({pipeline: {...compiler, programError}})).toMatch(/#rust-compilation-errors$/);
  });

  it('names evictions where a log that is whole has no error', () => {
    const pipeline = makePipeline('orders', {deploymentStatus: 'Unavailable'});
    const quiet = {errors: new Map(), firstId: 1, isWhole: true, losses: logOf(sinkOf('')).losses, lostStreams: []};
    expect(adviceOf({pipeline, log: quiet})).toMatch(/#kubernetes-evictions$/);
    expect(adviceOf({pipeline, log: {...quiet, isWhole: false}})).toBeUndefined();
    expect(adviceOf({pipeline})).toBeUndefined();
    expect(adviceOf({pipeline, sink: sinkOf(bodyOf('27-logs-real-pipeline.raw'))})).toBeUndefined();
  });
});
