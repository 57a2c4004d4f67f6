import {readFile, stat} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {reportCrash} from '../../source/system/crash-report.ts';
import {FakeClock} from '../harness/fake-clock.ts';
import {hostile} from '../harness/hostile-answers.ts';
import {unprintableIn} from '../harness/strict-output.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';

const machine = {versions: {...process.versions, node: '24.1.0'}, platform: 'linux', arch: 'x64'} as const;

/** What the user reads of a fault, and the report. */
async function reported(error: unknown) {
  await using home = await temporaryDirectory();
  const folder = path.join(home.path, 'state', 'pipetail');
  const clock = new FakeClock();
  const options = {process: machine, version: '1.2.3', folder, secrets: ['k3y'], clock};
  const words = await reportCrash(error, options);
  const [first = ''] = words.split('\n');
  const file = / log text: (.*)\n$/.exec(words)?.[1] ?? '';
  const modes = await Promise.all([file, folder].map(async (each) => (await stat(each)).mode & 0o777));
  const again = await reportCrash(error, options);
  return {first, file, modes, again, time: clock.wall(), report: await readFile(file, 'utf8')};
}

test('a report has the version, the machine, the time, the message and the stack', async () => {
  const {report, time} = await reported(new TypeError('x is not a function'));
  const [head, empty, message, frame] = report.split('\n');
  expect([head, empty, message]).toEqual([
    `pipetail 1.2.3 · Node 24.1.0 · linux x64 · ${new Date(time).toISOString()}`,
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
  [
    'a pattern, which may be pasted text',
    'Invalid regular expression: /a line of a log\n: and more/iu: Regular expression too large',
    'Error: Invalid regular expression: Regular expression too large',
  ],
  ['more than a line', 'bad\na line of a log', 'Error: bad'],
  ['a long message', 'x'.repeat(1000), `Error: ${'x'.repeat(293)}…`],
])('neither the user nor the report gets %s', async (_, message, words) => {
  const {first, report} = await reported(new Error(message));
  expect(first).toBe(`pipetail 1.2.3 crashed (this is a bug): ${words}`);
  expect(report.split('\n')[2]).toBe(words);
});

test('a cause is in the report, without its data', async () => {
  const cause = new Error('inner k3y\ninner line of a log');
  const {report} = await reported(new Error('outer\nouter line of a log', {cause}));
  expect(report).toContain('Error: outer\n    at ');
  expect(report).toContain('caused by\nError: inner [secret]\n    at ');
  expect(report).not.toMatch(/line of a log|k3y/);
});

test('an error may be its own cause, and anything may be thrown', async () => {
  const error = new Error('round');
  error.cause = error;
  expect((await reported(error)).report.match(/caused by/g)).toHaveLength(5);
  expect((await reported('a string')).report).toContain('\nthrown: a string\n');
});

test('only its owner can read the file, which is never overwritten', async () => {
  const {file, modes, again} = await reported(new Error('x'));
  expect(path.basename(file)).toMatch(/^crash-[\d-]+T[\d-]+Z\.txt$/);
  expect(modes).toEqual([0o600, 0o700]);
  expect(again).toMatch(/^pipetail 1\.2\.3 crashed .*: Error: x\nno report could be written\n$/);
});

test('a message that has controls is visible text, for the user and in the report', async () => {
  const {first, report} = await reported(new Error(hostile));
  expect([...unprintableIn(first), ...unprintableIn(report)]).toEqual([]);
});
