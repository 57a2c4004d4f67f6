import {readFileSync} from 'node:fs';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {fieldOf} from '../../source/api/json.ts';
import {parseDeploymentError, parseServerError} from '../../source/api/server-error.ts';

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
  expect(parseServerError(json)).toEqual(error);
});

/** `deployment_error` of the one pipeline in the recording that has one. */
function recorded(file: string): object {
  const bytes = readFileSync(new URL(`../wire/${file}`, import.meta.url));
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
    ['35b-worker-panic-pipeline.raw', 'panic: customer of order 77 is PANIC (crates/realpipe/src/main.rs:64)', false],
  ])('in %s', (file, cause, endedStart) => {
    expect(parseDeploymentError(recorded(file))).toMatchObject({cause, endedStart});
  });

  test.each([
    [
      '30-list-with-connector-errors.raw',
      /^FATAL error on input endpoint 'orders.gone': Failed to open .*os error 2\)\.$/,
    ],
    ['35b-worker-panic-pipeline.raw', /^customer of order 77 is PANIC$/],
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
