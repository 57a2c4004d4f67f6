import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {quiet} from '../../demo/scenario.ts';
import {DemoServer} from '../../demo/server.ts';
import {openProgram} from '../harness/program.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {filterRow, records} from './find-helpers.ts';
import {openViewer, Viewer} from './viewer.ts';

test('what is set at the start holds for every tab: level, zone, wrap and the width of the list', async () => {
  await using viewer = await openViewer({
    args: ['--level', 'warn', 'alpha', 'beta'],
    env: {TZ: 'UTC', PIPETAIL_ZONE: 'Asia/Kolkata', PIPETAIL_WRAP: 'all', PIPETAIL_LIST_WIDTH: '20'},
    cols: 100,
  });
  const {terminal, server} = viewer;
  await viewer.live();
  const words = 'far '.repeat(40).trim();
  for (const name of ['alpha', 'beta']) {
    viewer.say(name, 'all is well.');
    viewer.say(name, `too ${words} away.`, 'WARN');
  }
  await terminal.waitFor('away.');
  expect(terminal.row(1).indexOf('│')).toBe(20);
  expect(filterRow(terminal)).toContain('level:warn');
  expect(viewer.countShown('all is well')).toBe(0);
  const stamp = server.pipeline('alpha').stamp();
  const hour = new Date(Date.parse(stamp) + 330 * 60_000).toISOString().slice(11, 13);
  expect(viewer.shown().find((row) => row.includes('too far'))).toMatch(new RegExp(`^ *${hour}:`));
  // The message continues in the next rows.
  expect(viewer.countShown('far')).toBeGreaterThan(1);

  viewer.say('beta', 'only in beta.', 'ERROR');
  await terminal.press('2');
  await terminal.waitFor('only in beta.');
  // A tab that is shown for the first time is filtered within a frame or two.
  await terminal.waitForGone('all is well');
  expect(filterRow(terminal)).toContain('level:warn');
  expect(viewer.countShown('far')).toBeGreaterThan(1);
});

test('without the list the log has the whole width and the keys; z shows the list', async () => {
  await using viewer = await openViewer({env: {PIPETAIL_LIST_WIDTH: 'off', PIPETAIL_AS_SENT: '1'}});
  const {terminal} = viewer;
  await viewer.live();
  viewer.write('alpha', 3);
  await terminal.waitFor(/^ *\[alpha\] .* INFO dbsp_adapters::controller: {2}line 3\./m);
  expect(terminal.text()).not.toContain('│');
  await terminal.press('k');
  await terminal.waitFor('▸');
  await terminal.press('z');
  await terminal.waitFor('│');
  await terminal.waitFor(() => viewer.list().join('\n').includes('gamma'));
});

test('keys win over the configuration at the next start, flags over both, and --fresh forgets the keys', async () => {
  const server = await DemoServer.start({scenario: quiet('alpha')});
  const home = await temporaryDirectory();
  onTestFinished(async () => {
    await server.close();
    await home[Symbol.asyncDispose]();
  });
  const folder = path.join(home.path, '.config/pipetail');
  await mkdir(folder, {recursive: true});
  const configure = (text: string) => writeFile(path.join(folder, 'config.toml'), text);
  /** Whether times are shown and lines are numbered, once the program is there; then it ends. */
  const look = async (args: readonly string[], ...keys: readonly string[]) => {
    const terminal = await openProgram(['--host', server.url, 'alpha', ...args], {env: {HOME: home.path}});
    onTestFinished(() => terminal.dispose());
    const viewer = new Viewer(server, terminal);
    await viewer.live(/line \d+\.|well/);
    await viewer.keepsSession();
    await terminal.press(...keys);
    const seen = () => {
      const row = viewer.shown().find((each) => each.includes('line 1.')) ?? '';
      return {
        times: /\d\d:\d\d/.test(row),
        levels: records(viewer).length === 0 ? 'none' : 'some',
        date: /^ *2\d{3}-/.test(row),
      };
    };
    await terminal.stable();
    const shown = seen();
    await terminal.press('C-c', 'C-c');
    await terminal.waitForExit();
    return shown;
  };
  const seed = new Viewer(server, await openProgram(['--host', server.url]));
  seed.write('alpha', 1);
  await seed.terminal.dispose();

  await configure('time = "off"\n');
  expect(await look([])).toMatchObject({times: false});
  // No key was pressed: the file's new line holds for the tab that comes back.
  await configure('time = "utc"\n');
  expect(await look([])).toMatchObject({times: true, date: true});
  // From utc on: relative, delta, off.
  await look([], 't', 't', 't');
  expect(await look([])).toMatchObject({times: false});
  expect(await look(['--time', 'utc'])).toMatchObject({times: true, date: true});
  expect(await look(['--fresh'])).toMatchObject({times: true, date: true});
});
