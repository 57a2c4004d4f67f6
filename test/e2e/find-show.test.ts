import {expect, test} from 'vitest';
import {formatMicros, jsonLine, plainLine} from '../../source/demo/log-lines.ts';
import {currentLine, records} from './find-helpers.ts';
import {openViewer, type Viewer} from './viewer.ts';

const minute = 60_000;

/** Three lines of more than ten minutes ago, a second and a half apart; local time is nine hours ahead. */
async function openOnThree(): Promise<{viewer: Viewer; at: (line: number) => string}> {
  // Half a minute more: the age of a line is to be the same all through a test.
  const begun = Date.now() - 10.5 * minute;
  const at = (line: number) => formatMicros((begun + line * 1500) * 1000);
  const viewer = await openViewer({
    env: {TZ: 'Asia/Tokyo'},
    server: {scenario: (server) => server.addPipeline('alpha', {now: () => begun - minute}).start()},
  });
  const {terminal} = viewer;
  await viewer.live();
  for (let line = 1; line <= 3; line++) {
    const event = {level: 'INFO' as const, target: 'dbsp_adapters::controller', message: `connection ${line} refused.`};
    viewer.server.pipeline('alpha').write(plainLine({name: 'alpha'}, at(line), event));
  }
  await terminal.waitFor('connection 3 refused.');
  await terminal.press('Tab');
  return {viewer, at};
}

test('* paints several patterns, each in its colour, and hides nothing; Esc takes the last one away', async () => {
  const {viewer} = await openOnThree();
  await using _ = viewer;
  const {terminal} = viewer;
  const before = records(viewer);
  for (const pattern of ['connection', 'refused']) {
    await terminal.press('*');
    await terminal.type(pattern);
    await terminal.press('Enter');
  }
  const colour = (text: string) => terminal.styleOf(text).bg;
  await terminal.waitFor(() => colour('refused') !== undefined);
  expect([colour('connection 2'), colour('2 refused'), colour('refused.')]).toEqual(['cyan', undefined, 'green']);
  expect(records(viewer)).toEqual(before);
  // A search is painted over them.
  await terminal.press('/');
  await terminal.type('refused');
  await terminal.waitFor('3 of 3');
  await terminal.press('Enter');
  expect(terminal.styleOf('refused').inverse).toBe(true);
  expect(terminal.styleOf('connection 2')).toMatchObject({bg: 'cyan', inverse: false});

  await terminal.press('Esc');
  await terminal.waitFor(() => terminal.styleOf('refused').bg !== 'green');
  expect(colour('connection 2')).toBe('cyan');
  await terminal.press('Esc');
  await terminal.waitFor(() => colour('connection 2') === undefined);
  expect(viewer.status()).toContain('/refused');
  await terminal.press('Esc');
  await terminal.waitForGone('/refused');
});

test('t goes through all ways to show times', async () => {
  const {viewer, at} = await openOnThree();
  await using _ = viewer;
  const {terminal} = viewer;
  const row = () => viewer.shown().find((each) => each.includes('connection 2')) ?? '';
  const sent = at(2).slice(11, 23);
  const local = new Date(Date.parse(at(2)) + 9 * 60 * minute).toISOString().slice(11, 23);
  expect(row()).toContain(`${sent} INFO `);
  for (const [notice, column] of [
    ['local times', local],
    ['times in UTC, with the date', `${at(2).slice(0, 10)} ${sent}`],
    ['age of each line', /^-10 min$/],
    ['time since the previous line', /^\+1\.500$/],
    ['no times', ''],
    ['times as sent', sent],
  ] as const) {
    await terminal.press('t');
    await terminal.waitFor(notice);
    const shown = row().slice(0, row().indexOf('INFO')).trim();
    if (typeof column === 'string') expect(shown, notice).toBe(column);
    else expect(shown, notice).toMatch(column);
    // What follows the column is as it was.
    expect(row(), notice).toContain('INFO  connection 2 ref');
  }
});

test('# numbers the lines, J shows them as sent, z gives them the whole width', async () => {
  const {viewer, at} = await openOnThree();
  await using _ = viewer;
  const {terminal} = viewer;
  const row = () => viewer.shown().find((each) => each.includes('connection 2')) ?? '';
  await terminal.press('#');
  // After five lines of the runner.
  await terminal.waitFor(() => /^ *7 \d\d:/.test(row()));
  await terminal.press('#');
  await terminal.waitFor(() => /^ *\d\d:/.test(row()));
  await terminal.press('z');
  await terminal.waitForGone('│');
  await terminal.press('J');
  await terminal.waitFor('as sent');
  expect(terminal.text()).toContain(`[alpha] ${at(2)}  INFO dbsp_adapters::controller:  c`);
  await terminal.press('J', 'z');
  await terminal.waitFor('│');
  await terminal.waitFor(() => row().includes('INFO  connection 2 refused.'));
});

test('Enter shows a record in full, j and k the next and the previous one', async () => {
  const {viewer} = await openOnThree();
  await using _ = viewer;
  const {terminal, server} = viewer;
  const pipeline = server.pipeline('alpha');
  const long = 'x'.repeat(300);
  const event = {
    level: 'WARN' as const,
    target: 'a::kafka',
    message: 'retrying',
    fields: {topic: 'orders', attempt: 3, long},
  };
  pipeline.write(jsonLine(pipeline, '2026-11-25T09:08:47.372844Z', event));
  viewer.say('alpha', 'last one.', 'ERROR');
  await terminal.waitFor('last one.');
  await terminal.press('k', 'Enter');
  await terminal.waitFor(/alpha +line 9/);
  const page = terminal.text();
  for (const fact of [
    /time +2026-11-25 09:08:47\.372844 UTC/,
    /local +2026-11-25 18:08:47\.372 UTC\+09:00/,
    /level +WARN/,
    /target +a::kafka/,
    'retrying',
    /topic +orders/,
    /attempt +3/,
  ]) {
    expect(page).toMatch(fact);
  }
  expect(page.match(/x{20,}/g)?.join('').length).toBeGreaterThanOrEqual(300);
  await terminal.press('G');
  await terminal.waitFor('"attempt": 3');

  await terminal.press('j');
  await terminal.waitFor(/alpha +line 10/);
  await terminal.waitFor('last one.');
  await terminal.press('j');
  await terminal.waitFor('this is the last record');
  await terminal.press('k', 'k');
  await terminal.waitFor(/alpha +line 8/);
  await terminal.waitFor('connection 3 refused.');
  await terminal.press('Esc');
  await terminal.waitFor(() => currentLine(terminal).text.endsWith('connection 3 refused.'));
});
