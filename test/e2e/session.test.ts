import {readdir, readFile, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect, onTestFinished, test} from 'vitest';
import {quiet} from '../../demo/scenario.ts';
import {DemoServer} from '../../demo/server.ts';
import {eventually} from '../harness/eventually.ts';
import {plantedKey} from '../harness/planted-secret.ts';
import {openProgram} from '../harness/program.ts';
import {type TemporaryDirectory, temporaryDirectory} from '../harness/temporary-directory.ts';
import {currentLine} from './find-helpers.ts';
import {Viewer} from './viewer.ts';

/** One server, and one home for every start of the program on it. */
async function installation() {
  const server = await DemoServer.start({scenario: quiet('alpha', 'beta', 'gamma'), apiKey: plantedKey});
  const home: TemporaryDirectory = await temporaryDirectory();
  onTestFinished(async () => {
    await server.close();
    await home[Symbol.asyncDispose]();
  });
  const start = async (args: readonly string[] = [], variables: Readonly<Record<string, string>> = {}) => {
    const terminal = await openProgram(['--host', server.url, ...args], {env: {HOME: home.path, ...variables}});
    const viewer = new Viewer(server, terminal);
    onTestFinished(() => terminal.dispose());
    // A page covers the log after an absence.
    await terminal.waitFor(() => / LIVE\b| follows$/.test(viewer.header()) || terminal.row(-1).includes('Esc back'));
    await terminal.stable();
    return viewer;
  };
  const folder = path.join(home.path, '.local/state/pipetail');
  const sessions = async () => (await readdir(folder)).filter((name) => name.startsWith('session-')).toSorted();
  return {server, start, folder, sessions};
}

async function quit({terminal}: Viewer): Promise<void> {
  await terminal.press('C-c', 'C-c');
  expect((await terminal.waitForExit()).code).toBe(0);
}

/** Reads alpha at line 40 of 60, filtered and with times, and keeps gamma too. */
async function read(viewer: Viewer): Promise<{row: number; text: string}> {
  const {terminal} = viewer;
  viewer.write('alpha', 60);
  await terminal.waitFor('line 60.');
  await terminal.press('&');
  await terminal.type('line');
  await terminal.press('Enter', '/');
  await terminal.type('line 40\\.');
  await terminal.waitFor(() => /line 40\\\. +1 of 1/.test(terminal.row(-2)));
  await terminal.press('Enter');
  await terminal.waitFor(() => terminal.row(-2).includes('1 of 1'));
  await terminal.press('m');
  await terminal.waitFor('◆');
  await terminal.waitFor(() => currentLine(terminal).text.endsWith('line 40.'));
  return currentLine(terminal);
}

test('the next start says what happened, and comes back to the tabs, the filter, the mark, and the line under the eye', async () => {
  const {server, start, sessions, folder} = await installation();
  const first = await start(['alpha', 'gamma']);
  const eye = await read(first);
  await quit(first);
  expect(await sessions()).toEqual([expect.stringMatching(/^session-[0-9a-f]{16}\.json$/)]);
  const [name = ''] = await sessions();
  expect((await stat(path.join(folder, name))).mode & 0o777).toBe(0o600);
  first.say('alpha', 'line of later.');

  server.pipeline('gamma').fail('exit status: 101');
  // Longer than `away` of that start.
  await sleep(1000);

  const second = await start([], {PIPETAIL_AWAY: '1s'});
  const {terminal} = second;
  await terminal.waitFor('While you were away');
  await terminal.waitFor(/▸ gamma +\d\d:\d\d:\d\d +failed .*Failed · exit status: 101/);
  await terminal.press('Esc');
  await terminal.waitFor('1 of 1');
  await terminal.waitFor(() => terminal.text().includes('▸') && currentLine(terminal).text.endsWith('line 40.'));
  expect(currentLine(terminal)).toEqual(eye);
  expect(second.tabBar()).toMatch(/1 alpha.*2 gamma/);
  expect(terminal.row(-3)).toContain('line');
  expect(terminal.row(0)).toMatch(/PAUSED · .* new/);
  await terminal.press("'");
  await terminal.waitFor('line 40.');
  await second.connections(2);
  await quit(second);
});

test('--fresh starts clean; names on the command line are shown first', async () => {
  const {start} = await installation();
  const first = await start(['alpha', 'gamma']);
  await read(first);
  await quit(first);
  const named = await start(['beta']);
  await named.terminal.waitFor(() => /1 beta.*2 alpha.*3 gamma/.test(named.tabBar()));
  expect(named.terminal.text()).not.toContain('line 40.');
  await quit(named);
  const fresh = await start(['--fresh']);
  await fresh.terminal.waitFor('line 60.');
  expect(fresh.tabBar()).not.toMatch(/gamma|beta/);
  await quit(fresh);
});

test('of two programs at a time the session of the one that ends last comes back', async () => {
  const {start, sessions} = await installation();
  const first = await start(['alpha']);
  const second = await start(['beta', 'gamma']);
  await quit(second);
  await quit(first);
  expect((await sessions()).length).toBe(1);
  const third = await start();
  await third.terminal.waitFor(() => /1 alpha/.test(third.tabBar()));
  expect(third.tabBar()).not.toContain('beta');
  await quit(third);
});

test('what was open some seconds before kill -9 comes back', async () => {
  const {start, sessions, folder} = await installation();
  const first = await start(['alpha', 'gamma']);
  const text = async () => {
    const name = (await sessions().catch(() => [])).find((each) => each.endsWith('.json'));
    return name === undefined ? '' : await readFile(path.join(folder, name), 'utf8').catch(() => '');
  };
  await first.terminal.press('w');
  const saved = {text: ''};
  await eventually(
    () => {
      void text().then((now) => {
        saved.text = now;
      });
      return saved.text.includes('"wrap":"all"');
    },
    () => `a session that wraps, not ${saved.text}`,
  );
  first.terminal.kill('SIGKILL');
  await first.terminal.waitForExit();
  const second = await start();
  await second.terminal.waitFor(() => /1 alpha.*2 gamma/.test(second.tabBar()));
  await second.terminal.waitFor('wrap all');
  await quit(second);
});

test('a corrupt file is set aside and named, and the program starts clean', async () => {
  const {start, sessions, folder} = await installation();
  await quit(await start(['alpha', 'gamma']));
  const [name = ''] = await sessions();
  await writeFile(path.join(folder, name), '{"version":1,');
  const second = await start();
  await second.terminal.waitFor('the last session could not be read');
  expect(second.tabBar()).not.toContain('gamma');
  await quit(second);
  expect(await readFile(path.join(folder, `${name}.damaged`), 'utf8')).toBe('{"version":1,');
  const third = await start();
  expect(third.terminal.text()).not.toContain('could not be read');
  await quit(third);
});
