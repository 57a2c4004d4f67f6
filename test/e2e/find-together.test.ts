import {expect, test} from 'vitest';
import {currentLine, filterRow, inverseText, pour, records} from './find-helpers.ts';
import {openViewer, type Viewer} from './viewer.ts';

async function typeAt({terminal}: Viewer, key: string, text: string): Promise<void> {
  await terminal.press(key);
  await terminal.type(text);
  await terminal.press('Enter');
}

/** 200 lines; every fourth is a warning, every tenth says `refused`. */
async function openOnMixed(): Promise<Viewer> {
  const viewer = await openViewer();
  await viewer.live();
  for (let n = 1; n <= 200; n++) {
    viewer.say('alpha', `${n % 10 === 0 ? 'refused' : 'served'} by peer ${n}.`, n % 4 === 0 ? 'WARN' : 'INFO');
  }
  await viewer.terminal.waitFor('by peer 200.');
  await viewer.terminal.press('Tab');
  return viewer;
}

test('a search counts and walks what the filters leave, and all of it again without them', async () => {
  await using viewer = await openOnMixed();
  const {terminal} = viewer;
  await typeAt(viewer, '/', 'refused');
  await terminal.waitFor('20 of 20');
  await typeAt(viewer, '&', 'level:warn');
  // Every twentieth is both.
  await terminal.waitFor('10 of 10');
  await terminal.press('N');
  await terminal.waitFor('9 of 10');
  expect(currentLine(terminal).text).toContain('refused by peer 180.');
  expect(inverseText(terminal, currentLine(terminal).row).trim()).toBe('refused');
  await terminal.press('Esc');
  await terminal.waitFor('18 of 20');
  await terminal.press('N');
  await terminal.waitFor('17 of 20');
  expect(currentLine(terminal).text).toContain('refused by peer 170.');
});

test('what a filter hides and is asked for is said to be hidden; a drawn line passes every filter', async () => {
  await using viewer = await openOnMixed();
  const {terminal} = viewer;
  await typeAt(viewer, '&', 'refused');
  await terminal.waitFor(() => filterRow(terminal).includes('refused -185'));
  await typeAt(viewer, ':', '100');
  await terminal.waitFor('hidden by a filter');
  // Line 100 is the 95th of the process.
  await terminal.waitFor(() => currentLine(terminal).text.includes('refused by peer 100.'));
  await terminal.press('G', '=');
  await terminal.waitFor(/─ \d{4}-\d\d-\d\d \d\d:\d\d:\d\d ─/);
});

test('R leaves out the run that begins later', async () => {
  await using viewer = await openOnMixed();
  const {terminal, server} = viewer;
  await terminal.press('p', 'R');
  await terminal.waitFor(() => filterRow(terminal).includes('this run'));
  await terminal.press('G');
  viewer.say('alpha', 'still this run.');
  await terminal.waitFor('still this run.');
  server.pipeline('alpha').stop();
  server.pipeline('alpha').start();
  viewer.say('alpha', 'the next run.');
  await terminal.waitFor(() => filterRow(terminal).includes('this run -5'), {hint: 'four of the runner and one'});
  await terminal.waitFor('Resources transition: stoppi');
  expect(terminal.text()).not.toContain('the next run.');
  await terminal.press('Esc');
  await terminal.waitFor('the next run.');
});

test('while 2,000 lines a second arrive the line under the eye moves in no frame, whatever the filters', async () => {
  await using viewer = await openOnMixed();
  const {terminal} = viewer;
  // After five lines of the runner: enough of what the filters leave stands above it.
  await typeAt(viewer, ':', '185');
  await terminal.waitFor(() => currentLine(terminal).text.includes('refused by peer 180.'));
  const eye = currentLine(terminal);
  const stop = new AbortController();
  const writer = pour((n) => viewer.say('alpha', `${n % 10 === 0 ? 'refused' : 'served'} later ${n}.`, 'WARN'), {
    perSecond: 2000,
    signal: stop.signal,
  });
  const moved: string[] = [];
  const end = terminal.eachFrame(() => {
    if (!terminal.row(eye.row).includes('▸') || !terminal.row(eye.row).includes(eye.text)) moved.push(terminal.text());
  });
  await typeAt(viewer, '&', 'refused');
  await terminal.waitFor(() => /refused -[\d,]+/.test(filterRow(terminal)));
  await typeAt(viewer, '&', 'level:warn');
  await terminal.waitFor(() => /level:warn -[\d,]+/.test(filterRow(terminal)));
  for (const [key, done] of [
    ['\\', 'all off'],
    ['\\', /level:warn -\d/],
    ['x', '3 around each match'],
    ['x', '10 around each match'],
    ['x', /level:warn -[\d,]+ *$/],
    ['Esc', /refused -[\d,]+ *$/],
  ] as const) {
    await terminal.press(key);
    await terminal.waitFor(() => filterRow(terminal).search(done) !== -1, {hint: `${key}: ${done}`});
  }
  await terminal.press('Esc');
  await terminal.waitFor('served by peer 181.');
  end();
  stop.abort();
  const written = await writer;
  expect(moved[0] ?? '').toBe('');
  // And the counts are those of what was written.
  await typeAt(viewer, '&', 'refused');
  const hidden = 5 + 180 + written - Math.floor(written / 10);
  await terminal.waitFor(() => filterRow(terminal).includes(`refused -${hidden.toLocaleString('en-US')}`));
  expect(records(viewer).length).toBeGreaterThan(0);
});
