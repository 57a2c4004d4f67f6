import {expect, test} from 'vitest';
import {currentLine, filterRow, records} from './find-helpers.ts';
import {openViewer, type Viewer, type ViewerOptions} from './viewer.ts';

/** Lines of the runner before the first of the process: the fresh start, and four transitions. */
const managerLines = 5;

const levelOf = (n: number) => (n % 2 === 0 ? 'WARN' : 'INFO');
const textOf = (n: number) => `${n % 3 === 0 ? 'refused' : 'answered'} by peer ${n}${n % 5 === 0 ? ' out' : ''}.`;

/** 300 lines; every third says `refused`, every second is a warning, every fifth says `out`. The 144th is marked. */
async function openAt144(options: ViewerOptions = {}): Promise<Viewer> {
  const viewer = await openViewer(options);
  const {terminal} = viewer;
  await viewer.live();
  for (let n = 1; n <= 300; n++) viewer.say('alpha', textOf(n), levelOf(n));
  await terminal.waitFor('by peer 300');
  await terminal.press('Tab', ':');
  await terminal.type(String(managerLines + 144));
  await terminal.press('Enter');
  await terminal.waitFor(() => currentLine(terminal).text.endsWith('refused by peer 144.'));
  return viewer;
}

async function addFilter(viewer: Viewer, text: string, sight: string): Promise<void> {
  await viewer.terminal.press('&');
  await viewer.terminal.type(text);
  await viewer.terminal.press('Enter');
  await viewer.terminal.waitFor(() => filterRow(viewer.terminal).includes(sight), {hint: sight});
}

test('filters stack and peel while the line under the eye stays in its row; each says how many records it hides', async () => {
  await using viewer = await openAt144();
  const {terminal} = viewer;
  const before = viewer.pane();
  const eye = currentLine(terminal);
  const seen = () => records(viewer).map((record) => Number(/peer (\d+)/.exec(record)?.[1]));

  await addFilter(viewer, 'refused', 'refused -205');
  expect(currentLine(terminal)).toEqual(eye);
  expect(seen().every((n) => n % 3 === 0)).toBe(true);
  await terminal.press('L', 'L', 'L');
  await terminal.waitFor(() => filterRow(terminal).includes('level:warn -155'));
  expect(currentLine(terminal)).toEqual(eye);
  expect(seen().every((n) => n % 6 === 0)).toBe(true);
  await addFilter(viewer, '!out', '!out -60');
  expect(filterRow(terminal)).toContain('&  refused -205  level:warn -155  !out -60');
  expect(currentLine(terminal)).toEqual(eye);
  expect(seen().every((n) => n % 6 === 0 && n % 5 !== 0)).toBe(true);
  // And all of those, one after the other.
  const wanted = Array.from({length: 300}, (_, index) => index + 1).filter((n) => n % 6 === 0 && n % 5 !== 0);
  const from = wanted.indexOf(seen()[0] ?? 0);
  expect(seen()).toEqual(wanted.slice(from, from + seen().length));

  await terminal.press('\\');
  await terminal.waitFor(() => filterRow(terminal).includes('all off'));
  expect(currentLine(terminal)).toEqual(eye);
  expect(terminal.row(eye.row + 1)).toContain('answered by peer 145 out.');
  await terminal.press('\\');
  await terminal.waitFor(() => filterRow(terminal).includes('!out -60'));
  expect(currentLine(terminal)).toEqual(eye);

  await terminal.press('Esc');
  await terminal.waitForGone('!out');
  await terminal.waitFor('by peer 150 out.');
  expect(currentLine(terminal)).toEqual(eye);
  await terminal.press('Esc');
  await terminal.waitForGone('level:warn');
  await terminal.waitFor('by peer 147.');
  expect(currentLine(terminal)).toEqual(eye);
  await terminal.press('Esc');
  await terminal.waitForGone('refused -');
  await terminal.waitFor('by peer 145');
  expect(viewer.pane()).toEqual(before);
});

test('a filter that leaves too little to keep the row puts the line back where it was', async () => {
  await using viewer = await openAt144();
  const {terminal} = viewer;
  const before = viewer.pane();
  await addFilter(viewer, 'peer 14[34]', 'peer 14[34] -303');
  await terminal.waitFor(() => records(viewer).length === 2);
  expect(currentLine(terminal).text).toContain('by peer 144.');
  await addFilter(viewer, 'nothing like it', 'nothing like it -305');
  await terminal.waitFor('everything is hidden by filters');
  // There is nothing for these keys to act on.
  await terminal.press('k', 'n', 'e', 'Enter', 'Esc');
  await terminal.waitFor(() => records(viewer).length === 2);
  await terminal.press('Esc');
  await terminal.waitFor('by peer 145');
  expect(viewer.pane()).toEqual(before);
});

test('the line under the eye stays on the screen when the first filter takes the row that it is in', async () => {
  await using viewer = await openAt144();
  const {terminal} = viewer;
  await terminal.press('G', 'p');
  await terminal.waitFor(() => currentLine(terminal).text.includes('by peer 300'));
  const {row} = currentLine(terminal);
  await addFilter(viewer, 'refused', 'refused -205');
  await terminal.waitFor(() => !terminal.text().includes('answered'));
  expect(currentLine(terminal).text).toContain('by peer 300');
  expect(currentLine(terminal).row).toBe(row - 1);
  await terminal.press('Esc');
  await terminal.waitFor('answered by peer 299');
  expect(currentLine(terminal).text).toContain('by peer 300');
});

test('a line in the last row moves up by no more than the row that the filters take', async () => {
  await using viewer = await openAt144();
  const {terminal} = viewer;
  for (let n = 145; n <= 156; n++) await terminal.press('j');
  await terminal.waitFor(() => currentLine(terminal).text.includes('by peer 156'));
  const {row} = currentLine(terminal);
  expect(row).toBe(terminal.rows - 3);
  await addFilter(viewer, 'refused', 'refused -205');
  await terminal.waitFor(() => !terminal.text().includes('answered'));
  expect(currentLine(terminal)).toMatchObject({row: row - 1, text: expect.stringContaining('by peer 156')});
});

test('new lines are filtered as they come', async () => {
  await using viewer = await openAt144();
  const {terminal} = viewer;
  await addFilter(viewer, 'refused', 'refused -205');
  await addFilter(viewer, 'level:warn', 'level:warn -155');
  await terminal.press('G');
  await terminal.waitFor('refused by peer 300');
  viewer.say('alpha', 'refused by peer 301.');
  viewer.say('alpha', 'answered by peer 302.', 'WARN');
  viewer.say('alpha', 'refused by peer 303.', 'ERROR');
  await terminal.waitFor('ERROR refused by peer 303.');
  await terminal.waitFor(() => filterRow(terminal).includes('refused -206  level:warn -156'));
  expect(records(viewer).slice(-2)).toEqual(['WARN refused by peer 300 out.', 'ERROR refused by peer 303.']);
});

test('x shows matches in their context, which is dim, and only matches again', async () => {
  await using viewer = await openAt144();
  const {terminal} = viewer;
  await addFilter(viewer, 'peer 144', 'peer 144 -304');
  await terminal.waitFor(() => records(viewer).length === 1);
  await terminal.press('x');
  await terminal.waitFor('3 around each match');
  await terminal.waitFor(() => records(viewer).length === 7);
  expect(records(viewer)).toEqual([141, 142, 143, 144, 145, 146, 147].map((n) => `${levelOf(n)} ${textOf(n)}`));
  for (const n of [141, 142, 143, 145, 146, 147]) expect(terminal.styleOf(`by peer ${n}`).dim, String(n)).toBe(true);
  expect(terminal.styleOf('by peer 144').dim).toBe(false);
  await terminal.press('x');
  await terminal.waitFor('10 around each match');
  await terminal.press('x');
  await terminal.waitFor(() => records(viewer).length === 1);
});

test('a filter is edited with the arrow key, or taken away by emptying it; a wrong one says why in one line', async () => {
  await using viewer = await openAt144();
  const {terminal} = viewer;
  await addFilter(viewer, 'refused', 'refused -205');
  await addFilter(viewer, '!out', '!out -60');
  await terminal.press('&', 'Up');
  await terminal.waitFor('& (editing) !out');
  await terminal.press('Up');
  await terminal.waitFor('& (editing) refused');
  await terminal.type(' by peer 1');
  await terminal.press('Enter');
  // Of 1, 10 to 19 and 100 to 199 those that 3 divides: 0 + 3 + 33.
  await terminal.waitFor(() => filterRow(terminal).includes(`refused by peer 1 -${305 - 36}`));
  expect(filterRow(terminal)).toContain('!out -60');

  await terminal.press('&', 'Up', 'C-u', 'Enter');
  await terminal.waitForGone('!out');
  expect(filterRow(terminal)).toContain('refused by peer 1');
  await terminal.press('&');
  await terminal.type('level:loud');
  await terminal.press('Enter');
  await terminal.waitFor('no level "loud"');
  await terminal.press('Esc');
  expect(filterRow(terminal)).not.toContain('loud');
});

test('a gives the filters to the other tabs, which count for themselves', async () => {
  await using viewer = await openAt144({args: ['alpha', 'beta']});
  const {terminal} = viewer;
  for (let n = 1; n <= 9; n++) viewer.say('beta', textOf(n), levelOf(n));
  await addFilter(viewer, 'refused', 'refused -205');
  await terminal.press('a');
  await terminal.waitFor('the other tab has these filters now');
  await terminal.press('2');
  await terminal.waitFor(() => filterRow(terminal).includes('refused -11'));
  expect(records(viewer)).toEqual([3, 6, 9].map((n) => `${levelOf(n)} ${textOf(n)}`));
  await terminal.press('Esc');
  await terminal.waitFor('answered by peer 1.');
  await terminal.press('1');
  await terminal.waitFor(() => filterRow(terminal).includes('refused -205'));
});
