import {expect, test} from 'vitest';
import {currentLine, filterRow, inverseText, pour} from './find-helpers.ts';
import {openViewer} from './viewer.ts';

test('search as you type while 2,000 lines a second arrive: matches are painted, and counted exactly', async () => {
  await using viewer = await openViewer();
  const {terminal} = viewer;
  await viewer.live();
  const stop = new AbortController();
  const writer = pour((n) => viewer.say('alpha', n % 7 === 0 ? `connection refused ${n}.` : `step ${n} done.`), {
    perSecond: 2000,
    signal: stop.signal,
  });
  await terminal.press('Tab', '/');
  await terminal.type('refused');
  const counted = () => Number(/[\d,]+ of ([\d,]+)/.exec(terminal.row(-2))?.[1]?.replaceAll(',', '') ?? 0);
  await terminal.waitFor(() => counted() > 0);
  await terminal.waitFor(() => viewer.countShown('connection refused') > 0);
  const early = counted();
  await terminal.waitFor(() => counted() > early + 100, {hint: 'the count goes on with the lines'});
  stop.abort();
  const matches = Math.floor((await writer) / 7);

  await terminal.press('Enter');
  const status = (rank: number) => `/refused  ${rank.toLocaleString('en-US')} of ${matches.toLocaleString('en-US')} `;
  await terminal.waitFor(() => viewer.status().includes(` of ${matches.toLocaleString('en-US')} `), {
    hint: `${matches} matches`,
  });
  const rows = terminal.screen().flatMap((text, row) => (text.includes('connection refused') ? [row] : []));
  expect(rows.length).toBeGreaterThan(1);
  for (const row of rows) expect(inverseText(terminal, row).trim()).toBe('refused');

  const rank = Number(/\/refused {2}([\d,]+) of/.exec(viewer.status())?.[1]?.replaceAll(',', ''));
  expect(currentLine(terminal).text).toContain(`connection refused ${rank * 7}.`);
  await terminal.press('N');
  await terminal.waitFor(() => viewer.status().includes(status(rank - 1)));
  expect(currentLine(terminal).text).toContain(`connection refused ${(rank - 1) * 7}.`);
  await terminal.press('n');
  await terminal.waitFor(() => viewer.status().includes(status(rank)));
  await terminal.press('G', 'n');
  await terminal.waitFor('past the last match: now at the first');
  expect(currentLine(terminal).text).toContain('connection refused 7.');
  await terminal.press('j', 'k');
  await terminal.waitFor(() => viewer.status().includes(status(1)));
});

test('a match in what the compact form hides is found, counted, and shown', async () => {
  await using viewer = await openViewer();
  const {terminal} = viewer;
  await viewer.live();
  viewer.write('alpha', 3);
  await terminal.waitFor('line 3.');
  expect(terminal.find('dbsp_adapters')).toBeUndefined();
  await terminal.press('Tab', '/');
  await terminal.type('dbsp_adapters::contr');
  await terminal.waitFor(() => inverseText(terminal, currentLine(terminal).row).trim() === 'dbsp_adapters::contr');
  expect(terminal.row(-2)).toContain('3 of 3');

  await terminal.press('C-u');
  await terminal.type('pipeline-name');
  // The runner's own lines at the start: each ends in the name.
  await terminal.waitFor(/\d of 5/);
  await terminal.press('Enter');
  await terminal.waitFor(() => inverseText(terminal, currentLine(terminal).row).trim() === 'pipeline-name');
  await terminal.press('Esc');
  await terminal.waitForGone('pipeline-name');
});

test('a pattern that would search for ever is stopped and named, as a search, a filter and a highlight; keys act', async () => {
  // Backtracks for ever on a line of 200 letters.
  const hostile = '(a+)+b';
  await using viewer = await openViewer({cols: 120});
  const {terminal} = viewer;
  await viewer.live();
  for (let n = 1; n <= 50; n++) viewer.say('alpha', `${n}. ${'a'.repeat(200)}`);
  viewer.write('alpha', 3);
  await terminal.waitFor('line 3.');
  await terminal.press('Tab', '/');
  await terminal.type(hostile);
  await terminal.waitFor('stopped: this pattern takes too long');
  await terminal.press('Enter');
  await terminal.waitFor(() => viewer.status().includes(`/${hostile}  stopped: this pattern takes too long`));
  await terminal.press('k', 'k');
  await terminal.waitFor(() => currentLine(terminal).text.endsWith('line 1.'));
  viewer.write('alpha');
  await terminal.press('G');
  await terminal.waitFor('line 4.');

  await terminal.press('*');
  await terminal.type(hostile);
  await terminal.press('Enter');
  await terminal.waitFor(() => viewer.status().includes(`*${hostile} stopped: takes too long`));
  expect(terminal.styleOf('aaa').bg).toBe(undefined);

  // Other patterns are searched for as ever.
  await terminal.press('/');
  await terminal.type('line \\d');
  await terminal.waitFor('4 of 4');
  await terminal.press('Enter', '&');
  await terminal.type(hostile);
  await terminal.press('Enter');
  await terminal.waitFor(() => filterRow(terminal).includes(`${hostile} takes too long: off`));
  expect(viewer.countShown('line ')).toBe(4);
  await terminal.press('&');
  await terminal.type('line \\d');
  await terminal.press('Enter');
  await terminal.waitFor(() => filterRow(terminal).includes('line \\d (55 hidden)'));
  await terminal.waitFor(() => viewer.countShown('aaa') === 0);
});
