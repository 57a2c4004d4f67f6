import {expect, test} from 'vitest';
import {currentLine, filterRow} from './find-helpers.ts';
import {openViewer, type Viewer} from './viewer.ts';

/** Backtracks for longer than anyone lives on a line of 200 letters. */
const hostile = '(a+)+b';

async function openOnLetters(): Promise<Viewer> {
  const viewer = await openViewer();
  const {terminal} = viewer;
  await viewer.live();
  for (let n = 1; n <= 50; n++) viewer.say('alpha', `${n}. ${'a'.repeat(200)}`);
  viewer.write('alpha', 3);
  await terminal.waitFor('line 3.');
  await terminal.press('Tab');
  return viewer;
}

test('a pattern that would search for ever is stopped and named, and keys act', async () => {
  await using viewer = await openOnLetters();
  const {terminal} = viewer;
  await terminal.press('/');
  await terminal.type(hostile);
  await terminal.waitFor('stopped: this pattern takes too long');
  await terminal.press('Enter');
  await terminal.waitFor(() => viewer.status().includes(`/${hostile}  stopped: this pattern takes too long`));
  await terminal.press('k', 'k');
  await terminal.waitFor(() => currentLine(terminal).text.endsWith('line 1.'));
  await terminal.press('n');
  await terminal.waitFor('takes too long');
  viewer.write('alpha');
  await terminal.press('G');
  await terminal.waitFor('line 4.');
  // Another pattern is searched for as ever.
  await terminal.press('/');
  await terminal.type('line \\d');
  await terminal.waitFor('4 of 4');
});

test('a filter of such a pattern lets everything pass, and says so', async () => {
  await using viewer = await openOnLetters();
  const {terminal} = viewer;
  await terminal.press('&');
  await terminal.type(hostile);
  await terminal.press('Enter');
  await terminal.waitFor(() => filterRow(terminal).includes(`${hostile} takes too long: off`));
  expect(viewer.countShown('line ')).toBe(3);
  await terminal.press('&');
  await terminal.type('line \\d');
  await terminal.press('Enter');
  await terminal.waitFor(() => filterRow(terminal).includes('line \\d -55'));
  await terminal.waitFor(() => viewer.countShown('aaa') === 0);
  expect(filterRow(terminal)).toContain('takes too long: off');
});

test('a highlight of such a pattern paints nothing and is named, and keys act', async () => {
  await using viewer = await openOnLetters();
  const {terminal} = viewer;
  await terminal.press('*');
  await terminal.type(hostile);
  await terminal.press('Enter', 'k', 'k');
  await terminal.waitFor(() => currentLine(terminal).text.endsWith('line 1.'));
  expect(terminal.styleOf('aaa').bg).toBe(undefined);
  expect(viewer.status()).toContain(`*${hostile} stopped: takes too long`);
});
