import {expect, test} from 'vitest';
import {openViewer, type Viewer} from './viewer.ts';

const overSsh = {SSH_CONNECTION: '10.0.0.1 50000 10.0.0.2 22'};

/** The row of the log pane that the current line's mark stands in. */
const current = (viewer: Viewer): string => {
  const row = viewer.terminal.screen().find((each) => each.includes('│▸'));
  return row?.slice(row.indexOf('│▸')) ?? '';
};

test('M copies Markdown: pipeline, server, time span, version, filters, gaps and the lines in a fence', async () => {
  await using viewer = await openViewer({pipelines: ['alpha'], cols: 120, env: overSsh});
  const {server, terminal} = viewer;
  await viewer.live();
  viewer.write('alpha', 3);
  viewer.say('alpha', '\u001B[31mfail\u001B[0m with a fence ```` in it', 'ERROR');
  await terminal.waitFor('with a fence');
  // What the server forgets while it is not followed: 1,200 entries of a kilobyte are more than the megabyte that it keeps.
  await server.stopApi();
  await terminal.waitFor(/reconnecting in \d+ s/);
  for (let line = 1; line <= 1200; line++) viewer.say('alpha', `lost ${line} ${'x'.repeat(1000)}`);
  viewer.write('alpha', 4);
  await server.startApi();
  await terminal.press('r');
  await viewer.live('line 7.');

  await terminal.press('Tab', '&');
  await terminal.type('!lost \\d');
  await terminal.press('Enter');
  await terminal.waitForGone(/lost 1\d\d\d /);
  await terminal.press('M');
  await terminal.waitFor(/Markdown: sent \d+ lines, \d\.\d kB by OSC 52/);
  const [copy = ''] = terminal.copies.map(String);
  const [head = '', lines = ''] = copy.split('\n`````text\n');
  expect(head).toMatch(/^\*\*Log of `alpha` on `127\.0\.0\.1:\d+`\*\*\n/);
  expect(head).toMatch(/\n- Time: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d to (?:\S+ )?\d\d:\d\d:\d\d UTC\n/);
  expect(head).toMatch(/\n- Platform version: `\d+\.\d+\.\d+\S*`\n/);
  expect(head).toContain('\n- Filters: `!lost \\d`\n');
  expect(head).toMatch(/\n- Gaps:\n {2}- .*\d+ entries lost/);
  expect(lines.endsWith('\n`````\n')).toBe(true);
  const log = lines.split('\n').slice(0, -2);
  expect(head).toContain(`\n- Lines: ${log.length}\n`);
  expect(log.filter((line) => /line \d\.$/.test(line))).toHaveLength(7);
  expect(log.filter((line) => line.includes('fail with a fence ```` in it'))).toHaveLength(1);
  expect(copy).not.toContain('\u001B');
});

test('M of a selection is of its lines alone', async () => {
  await using viewer = await openViewer({cols: 120, env: overSsh});
  const {terminal} = viewer;
  await viewer.live();
  viewer.write('alpha', 9);
  await terminal.waitFor('line 9.');
  await terminal.press('Tab', 'k', 'v', 'k', 'k', 'M');
  await terminal.waitFor('Markdown: sent');
  const [copy = ''] = terminal.copies.map(String);
  expect(copy.match(/line \d\./g)).toEqual(['line 6.', 'line 7.', 'line 8.']);
  expect(copy).toMatch(/- Lines: 3\n(?:- .*\n)*- Filters: none\n- Gaps: none\n/);
  expect(viewer.status()).not.toContain('selecting');
});

test('m marks records, u and U go through them, the list shows them and Enter goes there', async () => {
  await using viewer = await openViewer({cols: 120});
  const {terminal} = viewer;
  await viewer.live();
  viewer.write('alpha', 200);
  await terminal.waitFor('line 200.');
  await terminal.press('Tab', "'");
  await terminal.waitFor('no marks: m marks a record');
  const goTo = async (line: number) => {
    await terminal.press('g', '/');
    await terminal.type(`line ${line}\\.`);
    await terminal.press('Enter');
    await terminal.waitFor(() => current(viewer).endsWith(`line ${line}.`));
  };
  for (const line of [20, 190, 100]) {
    await goTo(line);
    await terminal.press('m');
    await terminal.waitFor(() => /│▸\S/.test(current(viewer)));
  }
  await goTo(50);
  for (const [key, line] of [
    ['u', 100],
    ['u', 190],
    ['u', 20],
    ['U', 190],
    ['U', 100],
  ] as const) {
    await terminal.press(key);
    await terminal.waitFor(() => current(viewer).endsWith(`line ${line}.`), {hint: `${key} to ${line}`});
  }

  await terminal.press("'");
  await terminal.waitFor('Marks of alpha');
  const listed = () => terminal.screen().flatMap((row) => /▸? +\d+ .*(line \d+\.)$/.exec(row)?.[1] ?? []);
  expect(listed()).toEqual(['line 20.', 'line 100.', 'line 190.']);
  expect(terminal.row(-1)).toContain('Enter go to');
  await terminal.press('j', 'j', 'Enter');
  await terminal.waitFor(() => current(viewer).endsWith('line 190.'));

  await terminal.press("'", 'j', 'm');
  await terminal.waitFor(() => listed().length === 2);
  expect(listed()).toEqual(['line 20.', 'line 190.']);
  await terminal.press('k', 'm', 'm');
  await terminal.waitForGone('Marks of alpha');
  await terminal.press('u');
  await terminal.waitFor('no marks: m marks a record');
});
