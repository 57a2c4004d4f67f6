import {expect, test} from 'vitest';
import {crashReport} from '../../../source/kit/system/crash-report.ts';
import {hostile} from '../../harness/hostile-answers.ts';
import {unprintableIn} from '../../harness/strict-output.ts';

const reported = (error: unknown) => crashReport(error, {version: '1.2.3', secrets: ['k3y']});

test('a report has the version, the message and the stack', () => {
  const [message, frame] = reported(new TypeError('x is not a function')).split('\n');
  expect(message).toBe('pipetail 1.2.3 crashed (this is a bug): TypeError: x is not a function');
  expect(frame).toMatch(/^ {4}at .*crash-report\.test\.ts:\d+:\d+/);
});

test.each([
  ['the key in use', 'refused k3y, k3y', 'Error: refused [secret], [secret]'],
  ['credentials in a URL', 'no route to https://me:pw@host/x', 'Error: no route to https://[secret]@host/x'],
  ['a header', 'bad header Authorization: Bearer abc.def', 'Error: bad header Authorization: Bearer [secret]'],
  ['a key of another', 'got apikey:abc', 'Error: got apikey:[secret]'],
  [
    'quoted data',
    'Unexpected token, "{"level":"x"}" is not valid JSON',
    'Error: Unexpected token, "…" is not valid JSON',
  ],
  ['an open quote', 'Unexpected end of "a line of', 'Error: Unexpected end of "…"'],
  [
    'a pattern, which may be pasted text',
    'Invalid regular expression: /a line of a log\n: and more/iu: Regular expression too large',
    'Error: Invalid regular expression: Regular expression too large',
  ],
  ['more than a line', 'bad\na line of a log', 'Error: bad'],
  ['a long message', 'x'.repeat(1000), `Error: ${'x'.repeat(293)}…`],
])('nobody gets %s', (_, message, words) => {
  const [first] = reported(new Error(message)).split('\n');
  expect(first).toBe(`pipetail 1.2.3 crashed (this is a bug): ${words}`);
});

test('a cause is in the report, without its data', () => {
  const cause = new Error('inner k3y\ninner line of a log');
  const report = reported(new Error('outer\nouter line of a log', {cause}));
  expect(report).toContain('Error: outer\n    at ');
  expect(report).toContain('caused by\nError: inner [secret]\n    at ');
  expect(report).not.toMatch(/line of a log|k3y/);
});

test('an error may be its own cause, and anything may be thrown', () => {
  const error = new Error('round');
  error.cause = error;
  expect(reported(error).match(/caused by/g)).toHaveLength(5);
  expect(reported('a string')).toBe('pipetail 1.2.3 crashed (this is a bug): thrown: a string\n');
});

test('a message that has controls is visible text', () => {
  expect(unprintableIn(reported(new Error(hostile)).replaceAll('\n', ''))).toEqual([]);
});
