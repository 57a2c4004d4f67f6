import {expect, test} from 'vitest';
import {describeProgramError} from '../../source/api/program-error.ts';

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
