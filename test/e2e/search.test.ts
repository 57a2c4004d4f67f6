import {expect, test} from 'vitest';
import {openViewer, type Viewer} from './viewer.ts';

/** 41 lines with the word, each followed by one without. */
async function openWithHits(): Promise<Viewer> {
  const viewer = await openViewer();
  await viewer.live();
  for (let index = 1; index <= 41; index++) {
    viewer.say('alpha', `connection refused ${index}.`);
    viewer.say('alpha', `all is well ${index}.`);
  }
  await viewer.terminal.waitFor('all is well 41.');
  await viewer.terminal.press('Tab');
  return viewer;
}

test('search as you type paints the hits, n and N walk them and wrap around with a notice', async () => {
  await using viewer = await openWithHits();
  const {terminal} = viewer;
  await terminal.press('/');
  await terminal.type('refused');
  await terminal.waitFor('41 of 41');
  await terminal.waitFor('connection refused 41.');
  expect(terminal.styleOf('refused 41.').inverse).toBe(true);
  expect(terminal.styleOf('connection refused 41.').inverse).toBe(false);
  await terminal.press('Enter');
  await terminal.waitFor(() => viewer.status().includes('/refused  41 of 41'));

  await terminal.press('n');
  await terminal.waitFor('that was the last hit: this is the first');
  await terminal.waitFor('connection refused 1.');
  await terminal.press('n');
  await terminal.waitFor('2 of 41');
  await terminal.press('n');
  await terminal.waitFor('3 of 41');
  await terminal.press('N', 'N');
  await terminal.waitFor('1 of 41');
  await terminal.press('N');
  await terminal.waitFor('that was the first hit: this is the last');
  await terminal.waitFor('connection refused 41.');
});

test('Esc takes the search away, and from the prompt puts everything back', async () => {
  await using viewer = await openWithHits();
  const {terminal} = viewer;
  await terminal.press('g', '/');
  await terminal.type('refused 30');
  await terminal.waitFor('connection refused 30.');
  await terminal.press('Esc');
  await terminal.waitFor('Fresh start');
  expect(viewer.status()).not.toContain('/refused');

  await terminal.press('/');
  await terminal.type('refused 3');
  await terminal.press('Enter');
  await terminal.waitFor(() => /\/refused 3 {2}1 of 11/.test(viewer.status()));
  await terminal.press('Esc');
  await terminal.waitForGone('/refused');
  expect(terminal.styleOf('refused 3.').inverse).toBe(false);
  expect(viewer.header()).toContain('PAUSED');
});

test('a small letter finds both cases, a capital its own; a broken pattern is searched as typed', async () => {
  await using viewer = await openViewer();
  const {terminal} = viewer;
  await viewer.live();
  viewer.say('alpha', 'Kafka (one');
  viewer.say('alpha', 'kafka two');
  await terminal.waitFor('kafka two');
  await terminal.press('Tab', '/');
  await terminal.type('kafka');
  await terminal.waitFor('2 of 2');
  await terminal.press('C-u');
  await terminal.type('Kafka');
  await terminal.waitFor('1 of 1');
  await terminal.press('C-u');
  await terminal.type('kafka (');
  await terminal.waitFor('not a regex: searched as typed');
  await terminal.waitFor('1 of 1');
  await terminal.press('C-u');
  await terminal.type('nothing like it');
  await terminal.waitFor('no match');
});

test('the search goes on over lines that arrive, without a move of the screen', async () => {
  await using viewer = await openWithHits();
  const {terminal} = viewer;
  await terminal.press('/');
  await terminal.type('refused');
  await terminal.press('Enter');
  await terminal.waitFor('41 of 41');
  const before = viewer.pane();
  viewer.say('alpha', 'connection refused 42.');
  await terminal.waitFor('41 of 42');
  expect(viewer.pane()).toEqual(before);
});
