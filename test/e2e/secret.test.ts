import {readFile} from 'node:fs/promises';
import {expect, test} from 'vitest';
import {launcher, program, run, runCommand} from '../harness/program.ts';
import {openViewer} from './viewer.ts';

const SECRET = 'apikey:PLANTED-of-the-test';

test('a key is never on the screen, in the title, in the process list, or in what is left behind', async () => {
  await using viewer = await openViewer({server: {apiKey: SECRET}, args: ['--auth', SECRET]});
  const {terminal, server} = viewer;
  await viewer.live('Fresh start');
  const commandLine = await readFile(`/proc/${terminal.pid}/cmdline`, 'latin1');
  expect(commandLine.replaceAll('\0', '')).toBe('pipetail');
  expect(commandLine).not.toContain('PLANTED');

  for (const key of ['?', 'd', 'i']) await terminal.press(key, 'Esc');
  server.setApiKey('apikey:PLANTED-another');
  server.cutConnections();
  await terminal.waitFor('credentials refused');
  await terminal.press('i');
  await terminal.waitFor('Connection of alpha');
  await terminal.press('Esc');
  server.setApiKey(SECRET);
  server.refuse({kind: 'web-console', of: 'all', times: 3});
  await terminal.press('r');
  await terminal.waitFor('wrong URL');
  server.acceptAgain();
  await terminal.press('r');
  await viewer.live();
  terminal.kill('SIGTERM');
  await terminal.waitForExit();
  expect(terminal.output.toString('latin1')).not.toContain('PLANTED');
});

test.each([
  {what: 'a key with a line break', args: ['--auth', 'PLANTED\nX: y', '--host', 'http://127.0.0.1:9']},
  {what: 'a URL with credentials', args: ['--host', 'http://user:PLANTED@127.0.0.1:9']},
  {what: 'a URL that does not parse', args: ['--host', 'http://user:PLANTED@:::']},
  {what: 'a mistyped flag', args: ['--auth', 'PLANTED', '--memory', 'x']},
])('complaints do not repeat $what', async ({args}) => {
  for (const result of [await runCommand(args), await run(launcher, [program, 'logs', 'alpha', ...args])]) {
    expect(result.code).not.toBe(0);
    expect(result.stdout + result.stderr).not.toContain('PLANTED');
  }
});
