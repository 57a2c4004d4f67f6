import {expect, test} from 'vitest';
import {requireTool} from '../harness/tools.ts';
import {openViewer, type Viewer} from './viewer.ts';

/** Two hundred lines, every tenth with a colour, and the log pane focused. */
async function openWithLines(env: Readonly<Record<string, string>> = {}): Promise<Viewer> {
  const viewer = await openViewer({cols: 110, env});
  await viewer.live();
  for (let line = 1; line <= 200; line++) {
    viewer.say('alpha', `line ${line} ${line % 10 === 0 ? '\u001B[31mred\u001B[0m' : 'plain'}.`);
  }
  await viewer.terminal.waitFor('line 200 ');
  await viewer.terminal.press('Tab');
  return viewer;
}

test('the pager has the terminal while the log continues; q brings the screen back, with what came', async (context) => {
  requireTool(context, 'less');
  await using viewer = await openWithLines({PAGER: 'less'});
  const {terminal} = viewer;
  await terminal.press('|');
  await terminal.waitFor('pipe the view to: less');
  expect(terminal.styleOf('less').dim).toBe(true);
  await terminal.press('Enter');
  await terminal.waitFor(() => /Fresh start/.test(terminal.row(0)));
  expect(terminal.text()).not.toContain('▸');
  // As many keys as it takes: none is read by the program behind.
  await terminal.press('G');
  await terminal.waitFor(() => /line 200 .*red\./.test(terminal.row(-2)));
  expect(terminal.styleOf('red').fg).not.toBe('red');
  await terminal.press('?');
  await terminal.type('line 100 ');
  await terminal.press('Enter');
  await terminal.waitFor(() => /line 100 /.test(terminal.row(0)));

  const before = terminal.screen();
  for (let line = 201; line <= 300; line++) viewer.say('alpha', `line ${line} plain.`);
  await viewer.connections(1);
  await terminal.stable();
  expect(terminal.screen()).toEqual(before);
  await terminal.press('q');
  await terminal.waitFor('line 300 plain.');
  expect(viewer.header()).toMatch(/^ pipetail .*LIVE/);
  expect(viewer.list()).toHaveLength(3);
  expect(terminal.row(-1)).toContain('? help');
  expect(terminal.alternateScreen).toBe(true);
  expect(terminal.cursorVisible).toBe(false);
  expect(viewer.server.totalLogConnections).toBe(1);
  const numbers = viewer.shown().flatMap((row) => /line (\d+) /.exec(row)?.slice(1).map(Number) ?? []);
  expect(numbers).toEqual(numbers.map((_, index) => 300 - numbers.length + 1 + index));

  // The keys are the screen's again, and the pager can be had again.
  await terminal.press('g');
  await terminal.waitFor('PAUSED');
  await terminal.press('|', 'Enter');
  await terminal.waitFor(() => /Fresh start/.test(terminal.row(0)));
  await terminal.press('G');
  await terminal.waitFor(() => /line 300 /.test(terminal.row(-2)));
  await terminal.press('q');
  await terminal.waitFor('PAUSED');

  // A pager at the end of a pipe gets no option that makes it read colours.
  await terminal.press('|', 'C-u');
  await terminal.type('grep " line 2" | less');
  await terminal.press('Enter');
  await terminal.waitFor(() => /line 200 /.test(terminal.text()));
  expect(terminal.text()).toContain('red.');
  expect(terminal.text()).not.toMatch(/ESC\[|\^\[\[/);
  await terminal.press('q', 'Enter');
  await terminal.waitFor('PAUSED');
});

test('^C in the pager is for the pager: the program lives, and ends only on its own ^C', async (context) => {
  requireTool(context, 'less');
  await using viewer = await openWithLines({PAGER: 'less'});
  const {terminal} = viewer;
  await terminal.press('|', 'Enter');
  await terminal.waitFor(() => /Fresh start/.test(terminal.row(0)));
  await terminal.press('C-c', 'C-c');
  await terminal.pressUntil('G', () => /line 200 /.test(terminal.row(-2)));
  await terminal.press('q');
  await viewer.live('line 200 ');
  viewer.say('alpha', 'line 201 plain.');
  await terminal.waitFor('line 201 ');
  await terminal.press('C-c');
  await terminal.waitFor('press ^C again to quit');
  await terminal.press('C-c');
  expect(await terminal.waitForExit()).toEqual({code: 0, signal: undefined});
  expect(terminal.alternateScreen).toBe(false);
});

test('a shell command reads the filtered view, and what it printed stays until Enter', async () => {
  // As the first line of cli.tsx sets it, for the program alone.
  await using viewer = await openWithLines({MALLOC_ARENA_MAX: '1'});
  const {terminal} = viewer;
  await terminal.press('&');
  await terminal.type('red');
  await terminal.press('Enter', '&');
  await terminal.type('!desired');
  await terminal.press('Enter');
  await terminal.waitForGone(/line 199 |desired:/);
  await terminal.press('|', 'C-u');
  await terminal.type('grep -n "line 1" | head -n 3; echo "heaps:$MALLOC_ARENA_MAX."');
  await terminal.press('Enter');
  await terminal.waitFor('Enter to go back');
  const printed = terminal.screen().flatMap((row) => /^(\d+):.*(line \d+)/.exec(row)?.slice(1).join(' ') ?? []);
  expect(printed).toEqual(['1 line 10', '10 line 100', '11 line 110']);
  expect(terminal.text()).toContain('heaps:.');
  await terminal.press('Enter');
  await viewer.live('line 200 ');
  expect(viewer.status()).not.toContain('failed');
});

test('a command that fails is reported, on its own screen and in the footer', async () => {
  await using viewer = await openWithLines();
  const {terminal} = viewer;
  const failsWith = async (words: string) => {
    await terminal.waitFor(`[${words} · Enter to go back]`);
    await terminal.press('Enter');
    await viewer.live();
    await terminal.waitFor(() => viewer.status().includes(words));
  };
  // In one piece, as a slow connection delivers fast keys: with the key that opens the prompt, and after it.
  terminal.write('|\u0015nonesuch --option\r');
  await failsWith('nonesuch: not found');
  await terminal.press('|');
  await terminal.waitFor('pipe the view to:');
  terminal.write('\u0015exit 4\u007F3\r');
  await failsWith('exit failed with code 3');
});
