import {readFileSync} from 'node:fs';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import * as api from '../../../source/engine/api/parse-pipeline.ts';
import {ServerJson} from '../../../source/engine/api/server-text.ts';
import type {Pipeline} from '../../../source/engine/api/types.ts';
import {fieldOf} from '../../../source/lib/json.ts';
import {recording as exchange} from '../../demo/recording.ts';

const recording = readFileSync(new URL('../../wire/15a-list-status.raw', import.meta.url));
const text = recording.subarray(recording.indexOf('\r\n\r\n') + 4).toString();
const list = () => JSON.parse(text);

const parsePipelines = (parts: readonly (readonly unknown[])[], previous: readonly Pipeline[]) =>
  api.parsePipelines(
    parts.map((part) => part.map((entry) => new ServerJson(entry))),
    previous,
  );
const parsePipelineDetail = (json: unknown) => api.parsePipelineDetail(new ServerJson(json));
const parseSession = (json: unknown) => api.parseSession(new ServerJson(json));
const parseRunnerHealth = (json: unknown, now: number) => api.parseRunnerHealth(new ServerJson(json), now);
const describeProgramError = (json: unknown) => parsePipelineDetail({name: 'p', program_error: json})?.programError;
const parseDeploymentError = (json: unknown) =>
  parsePipelineDetail({name: 'p', deployment_error: json})?.deploymentError;
const parseEvents = (json: unknown) => api.parseEvents(new ServerJson(json));
const parseEventDetail = (json: unknown) => api.parseEventDetail(new ServerJson(json));

describe('parsePipelines', () => {
  test('reads a recorded list', async () => {
    const pipelines = await parsePipelines([list()], []);
    expect(pipelines.map((pipeline) => pipeline.name)).toEqual(['many', 'long', 'idle', 'stopped']);
    expect(pipelines[2]).toEqual({
      id: '01a211fe-f299-77e3-a216-26c612981b30',
      name: 'idle',
      description: '',
      tags: [],
      createdAt: '2026-11-25T09:17:30.649793944Z',
      version: 1,
      programVersion: 1,
      platformVersion: '0.337.0',
      deploymentId: '',
      deploymentStatus: 'Stopped',
      deploymentStatusSince: '2026-11-25T09:17:31.057427379Z',
      deploymentDesiredStatus: 'Stopped',
      programStatus: 'Success',
      programStatusSince: '2026-11-25T09:17:30.649793944Z',
      storageStatus: 'InUse',
      deploymentError: {
        message:
          'Pipeline check failed: compute and/or storage resources encountered a fatal error.\n\n' +
          'Pipeline process exited prematurely with signal: 9 (SIGKILL)',
        errorCode: 'RunnerCheckError',
        cause: 'Pipeline process exited prematurely with signal: 9 (SIGKILL)',
        endedStart: false,
        more: [],
      },
      connectorErrors: undefined,
    });
  });

  test('counts connector errors; undefined when the server does not tell', async () => {
    const withDetails = async (details: unknown) =>
      (await parsePipelines([[{name: 'a', deployment_runtime_status_details: details}]], []))[0]?.connectorErrors;
    expect(await withDetails({connector_stats: {num_errors: 3}})).toBe(3);
    expect(await withDetails({connector_stats: {num_errors: 0}})).toBe(0);
    for (const details of [null, {}, {connector_stats: null}, {connector_stats: {num_errors: '3'}}, 'x']) {
      expect(await withDetails(details)).toBeUndefined();
    }
  });

  test('reads what the runner says of a process that does not answer, which is another list when it changes', async () => {
    const withReason = (reason: unknown) => [[{id: 'a', name: 'a', deployment_runtime_status_details: {reason}}]];
    const [first] = await parsePipelines(withReason('cannot be reached\n'), []);
    expect(first?.runtimeReason).toBe('cannot be reached');
    const before = first ? [first] : [];
    expect(await parsePipelines(withReason('cannot be reached'), before)).toBe(before);
    expect((await parsePipelines(withReason('timed out'), before))[0]?.runtimeReason).toBe('timed out');
    expect((await parsePipelines(withReason(null), before))[0]?.runtimeReason).toBeUndefined();
  });

  test('knows from its id when the newest checkpoint was begun', async () => {
    const withCheckpoints = async (...uuids: unknown[]) => {
      const checkpoints = uuids.map((uuid) => ({uuid, identifier: null, fingerprint: 1}));
      const [pipeline] = await parsePipelines([[{name: 'a', storage_status_details: {checkpoints}}]], []);
      return pipeline?.checkpointAt;
    };
    const older = '0198d2a0-0000-7000-8000-000000000001';
    expect(await withCheckpoints(older, '0198d2a0-03e8-7abc-8000-000000000001')).toBe(0x0198d2a003e8);
    expect(await withCheckpoints(older)).toBe(0x0198d2a00000);
    // Another version of UUIDs tells no time.
    for (const uuid of ['0198d2a0-0000-4000-8000-000000000001', '', 7]) {
      expect(await withCheckpoints(uuid)).toBeUndefined();
    }
    expect(await withCheckpoints()).toBeUndefined();
  });

  test('the names of tags, without their colours, each once; undefined where the server sends none', async () => {
    const tagsOf = async (tags: unknown) => (await parsePipelines([[{name: 'a', tags}]], []))[0]?.tags;
    expect(await tagsOf(['prod|ef4444', 'team billing|22C55E', 'plain'])).toEqual(['prod', 'team billing', 'plain']);
    expect(await tagsOf(['a|b', 'a|12345', 'a|1234567', 'b|ef4444|22c55e'])).toEqual([
      'a|b',
      'a|12345',
      'a|1234567',
      'b|ef4444',
    ]);
    expect(await tagsOf(['prod', 'prod|ef4444', '', 7, null, '|ef4444'])).toEqual(['prod']);
    expect(await tagsOf([])).toEqual([]);
    for (const none of [undefined, null, 'prod', {}]) expect(await tagsOf(none)).toBeUndefined();
  });

  test('keeps unknown statuses, fills in what is missing, leaves out what has no name', async () => {
    const json = [{name: 'a', deployment_status: 'Levitating'}, {id: 'x'}, null, 7, [], {name: 5}];
    expect(await parsePipelines([json.slice(0, 1), [], json.slice(1)], [])).toEqual([
      expect.objectContaining({id: '', name: 'a', deploymentStatus: 'Levitating', programStatus: ''}),
    ]);
  });

  test('an unchanged list is the same array, an unchanged pipeline the same object', async () => {
    const first = await parsePipelines([list()], []);
    expect(await parsePipelines([list()], first)).toBe(first);

    const changed = list();
    changed[1].deployment_status = 'Running';
    const second = await parsePipelines([changed], first);
    expect(second).not.toBe(first);
    expect(second.map((pipeline, i) => pipeline === first[i])).toEqual([true, false, true, true]);

    const shorter = await parsePipelines([list().slice(1)], first);
    expect(shorter).toHaveLength(3);
    expect(shorter[0]).toBe(first[1]);
  });

  test('a change of any field is seen', async () => {
    const first = await parsePipelines([list()], []);
    const fields = ['name', 'description', 'created_at', 'platform_version', 'deployment_status', 'storage_status'];
    fields.push('deployment_status_since', 'deployment_desired_status', 'program_status', 'id', 'deployment_id');
    for (const field of fields) {
      const changed = list();
      changed[2][field] = 'other';
      expect((await parsePipelines([changed], first))[2], field).not.toBe(first[2]);
    }
    const tagged = list();
    tagged[2].tags = ['prod'];
    expect((await parsePipelines([tagged], first))[2]).not.toBe(first[2]);
    const changed = list();
    changed[2].deployment_error.details = {error: 'other'};
    changed[0].deployment_runtime_status_details.connector_stats.num_errors = 1;
    const next = await parsePipelines([changed], first);
    expect(next.map((pipeline, i) => pipeline === first[i])).toEqual([false, true, false, true]);
  });
});

test('a pipeline in full has its compiler messages, and the limits of memory and storage', () => {
  expect(parsePipelineDetail({name: 'a', program_error: {system_error: 'no space'}})).toMatchObject({
    name: 'a',
    programError: 'no space',
  });
  expect(parsePipelineDetail({name: 'a'})?.programError).toBeUndefined();
  const limit = (runtime_config: object) => parsePipelineDetail({name: 'a', runtime_config})?.memoryLimit;
  expect(limit({max_rss_mb: 60, resources: {memory_mb_max: 70}})).toBe(60);
  expect(limit({max_rss_mb: null, resources: {memory_mb_max: 70}})).toBe(70);
  expect(limit({max_rss_mb: null})).toBeUndefined();
  const {storageLimit} = parsePipelineDetail({name: 'a', runtime_config: {resources: {storage_mb_max: 128}}}) ?? {};
  expect(storageLimit).toBe(128);
  expect(parsePipelineDetail({id: 'x'})).toBeUndefined();
});

test('a session', () => {
  const json = {tenant_id: 't', tenant_name: 'acme', role: 'read', memberships: []};
  expect(parseSession(json)).toEqual({tenantId: 't', tenantName: 'acme', role: 'read', memberships: 0});
  expect(parseSession({})).toEqual({tenantId: '', tenantName: '', role: '', memberships: 0});
  expect(parseSession([])).toBeUndefined();
});

test('SQL errors with their place and the source that the compiler quotes', () => {
  const message = {
    start_line_number: 3,
    start_column: 7,
    end_line_number: 3,
    end_column: 9,
    warning: false,
    error_type: 'Error parsing SQL',
    message: 'Encountered "<EOF>"',
    snippet: '    3|SELECT\n            ^\n',
  };
  const warning = {warning: true, error_type: 'Unused column', message: 'b', start_line_number: 0};
  const text = describeProgramError({
    sql_compilation: {exit_code: 1, messages: [message, warning]},
    rust_compilation: null,
    system_error: null,
  });
  expect(text).toBe(
    'error: Error parsing SQL (line 3, column 7): Encountered "<EOF>"\n    3|SELECT\n            ^\n\n' +
      'warning: Unused column: b',
  );
});

test('a failed Rust step shows both of its outputs', () => {
  const rust = {exit_code: 101, stdout: 'Compiling\n', stderr: 'error[E0308]\n'};
  const sql = {exit_code: 0, messages: [{warning: true, message: 'not shown: this step passed'}]};
  expect(describeProgramError({sql_compilation: sql, rust_compilation: rust})).toBe('Compiling\nerror[E0308]');
});

test('a program that compiled has no error, though its steps left output', () => {
  const step = {exit_code: 0, messages: [], stdout: 'Finished', stderr: ''};
  expect(describeProgramError({sql_compilation: step, rust_compilation: step, system_error: null})).toBeUndefined();
});

test.each([
  [null, undefined],
  [undefined, undefined],
  ['', undefined],
  [{}, undefined],
  ['no space left', 'no space left'],
  [{system_error: 'no space left\n'}, 'no space left'],
  [{other: 1}, '{\n  "other": 1\n}'],
  [[1], '[\n  1\n]'],
  [{sql_compilation: {exit_code: 1, messages: ['odd']}}, '"odd"'],
  [{sql_compilation: {exit_code: 1}}, '{\n  "exit_code": 1\n}'],
  [{rust_compilation: {exit_code: 1, stderr: ''}}, '{\n  "exit_code": 1,\n  "stderr": ""\n}'],
])('%o', (json, text) => {
  expect(describeProgramError(json)).toBe(text);
});

test.each([
  [
    {message: 'a', error_code: 'B', details: [1]},
    {message: 'a', errorCode: 'B', details: [1]},
  ],
  [{error_code: 'B'}, {message: 'B', errorCode: 'B', details: undefined}],
  [
    {message: 'a', error_code: 7},
    {message: 'a', errorCode: '', details: undefined},
  ],
  [{detail: 'Not Found'}, undefined],
  [{}, undefined],
  [null, undefined],
  [['message'], undefined],
  ['message', undefined],
])('%o', (json, error) => {
  const found = api.parseServerError(new ServerJson(json));
  expect(
    found && {...found, details: found.details.isMissing ? undefined : JSON.parse(found.details.asJson())},
  ).toEqual(error);
});

/** `deployment_error` of the one pipeline in the recording that has one. */
function recorded(file: string): object {
  const bytes = readFileSync(new URL(`../../wire/${file}`, import.meta.url));
  const json: unknown = JSON.parse(bytes.subarray(bytes.indexOf('\r\n\r\n') + 4).toString());
  const errors = [json].flat().flatMap((pipeline) => fieldOf(pipeline, 'deployment_error') ?? []);
  expect(errors).toHaveLength(1);
  return Object(errors[0]);
}

describe('the cause of a recorded error', () => {
  test.each([
    ['15a-list-status.raw', 'Pipeline process exited prematurely with signal: 9 (SIGKILL)', false],
    [
      '30-list-with-connector-errors.raw',
      "orders.gone: Failed to open input file '/home/feldera/data/no-such-file.json': No such file or directory (os error 2)",
      true,
    ],
    [
      '35b-worker-panic-pipeline.raw',
      'panic: customer of order 77 is PANIC (crates/realpipe/src/main.rs:64:21)',
      false,
    ],
  ])('in %s', (file, cause, endedStart) => {
    expect(parseDeploymentError(recorded(file))).toMatchObject({cause, endedStart});
  });

  test.each([
    [
      '30-list-with-connector-errors.raw',
      /^FATAL error on input endpoint 'orders.gone': Failed to open .*os error 2\)\.$/,
    ],
    [
      '35b-worker-panic-pipeline.raw',
      /^panic: customer of order 77 is PANIC \(crates\/realpipe\/src\/main\.rs:64:21\)$/,
    ],
    ['15a-list-status.raw', /^Pipeline process exited prematurely with signal: 9 \(SIGKILL\)$/],
  ])('in %s without its details', (file, cause) => {
    expect(parseDeploymentError({...recorded(file), details: null})?.cause).toMatch(cause);
  });
});

test.each([
  ['Pipeline check failed: x\n\nkilled by the kernel', {}, 'killed by the kernel'],
  [
    'No place within 600s. Possible reasons:\n\n1) It takes too long',
    {timeout: {secs: 600}},
    'No place within 600s. Possible reasons:',
  ],
  [
    'The configuration:\n{}\n\n... is not valid due to: x.',
    {value: {}, error: {X: 'x'}},
    '... is not valid due to: x.',
  ],
  ['Not possible to start', {compiler_error: 'SQL error occurred'}, 'SQL error occurred'],
  ['exit status: 101\n\n', {error: ''}, 'exit status: 101'],
  [
    'The pipeline was terminated. Start the pipeline again.',
    null,
    'The pipeline was terminated. Start the pipeline again.',
  ],
  ['Pipeline provision failed: x', {error: '\n  no nodes left\nstack backtrace:\n   0: main'}, 'no nodes left'],
  [
    'DBSP error',
    {error: {WorkerPanic: {panic_info: [[0, 'foreground', {message: 'left != right\n  left: 1'}]]}}},
    'panic: left != right left: 1',
  ],
  ['DBSP error', {error: {WorkerPanic: {panic_info: 'none'}}}, 'DBSP error'],
  ['Unable to write', {error: {error: 'disk full', fatal: true}}, 'disk full'],
  ['stack backtrace:\n   0: main', undefined, 'stack backtrace: 0: main'],
])('the cause of %j with %j', (message, details, cause) => {
  expect(parseDeploymentError({message, error_code: 'X', details})?.cause).toBe(cause);
});

test('the cause is one line, never a backtrace, whatever the server sends', () => {
  const line = fc.constantFrom('', '  ', 'it broke', '   0: std::rt::main', 'stack trace:', 'panic message: no');
  const text = fc.array(line, {maxLength: 6}).map((lines) => lines.join('\n'));
  const info = fc.oneof(fc.anything(), fc.record({message: text, location: fc.anything()}, {requiredKeys: []}));
  const error = fc.oneof(
    text,
    fc.anything(),
    fc.record({error: text, endpoint_name: fc.string(), backtrace: text}, {requiredKeys: []}),
    fc.array(fc.tuple(fc.nat(), fc.string(), info)).map((panics) => ({WorkerPanic: {panic_info: panics}})),
  );
  fc.assert(
    fc.property(text, error, (head, told) => {
      const cause = parseDeploymentError({message: `it broke\n${head}`, details: {error: told}})?.cause ?? '';
      expect(cause.trim()).not.toBe('');
      expect(cause).not.toMatch(/[\n\r]/);
      if (typeof told === 'string') expect(cause).not.toMatch(/^\d+: /);
    }),
  );
});

test('the message beyond the cause of a failed start, and of a panic', () => {
  const beyond = (file: string) => api.beyondCause(parseDeploymentError(recorded(file)) ?? {message: '', cause: ''});
  expect(beyond('30-list-with-connector-errors.raw')).toBe(
    'Operation failed because the pipeline failed to initialize.',
  );
  expect(beyond('35b-worker-panic-pipeline.raw')).toMatch(/worker thread 0 panicked\nstack trace:\n {3}0: /);
});

test('the details hold what the message does not say', () => {
  const more = (json: unknown) => parseDeploymentError(json)?.more;
  expect(more(recorded('15a-list-status.raw'))).toEqual([]);
  expect(more(recorded('35b-worker-panic-pipeline.raw'))).toEqual([]);
  expect(more(recorded('30-list-with-connector-errors.raw'))).toEqual([
    [
      'details.error.backtrace',
      expect.stringContaining('dbsp_adapters::controller::ControllerInner::add_input_endpoint'),
    ],
    ['details.error.fatal', 'true'],
  ]);
  for (const details of [undefined, null, {}, [], '', {a: [null, 'said']}]) {
    expect(more({message: 'said', details})).toEqual([]);
  }
});

test.each([
  ['InitializationError', true],
  ['RunnerProvisionError', true],
  ['StartFailedDueToFailedCompilation', true],
  ['AutomatonProvisioningTimeout', true],
  ['AutomatonMissingProgramInfo', true],
  ['RunnerCheckError', false],
  ['RuntimeError.WorkerPanic', false],
  ['AutomatonMissingDeploymentLocation', false],
  ['', false],
])('%s ended a start: %s', (code, endedStart) => {
  expect(parseDeploymentError({message: 'm', error_code: code})?.endedStart).toBe(endedStart);
});

test('no error is none', () => {
  expect(parseDeploymentError(null)).toBeUndefined();
});

test('a runner whose last record is old does not work, whatever that says: it writes one every 10 minutes', () => {
  const [unchanged_since, checked_at] = ['2026-11-27T05:46:07.757377Z', '2026-11-27T05:51:05.513958Z'];
  const json = {all_healthy: true, runner: {healthy: true, message: 'Healthy: yes.', unchanged_since, checked_at}};
  const checkedAt = Date.parse('2026-11-27T05:51:05.513Z');
  expect(parseRunnerHealth(json, checkedAt + 14 * 60_000)).toMatchObject({isHealthy: true, checkedAt});
  const later = parseRunnerHealth(json, checkedAt + 20 * 3_600_000);
  expect(later).toEqual({isHealthy: false, message: 'it has not reported since', since: checkedAt, checkedAt});
});

describe('events', () => {
  const bodyOf = (file: string): unknown => JSON.parse(exchange(file).body.toString());

  test('reads the events of a pipeline, the newest first', () => {
    const events = parseEvents(bodyOf('34-events-all.raw'));
    expect(events?.[0]).toEqual({
      id: expect.stringMatching(/^01a21bc5-/),
      time: expect.stringMatching(/^2026-11-27T06:50:41\.401\d{3}Z$/),
      status: 'Running',
      resourcesDesiredStatus: 'Provisioned',
      runtimeDesiredStatus: 'Running',
      hasError: false,
      programStatus: 'Success',
      storageStatus: 'InUse',
    });
    // From its creation: compiled, started, stopped, started, paused, resumed.
    const seen = events?.toReversed().map(({status, programStatus}) => (status === 'Stopped' ? programStatus : status));
    expect(seen?.filter((each, at) => each !== seen[at - 1])).toEqual([
      'Pending',
      'CompilingSql',
      'SqlCompiled',
      'CompilingRust',
      'Success',
      'Provisioning',
      'Initializing',
      'Running',
      'Stopping',
      'Success',
      'Provisioning',
      'Initializing',
      'Running',
      'Paused',
      'Running',
    ]);
  });

  test('an event in full has the error in words', () => {
    const failed = bodyOf('18a-events-all.raw');
    const errors = (Array.isArray(failed) ? failed : []).map(parseEventDetail).filter((each) => each?.hasError);
    const cause = 'The pipeline-manager and this pipeline were previously terminated. Start the pipeline again.';
    expect(errors.map((each) => each?.deploymentError?.cause)).toEqual([cause, cause, cause, cause]);
  });

  test('leaves out what is no event, keeps unknown statuses, and bounds the list', () => {
    const event = {event_id: 'e', recorded_at: '2026-11-27T06:50:41Z'};
    const levitating = {...event, deployment_resources_status: 'Levitating', deployment_has_error: 'yes'};
    expect(parseEvents([null, 7, {}, {event_id: 'x'}, levitating])).toMatchObject([
      {id: 'e', status: 'Levitating', hasError: false, programStatus: ''},
    ]);
    const starting = {...event, deployment_resources_status: 'Provisioned', deployment_runtime_status: null};
    expect(parseEvents([starting])?.[0]?.status).toBe('Initializing');
    expect(parseEvents(Array.from({length: 9000}, () => event))).toHaveLength(2000);
    for (const json of [undefined, null, {}, 'x']) expect(parseEvents(json)).toBeUndefined();
    expect(parseEventDetail([])).toBeUndefined();
  });
});
