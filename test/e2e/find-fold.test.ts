import {expect, test} from 'vitest';
import {currentLine, filterRow, records} from './find-helpers.ts';
import {openViewer, type Viewer} from './viewer.ts';

/** 5,000 lines that say the same but for their numbers, and one that does not, after the 2,500th. */
async function openWithAlike(): Promise<Viewer> {
  const viewer = await openViewer({pipelines: ['alpha'], cols: 100});
  const {terminal} = viewer;
  await viewer.live();
  for (let n = 1; n <= 5000; n++) {
    viewer.say('alpha', `batch ${n} took ${n % 97} ms.`);
    if (n === 2500) viewer.say('alpha', 'batch lost.', 'ERROR');
  }
  await terminal.waitFor('batch 5000 took');
  await terminal.press('Tab');
  return viewer;
}

/** What is on the screen once records are folded. */
const folded = ['INFO batch 1 took 1 ms. ×2,500', 'ERROR batch lost.', 'INFO batch 2501 took 76 ms. ×2,500'];

/** The records of the process, target and run of blanks left out. */
const batches = (viewer: Viewer) =>
  records(viewer)
    .filter((record) => record.includes('batch'))
    .map((record) => record.replace(/ controller +/, ' ').replace(/ {2,}/g, ' '));

async function fold(viewer: Viewer): Promise<void> {
  await viewer.terminal.press('f');
  await viewer.terminal.waitFor('×2,500');
  await viewer.terminal.press('g');
  await viewer.terminal.waitFor(() => currentLine(viewer.terminal).text.includes('Fresh start'));
}

test('f makes thousands of lines alike one row with its count, and the one that differs stands out', async () => {
  await using viewer = await openWithAlike();
  const {terminal} = viewer;
  await fold(viewer);
  expect(batches(viewer)).toEqual(folded);
  const {row} = terminal.find('batch lost') ?? {row: 0};
  expect(terminal.styleOf('ERROR')).toMatchObject({fg: 'red', bold: true});
  expect(terminal.cell(row, terminal.row(row).indexOf('│') + 2)).toMatchObject({fg: 'red', inverse: true});
  // What comes joins its fold.
  viewer.say('alpha', 'batch 5001 took 54 ms.');
  await terminal.waitFor('×2,501');
  await terminal.press('f');
  await terminal.waitForGone('×2,501');
});

test('o and Enter open a folded row in place, and o closes it', async () => {
  await using viewer = await openWithAlike();
  const {terminal} = viewer;
  await fold(viewer);
  // After five lines of the runner, 2,500 alike, and the one that differs.
  await terminal.press(':');
  await terminal.type('2507');
  await terminal.press('Enter');
  await terminal.waitFor(() => currentLine(terminal).text.includes('batch 2501 took'));
  const {row} = currentLine(terminal);
  await terminal.press('o');
  await terminal.waitFor('batch 2502 took');
  expect(currentLine(terminal)).toMatchObject({row, text: expect.stringContaining('batch 2501 took')});
  expect(batches(viewer).slice(0, 4)).toEqual([
    ...folded.slice(0, 2),
    'INFO batch 2501 took 76 ms.',
    'INFO batch 2502 took 77 ms.',
  ]);
  await terminal.press('j', 'j', 'o');
  await terminal.waitForGone('batch 2502 took');
  expect(batches(viewer)).toEqual(folded);
  expect(currentLine(terminal).text).toContain('batch 2501 took');

  await terminal.press('Enter');
  await terminal.waitFor('batch 2502 took');
  await terminal.press('Enter');
  await terminal.waitFor('dbsp_adapters::controller', {hint: 'the record in full'});
  await terminal.press('Esc', 'o');
  await terminal.waitFor(() => batches(viewer).length === 3);
});

test('- hides all records alike, and says of what shape and how many', async () => {
  await using viewer = await openWithAlike();
  const {terminal} = viewer;
  await terminal.press('p', '-');
  await terminal.waitFor(() => filterRow(terminal).includes(' -5,000'));
  expect(filterRow(terminal)).toContain('not like: batch # took # ms.');
  await terminal.waitFor('batch lost.');
  expect(batches(viewer)).toEqual(['ERROR batch lost.']);
  viewer.say('alpha', 'batch 5001 took 1 ms.');
  await terminal.waitFor(() => filterRow(terminal).includes(' -5,001'));
  await terminal.press('Esc');
  await terminal.waitFor('batch 2500 took');
});

test('a hit inside a folded row opens it', async () => {
  await using viewer = await openWithAlike();
  const {terminal} = viewer;
  await fold(viewer);
  await terminal.press('/');
  await terminal.type('batch 4321 ');
  await terminal.waitFor('1 of 1');
  await terminal.waitFor(() => currentLine(terminal).text.includes('batch 4321 took'));
  await terminal.press('Enter');
  expect(terminal.styleOf('batch 4321 ').inverse).toBe(true);
  expect(terminal.text()).toContain('batch 4320 took');
});
