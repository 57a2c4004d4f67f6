import {mkdir, readdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
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

test('S suggests a name with pipeline and time, and saves the log byte for byte', async () => {
  await using viewer = await openWithLines();
  const {terminal} = viewer;
  await terminal.press('S');
  await terminal.waitFor(/save the view to alpha-\d{4}-\d\d-\d\dT\d{6}Z\.log/);
  const name = /alpha-\S+\.log/.exec(viewer.status())?.[0] ?? '';
  await terminal.press('Enter');
  await terminal.waitFor(/saved \d+ lines, \d\.\d kB, to alpha-/);
  expect(await readHome(viewer, name)).toBe(viewer.log('alpha').toString());
  // Nothing of the way there is left.
  expect((await readdir(terminal.home)).filter((file) => !/^\.(?:local|cache)$/.test(file))).toEqual([name]);
});

test('Tab goes through the choices: the selection, the view, all, each with markers or without', async () => {
  await using viewer = await openWithLines();
  const {terminal} = viewer;
  await terminal.press('&');
  await terminal.type('line .5');
  await terminal.press('Enter', '=');
  await terminal.waitFor(/── \d{4}-\d\d-\d\d/);
  await terminal.press('k', 'v', 'k', 'S');
  const choices = ['the selection', 'the view', 'all'].flatMap((what) => [what, `${what} with markers`]);
  for (const choice of [...choices, 'the selection']) {
    await terminal.waitFor(`save ${choice} to `);
    await terminal.press('Tab');
  }
  await terminal.waitFor('save the selection with markers to');
  await terminal.press('Tab');
  await terminal.waitFor('save the view to');
  await terminal.press('Tab');
  await terminal.waitFor('save the view with markers to');
  await saveAs(viewer, 'marked.log');
  await terminal.waitFor(/saved 2 lines, \d+ B, to marked\.log/);
  const log = viewer.log('alpha').toString().split('\n');
  const [first, second, marker, end] = (await readHome(viewer, 'marked.log')).split('\n');
  expect([first, second, end]).toEqual([...log.filter((line) => /line .5\./.test(line)), '']);
  expect(marker).toMatch(/^── .*\d{4}-\d\d-\d\d \d\d:\d\d:\d\d.* ──$/);
});

test('an existing file is replaced only after a second Enter; Esc and another name leave it', async () => {
  await using viewer = await openWithLines();
  const {terminal} = viewer;
  const write = (name: string) => writeFile(path.join(terminal.home, name), 'precious');
  await write('one.log');
  await write('two.log');
  await terminal.press('S');
  await saveAs(viewer, 'one.log');
  await terminal.waitFor('Enter again replaces one.log');
  await terminal.press('Esc');
  await terminal.waitForGone('replaces');
  expect(await readHome(viewer, 'one.log')).toBe('precious');

  // The question was about one file: another name is asked about again.
  await terminal.press('S');
  await saveAs(viewer, 'one.log');
  await terminal.waitFor('Enter again replaces one.log');
  await saveAs(viewer, 'two.log');
  await terminal.waitFor('Enter again replaces two.log');
  expect(await readHome(viewer, 'two.log')).toBe('precious');
  await terminal.press('Enter');
  await terminal.waitFor(/saved \d+ lines, \d\.\d kB, to two\.log/);
  expect(await readHome(viewer, 'two.log')).toBe(viewer.log('alpha').toString());
  expect(await readHome(viewer, 'one.log')).toBe('precious');
});

test('a place where nothing can be saved is named in one line, and the prompt stays', async () => {
  await using viewer = await openWithLines();
  const {terminal} = viewer;
  await mkdir(path.join(terminal.home, 'folder'));
  await terminal.press('S');
  await saveAs(viewer, 'no/such/folder.log');
  await terminal.waitFor('save the view to');
  await terminal.waitFor(/no\/such.*(?:no folder|does not exist|no such)/);
  await saveAs(viewer, 'folder');
  await terminal.waitFor('it is a folder');
  await saveAs(viewer, '');
  await terminal.waitFor('type a file name');
  await saveAs(viewer, '~/folder/all.log');
  await terminal.waitFor(/saved \d+ lines/);
  expect(await readHome(viewer, 'folder/all.log')).toBe(viewer.log('alpha').toString());
});

test('a name that ends in .md saves Markdown evidence', async () => {
  await using viewer = await openWithLines();
  const {terminal} = viewer;
  await terminal.press('&');
  await terminal.type('bell');
  await terminal.press('Enter');
  await terminal.waitForGone('line 25.');
  await terminal.press('S');
  await saveAs(viewer, 'evidence.md');
  await terminal.waitFor(/saved Markdown, \d+ B, to evidence\.md/);
  const evidence = await readHome(viewer, 'evidence.md');
  expect(evidence).toContain('**Log of `alpha` on `127.0.0.1:');
  expect(evidence).toMatch(/- Lines: 1\n(?:- .*\n)*- Filters: `bell`\n/);
  expect(evidence).toMatch(/```text\n\[alpha\] \S+ {2}INFO dbsp_adapters::controller: {2}red \^Gbell\n```\n$/);
});
