import {readFile, stat} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {crashReport, crashWords, errorWords, saveCrashReport} from '../../source/system/crash-report.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';

const secret = 'k3y';
const facts = {version: '1.2.3', node: '24.1.0', platform: 'linux x64', at: Date.UTC(2026, 10, 25), secrets: [secret]};

test('a report has the version, the machine, the time, the message and the stack', () => {
  const report = crashReport(new TypeError('x is not a function'), facts);
  const [head, empty, message, frame] = report.split('\n');
  expect([head, empty, message]).toEqual([
    'pipetail 1.2.3 · Node 24.1.0 · linux x64 · 2026-11-25T00:00:00.000Z',
    '',
    'TypeError: x is not a function',
  ]);
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
  ['more than a line', 'bad\na line of a log', 'Error: bad'],
])('%s is not told', (_, message, words) => {
  expect(errorWords(new Error(message), [secret])).toBe(words);
});

test('what stands in the message stands nowhere in the report either, nor in that of a cause', () => {
  const cause = new Error('inner k3y\ninner line of a log');
  const report = crashReport(new Error('outer\nouter line of a log', {cause}), facts);
  expect(report).toContain('Error: outer\n    at ');
  expect(report).toContain('caused by\nError: inner [secret]\n    at ');
  expect(report).not.toMatch(/line of a log|k3y/);
});

test('a cause that is its own, a long message, and what is no error', () => {
  const error = new Error('round');
  error.cause = error;
  expect(crashReport(error, facts).match(/caused by/g)).toHaveLength(5);
  expect(errorWords(new Error('x'.repeat(1000)), [])).toHaveLength(301);
  expect(crashReport('a string', facts)).toContain('\nthrown: a string\n');
});

test('the file is its owner’s only, and one that cannot be written is no second fault', async () => {
  await using home = await temporaryDirectory();
  const folder = path.join(home.path, 'state', 'pipetail');
  const file = await saveCrashReport(folder, 'report', facts);
  expect(file).toBe(path.join(folder, 'crash-2026-11-25T00-00-00-000Z.txt'));
  expect(await readFile(file ?? '', 'utf8')).toBe('report');
  expect((await stat(file ?? '')).mode & 0o777).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect(await saveCrashReport(path.join(file ?? '', 'inside'), 'report', facts)).toBeUndefined();
  expect(crashWords('Error: x', '1.2.3', file)).toContain(folder);
  expect(crashWords('Error: x', '1.2.3', undefined)).toMatch(/no report could be written\n$/);
});
