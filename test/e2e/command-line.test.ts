import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, test} from 'vitest';
import {root, runCommand} from '../harness/program.ts';
import {startProgram} from './running-program.ts';

const {version} = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));

test('--version names the version, and the commit where there is a repository', async () => {
  const {stdout, ...rest} = await runCommand(['--version']);
  expect(rest).toEqual({code: 0, signal: null, stderr: ''});
  const commit = existsSync(path.join(root, '.git')) ? ' \\([0-9a-f]{7,}(, changed)?\\)' : '';
  expect(stdout).toMatch(new RegExp(`^pipetail ${version}${commit}\n$`));
});

test('--help all names options and exit codes, in 80 columns where there is no terminal', async () => {
  const result = await runCommand(['--help', 'all']);
  expect(result).toMatchObject({code: 0, stderr: ''});
  for (const word of ['--host', '--auth', '--scrollback', 'fps', '--demo', 'FELDERA_API_KEY', 'Exit codes']) {
    expect(result.stdout).toContain(word);
  }
  expect(Math.max(...result.stdout.split('\n').map((row) => row.length))).toBeLessThanOrEqual(80);
});

test('the demo ends with the exit codes of its help', async () => {
  const {stdout} = await runCommand(['help', 'demo', 'all']);
  expect(stdout).toMatch(/^Exit codes\n {2}0 .*interrupted \(\^C\)\n.* 143, 152\n +ended by a signal/ms);
  for (const [signal, code] of [
    ['SIGINT', 0],
    ['SIGTERM', 143],
  ] as const) {
    await using demo = await startProgram(['demo', '--port', '0']);
    await demo.untilStdout('stop with');
    demo.kill(signal);
    expect(await demo.ended).toBe(code);
  }
});

test('without a terminal: one line about it, exit 2', async () => {
  const result = await runCommand(['--demo']);
  expect(result).toMatchObject({code: 2, stdout: ''});
  expect(result.stderr).toMatch(/^pipetail: [^\n]*terminal[^\n]*\n$/);
  const meant = await runCommand(['lst'], {env: {FELDERA_HOST: 'http://127.0.0.1:1'}});
  expect(meant).toMatchObject({code: 2, stdout: ''});
  expect(meant.stderr).toBe(
    "pipetail: no command 'lst', and the screen needs a terminal · did you mean 'pipetail list'?\n",
  );
});

test('--help fits on a screen of 80×24, and help does the same', async () => {
  const {stdout} = await runCommand(['logs', '--help']);
  expect(stdout.split('\n').length).toBeLessThanOrEqual(24);
  expect((await runCommand(['help', 'logs'])).stdout).toBe(stdout);
  expect((await runCommand(['version'])).stdout).toBe((await runCommand(['--version'])).stdout);
});

describe('a mistake is one line, exit 2', () => {
  test.each([
    [['--no-such-flag']],
    [['--fps', '20']],
    [['--theme', 'many']],
    [['--scrollback', '12 parsecs']],
    [['--scrollback', '1']],
    [['--host', 'not a url']],
    [['--host', 'ftp://example.com']],
    [['-x']],
    [['not/a/name']],
    [['demo', '--port', 'http']],
    [['demo', '--port', '99999']],
    [['logs']],
    [['--port', '80']],
  ])('%j', async (args) => {
    const result = await runCommand(args, {env: {TERM: 'xterm'}});
    expect(result).toMatchObject({code: 2, stdout: ''});
    expect(result.stderr).toMatch(/^pipetail: [^\n]+\n$/);
    expect(result.stderr).not.toMatch(/\bat .*:\d+|Error:/);
  });
});
