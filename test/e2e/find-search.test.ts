import {expect, test} from 'vitest';
import {openProgram} from '../harness/program.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {currentLine, inverseText, pour} from './find-helpers.ts';
import {openViewer} from './viewer.ts';

test('search as you type while 2,000 lines a second arrive: hits are painted, and counted exactly', async () => {
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
  const hits = Math.floor((await writer) / 7);

  await terminal.press('Enter');
  const status = (rank: number) => `/refused  ${rank.toLocaleString('en-US')} of ${hits.toLocaleString('en-US')} `;
  await terminal.waitFor(() => viewer.status().includes(` of ${hits.toLocaleString('en-US')} `), {hint: `${hits} hits`});
  const rows = terminal.screen().flatMap((text, row) => (text.includes('connection refused') ? [row] : []));
  expect(rows.length).toBeGreaterThan(1);
  for (const row of rows) expect(inverseText(terminal, row)).toBe('refused');

  const rank = Number(/\/refused {2}([\d,]+) of/.exec(viewer.status())?.[1]?.replaceAll(',', ''));
  expect(currentLine(terminal).text).toContain(`connection refused ${rank * 7}.`);
  await terminal.press('N');
  await terminal.waitFor(() => viewer.status().includes(status(rank - 1)));
  expect(currentLine(terminal).text).toContain(`connection refused ${(rank - 1) * 7}.`);
  await terminal.press('n');
  await terminal.waitFor(() => viewer.status().includes(status(rank)));
  await terminal.press('G', 'n');
  await terminal.waitFor('past the last hit: on from the first');
  expect(currentLine(terminal).text).toContain('connection refused 7.');
  await terminal.press('j', 'k');
  await terminal.waitFor(() => viewer.status().includes(status(1)));
});

test('what was searched for is there again after a start, with the arrow key', async () => {
  await using state = await temporaryDirectory();
  const env = {XDG_STATE_HOME: state.path};
  await using viewer = await openViewer({env});
  await viewer.live();
  viewer.say('alpha', 'connection refused once.');
  for (const pattern of ['older', 'refused']) {
    await viewer.terminal.press(...(pattern === 'older' ? ['Tab'] : []), '/');
    await viewer.terminal.type(pattern);
    await viewer.terminal.press('Enter');
    await viewer.terminal.waitFor(`/${pattern}`);
  }
  await viewer.terminal.press('q', 'q');
  await viewer.terminal.waitForExit();

  await using again = await openProgram(['--host', viewer.server.url], {env});
  await again.waitFor('connection refused once.');
  await again.press('Tab', '/', 'Up');
  await again.waitFor(() => again.row(-2).includes('/refused'));
  await again.waitFor('1 of 1');
  expect(again.styleOf('refused once').inverse).toBe(true);
  await again.press('Up');
  await again.waitFor(() => again.row(-2).includes('/older'));
  await again.waitFor('no match');
  await again.press('Down');
  await again.waitFor(() => again.row(-2).includes('/refused'));
});

test('a hit in what the compact form hides is found, counted, and shown', async () => {
  await using viewer = await openViewer();
  const {terminal} = viewer;
  await viewer.live();
  viewer.write('alpha', 3);
  await terminal.waitFor('line 3.');
  expect(terminal.find('dbsp_adapters')).toBeUndefined();
  await terminal.press('Tab', '/');
  await terminal.type('dbsp_adapters::contr');
  await terminal.waitFor('3 of 3');
  await terminal.waitFor('dbsp_adapters::controller');
  const {row} = currentLine(terminal);
  expect(inverseText(terminal, row)).toBe('dbsp_adapters::contr');

  await terminal.press('C-u');
  await terminal.type('pipeline-name');
  // What the runner says of itself at the start: each line ends in the name.
  await terminal.waitFor(/\d of 5/);
  await terminal.press('Enter');
  await terminal.waitFor(() => inverseText(terminal, currentLine(terminal).row) === 'pipeline-name');
  await terminal.press('Esc');
  await terminal.waitForGone('pipeline-name');
});
