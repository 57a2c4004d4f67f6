import {expect, test} from 'vitest';
import {currentLine, filterRow} from './find-helpers.ts';
import {openViewer, type Viewer} from './viewer.ts';

/** Two runs of 30 lines, then a restart of the runner and 30 more. Wide enough for the whole row of the run. */
async function openWithRuns(): Promise<Viewer> {
  const viewer = await openViewer({pipelines: ['alpha'], cols: 140});
  const {server, terminal} = viewer;
  await viewer.live();
  viewer.write('alpha', 30, 'first');
  server.pipeline('alpha').stop();
  server.pipeline('alpha').start();
  viewer.write('alpha', 30, 'second');
  await terminal.waitFor('second 60.');
  server.killRunner();
  server.startRunner();
  viewer.write('alpha', 30, 'third');
  await terminal.waitFor('third 90.');
  await viewer.live();
  await terminal.press('Tab');
  return viewer;
}

/** The row above the log: below the tab bar, or below the banner that a failed pipeline gets once the list says so. */
const runRow = ({terminal}: Viewer) => {
  const rows = [terminal.row(2), terminal.row(3)].map((row) => row.split('│')[1]?.trim() ?? '');
  return rows.find((row) => row.startsWith('run ')) ?? '';
};

async function marked({terminal}: Viewer, text: string): Promise<void> {
  await terminal.waitFor(() => currentLine(terminal).text.includes(text), {hint: `${text} is marked`});
}

const restart = "runner restarted · server's log cleared";
const secondStart = 'Resources transition: stopped -> provisioning';

test('{ and } go from run to run and to the restart of the runner', async () => {
  await using viewer = await openWithRuns();
  const {terminal} = viewer;
  await terminal.press('{');
  await marked(viewer, restart);
  await terminal.press('{');
  await marked(viewer, secondStart);
  expect(terminal.row(currentLine(terminal).row - 4)).toContain('first 30.');
  await terminal.press('{');
  await marked(viewer, 'Fresh start of pipeline logs');
  await terminal.press('{');
  await terminal.waitFor('no run, gap or restart before this line');
  await terminal.press('}');
  await marked(viewer, secondStart);
  await terminal.press('}');
  await marked(viewer, restart);
  await terminal.press('}');
  await terminal.waitFor('no run, gap or restart after this line');
});

test('the row above the log says which run it is in, since when, and how it ended', async () => {
  await using viewer = await openWithRuns();
  const {terminal} = viewer;
  const time = '(?:\\d{4}-\\d\\d-\\d\\d )?\\d\\d:\\d\\d:\\d\\d';
  const says = (pattern: string) =>
    terminal.waitFor(() => new RegExp(`^${pattern}$`).test(runRow(viewer)), {hint: pattern});
  await says('run 3 of 3 · state unknown · its start is not in the log');
  await terminal.press('g');
  await says(`run 1 of 3 · stopped · ${time} – ${time}`);
  await terminal.press('}');
  await marked(viewer, secondStart);
  await terminal.press('PageDown');
  await says(`run 2 of 3 · last running · ${time} – ${time}`);

  viewer.server.pipeline('alpha').fail('exit status: 101');
  await terminal.press('G');
  await terminal.waitFor('stopping -> stopped');
  await says(`run 3 of 3 · stopped, failed · until ${time}`);
});

test('R shows this run only, and all of them again', async () => {
  await using viewer = await openWithRuns();
  const {terminal} = viewer;
  await terminal.press('{', '{');
  await marked(viewer, secondStart);
  await terminal.press('PageDown', 'R');
  await terminal.waitFor(() => filterRow(terminal).includes('this run'));
  await terminal.press('g');
  await marked(viewer, secondStart);
  expect(currentLine(terminal).row).toBe(3);
  expect(runRow(viewer)).toContain('run 2 of 3');
  await terminal.press('G');
  await terminal.waitFor('second 60.');
  expect(terminal.text()).not.toMatch(/first \d|third \d/);
  await terminal.press('k');
  await marked(viewer, 'second 59.');
  const {row} = currentLine(terminal);
  await terminal.press('R');
  await terminal.waitForGone('this run');
  await marked(viewer, 'second 59.');
  expect(currentLine(terminal).row).toBe(row);
  await terminal.press('j', 'j', 'j');
  await marked(viewer, 'Fresh start');
  expect(terminal.text()).toContain(restart);
});
