import {readdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {eventually} from '../harness/eventually.ts';
import {isOnNode, openProgram} from '../harness/program.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {openViewer, Viewer} from './viewer.ts';

/** Lines that the test writes: ten times what the scrollback holds. */
const lines = 6_000;

async function search({terminal}: Viewer, text: string): Promise<void> {
  await terminal.press('/');
  await terminal.type(text);
  await terminal.press('Enter');
}

test('the pane scrolls and searches beyond memory into the recording, in this run and in the next', async () => {
  await using home = await temporaryDirectory();
  const args = ['--record', home.path, '--scrollback', '64KiB'];
  await using viewer = await openViewer({args: [...args, 'alpha'], pipelines: ['alpha']});
  const {terminal} = viewer;
  await viewer.live();
  for (let written = 0; written < lines; written += 500) {
    viewer.write('alpha', 500);
    await terminal.waitFor(`line ${written + 500}.`);
  }
  await terminal.press('g');
  await terminal.waitFor('line 1.');
  await search(viewer, 'line 17\\.');
  await terminal.waitFor('1 of 1');
  await terminal.waitFor('line 17.');
  expect(viewer.status()).not.toContain('dropped');
  await terminal.press('q', 'q');
  await terminal.waitForExit();
  expect((await readdir(home.path)).map((folder) => folder.split('--')[0])).toEqual(['alpha']);

  viewer.write('alpha', 1, 'meanwhile');
  const again = await openProgram(['--host', viewer.server.url, ...args, 'alpha']);
  await using next = new Viewer(viewer.server, again);
  await next.live(`meanwhile ${lines + 1}.`);
  await again.waitFor('pipetail was not running · reconnected after');
  await again.press('g');
  await again.waitFor('line 1.');
  await search(next, 'line 4242\\.');
  await again.waitFor('1 of 1');
  await again.waitFor('line 4242.');
});

test('a second program on the same folder shows what is recorded, and its own lines', async () => {
  await using home = await temporaryDirectory();
  const args = ['--record', path.join(home.path, 'records'), 'alpha'];
  await using viewer = await openViewer({args, pipelines: ['alpha']});
  await viewer.live();
  viewer.write('alpha', 3);
  await viewer.terminal.waitFor('line 3.');
  const other = await openProgram(['--host', viewer.server.url, ...args]);
  await using second = new Viewer(viewer.server, other);
  await second.live('line 3.');
  expect(second.header()).toContain('recorded elsewhere');
  expect(viewer.header()).toMatch(/\bREC\b/);
  viewer.write('alpha', 1);
  await other.waitFor('line 4.');
  expect(second.countShown('line 2.')).toBe(1);
});

test('W records the shown tab, with what memory holds, and ends it', async () => {
  await using viewer = await openViewer({args: ['alpha', 'beta']});
  const {terminal} = viewer;
  await viewer.live();
  viewer.write('alpha', 3);
  await terminal.waitFor('line 3.');
  await terminal.press('W');
  await terminal.waitFor(/alpha: recording since (?:\S+ )?\d\d:\d\d:\d\d UTC to\s+~\/\.local\/state/);
  await terminal.waitFor(() => /\bREC\b/.test(viewer.header()));
  viewer.write('alpha', 1);
  const directory = path.join(terminal.home, '.local/state/pipetail/recordings');
  const [folder = '', ...others] = await readdir(directory);
  expect(folder).toMatch(/^alpha--/);
  expect(others).toEqual([]);
  const file = path.join(directory, folder, '000001.log');
  const recorded = {text: ''};
  await eventually(
    async () => {
      recorded.text = await readFile(file, 'utf8');
      return recorded.text.includes('line 4.');
    },
    () => `line 4 in ${recorded.text}`,
  );
  expect(recorded.text).toBe(viewer.log('alpha').toString());
  await terminal.press('W');
  await terminal.waitFor('press W again to stop: recording since');
  await terminal.press('W');
  await terminal.waitFor(/alpha: no longer recorded · \S+ k?B from /);
  await terminal.waitFor(() => !/\bREC\b/.test(viewer.header()));
});

test('while a server cannot be reached its own recording is shown, and never that of another server', async () => {
  await using home = await temporaryDirectory();
  const args = ['--record', home.path, 'alpha'];
  await using viewer = await openViewer({args, pipelines: ['alpha']});
  await viewer.live();
  viewer.write('alpha', 3);
  await viewer.terminal.waitFor('line 3.');
  await viewer.terminal.press('q', 'q');
  await viewer.terminal.waitForExit();
  await viewer.server.stopApi();

  await using own = await openProgram(['--host', viewer.server.url, ...args]);
  await own.waitFor('line 3.');
  await using other = await openProgram(['--host', 'http://127.0.0.1:9', ...args]);
  await other.waitFor(/reconnecting in \d+ s/);
  expect(other.text()).not.toContain('line 3.');
});

test.skipIf(!isOnNode)('while the disk does not answer, the pane says what it waits for', async () => {
  await using home = await temporaryDirectory();
  const released = path.join(home.path, 'released');
  const preload = path.join(import.meta.dirname, 'held-disk-preload.mjs');
  const env = {NODE_OPTIONS: `--import=${preload}`, PIPETAIL_TEST_RELEASED: released};
  const args = ['--record', path.join(home.path, 'records'), 'alpha'];
  await using viewer = await openViewer({args, env, pipelines: ['alpha']});
  await viewer.terminal.waitFor(/waiting for the recording of alpha, \d+ s/);
  await writeFile(released, '');
  await viewer.live();
});
