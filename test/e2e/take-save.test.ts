import {mkdir, readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {stripVTControlCharacters} from 'node:util';
import {expect, test} from 'vitest';
import {openViewer, type Viewer} from './viewer.ts';

const readHome = async (viewer: Viewer, name: string) => await readFile(path.join(viewer.terminal.home, name), 'utf8');

/** Lines, colours among them, with the log pane focused. */
async function openWithLines(): Promise<Viewer> {
  const viewer = await openViewer({cols: 120});
  await viewer.live();
  viewer.write('alpha', 20);
  viewer.say('alpha', '\u001B[31mred\u001B[0m \u0007bell');
  viewer.write('alpha', 5);
  await viewer.terminal.waitFor('line 25.');
  await viewer.terminal.press('Tab');
  return viewer;
}

/** Types a name over the one that is suggested. */
async function saveAs(viewer: Viewer, name: string): Promise<void> {
  await viewer.terminal.press('C-u');
  await viewer.terminal.type(name);
  await viewer.terminal.press('Enter');
}

const clean = (bytes: Buffer) => stripVTControlCharacters(bytes.toString());

test('S suggests a name with pipeline and time, and saves the log without colours, or byte for byte', async () => {
  await using viewer = await openWithLines();
  const {terminal} = viewer;
  await terminal.press('S');
  await terminal.waitFor(/save the view without colours to alpha-\d{4}-\d\d-\d\dT\d{6}Z\.log/);
  const name = /alpha-\S+\.log/.exec(viewer.status())?.[0] ?? '';
  await terminal.press('Enter');
  await terminal.waitFor(/saved \d+ lines, \d\.\d kB, to \S*alpha-/);
  expect(await readHome(viewer, name)).toBe(clean(viewer.log('alpha')));
  // Nothing of the way there is left.
  expect((await readdir(terminal.home)).filter((file) => !/^\.(?:local|cache)$/.test(file))).toEqual([name]);

  await terminal.press('S', 'Tab');
  await terminal.waitFor('save the view as sent to');
  await saveAs(viewer, 'sent.log');
  await terminal.waitFor(/saved \d+ lines, \d\.\d kB, to \S*sent\.log/);
  expect(await readHome(viewer, 'sent.log')).toBe(viewer.log('alpha').toString());
  expect(viewer.log('alpha').toString()).toContain('\u001B[31mred');
});

test('a place where nothing can be saved is named in one line, and the prompt stays', async () => {
  await using viewer = await openWithLines();
  const {terminal} = viewer;
  await mkdir(path.join(terminal.home, 'folder'));
  await terminal.press('S');
  await saveAs(viewer, 'no/such/folder.log');
  await terminal.waitFor('save the view without colours to');
  await terminal.waitFor(/no\/such.*(?:no folder|does not exist|no such)/);
  await saveAs(viewer, 'folder');
  await terminal.waitFor('it is a folder');
  await saveAs(viewer, '');
  await terminal.waitFor('type a file name');
  await saveAs(viewer, '~/folder/all.log');
  await terminal.waitFor(/saved \d+ lines, \S+ kB, to ~\/folder\/all\.log/);
  expect(await readHome(viewer, 'folder/all.log')).toBe(clean(viewer.log('alpha')));
});
