import {setTimeout as sleep} from 'node:timers/promises';
import xterm from '@xterm/headless';
import {expect, test} from 'vitest';
import {openViewer} from './viewer.ts';

const esc = '\u001B';

/** What a program may send to a terminal that only knows the VT100 and the Linux console, or to GNU screen. */
test.each([
  {TERM: 'vt100', LANG: 'C'},
  {TERM: 'linux'},
  {TERM: 'screen'},
  {TERM: 'xterm'},
  {TERM: 'xterm-mono', NO_COLOR: '1', LANG: 'POSIX'},
])('%j: a whole screen, few bytes for a line, keys, a repaint that changes nothing, and a clean end', async (env) => {
  await using viewer = await openViewer({env, args: ['alpha']});
  const {terminal} = viewer;
  await viewer.live('Fresh start');
  viewer.write('alpha', 30);
  await terminal.waitFor('line 30.');
  await terminal.stable();
  const begun = terminal.output.length;
  for (let line = 31; line <= 40; line++) {
    viewer.write('alpha');
    await terminal.waitFor(`line ${line}.`);
  }
  // The log moves within its rows: a screen has 1.5 kB.
  expect((terminal.output.length - begun) / 10).toBeLessThan(500);
  await terminal.press('/');
  await terminal.type('line 3');
  await terminal.press('Enter');
  await terminal.waitFor(/\d of \d+/);
  await terminal.press('w', 'w', 'G');
  await terminal.waitFor('line 40.');
  await terminal.stable();
  const before = terminal.screen();
  const painted = terminal.output.length;
  await terminal.press('C-l');
  await terminal.waitFor(() => terminal.output.length > painted + 500);
  await terminal.stable();
  expect(terminal.screen()).toEqual(before);
  if (env.LANG !== undefined) expect(terminal.text()).toMatch(/^[\x20-\x7e\n]+$/);
  const sent = terminal.output.toString('latin1');
  // True colour and 256 colours only where the terminal declares them.
  for (const sequence of ['\u001B[38;2;', '\u001B[38;5;', '\u001B[48;5;']) expect(sent).not.toContain(sequence);
  // Neither is the ground asked for where nobody answers.
  if (env.TERM !== 'xterm') expect(sent).not.toContain('\u001B]11;?');
  await terminal.press('q', 'q');
  expect(await terminal.waitForExit()).toMatchObject({code: 0});
  expect(terminal.text().trim()).toBe('');
});

test.each([
  [20, 5],
  [500, 200],
  [1, 1],
])('%i×%i, and back: no garbage', async (cols, rows) => {
  await using viewer = await openViewer({args: ['alpha']});
  const {terminal} = viewer;
  await viewer.live();
  // The list may come later, and would change the smallest screen.
  await terminal.waitFor(() => viewer.list().filter((row) => /[●◦]/.test(row)).length === 3);
  terminal.resize(cols, rows);
  viewer.write('alpha', 300);
  // The count of lines may be a frame behind them.
  const allThere = () => terminal.text().includes('line 300.') && viewer.status().includes('305 lines');
  if (cols >= 40) await terminal.waitFor(allThere);
  else if (cols > 1) await terminal.waitFor('20×5 is too small');
  await terminal.stable();
  const there = terminal.screen();
  await terminal.press('C-l');
  await terminal.stable();
  expect(terminal.screen()).toEqual(there);
  terminal.resize(80, 24);
  await terminal.waitFor(allThere);
  await terminal.stable();
  const back = terminal.screen();
  await terminal.press('C-l');
  await terminal.stable();
  expect(terminal.screen()).toEqual(back);
});

test('100 resizes while lines stream: the last size is drawn right', async () => {
  await using viewer = await openViewer({args: ['alpha'], cols: 100, rows: 30});
  const {terminal} = viewer;
  await viewer.live();
  for (let turn = 0; turn < 100; turn++) {
    terminal.resize(45 + ((turn * 37) % 140), 8 + ((turn * 13) % 50));
    viewer.write('alpha', 4, 'a line that is long enough to be cut at the narrow sizes');
    await sleep(33);
  }
  terminal.resize(90, 26);
  const last = viewer.write('alpha', 1, 'the last');
  await terminal.waitFor(`the last ${last}.`);
  await terminal.stable();
  const before = terminal.screen();
  await terminal.press('C-l');
  await terminal.stable();
  expect(terminal.screen()).toEqual(before);
  expect(viewer.countShown(`the last ${last}.`)).toBe(1);
});

/** What a terminal shows that knows no DEC mode, such as the alternate screen, and on which a shell stood before. */
async function seenWithoutModes(output: Buffer, after = ''): Promise<string[]> {
  const emulator = new xterm.Terminal({cols: 80, rows: 24, allowProposedApi: true});
  // A regular expression made of a string: the linter takes an Esc in one for a mistake.
  const modes = new RegExp(`${esc}\\[\\?\\d+[hl]`, 'g');
  const sent = `$ ls\r\nfile\r\n$ pipetail\r\n${output.toString('latin1').replaceAll(modes, '')}${after}`;
  await new Promise<void>((resolve) => emulator.write(Buffer.from(sent, 'latin1'), resolve));
  const {active} = emulator.buffer;
  const rows = Array.from({length: 24}, (_, row) => active.getLine(active.baseY + row)?.translateToString(true) ?? '');
  emulator.dispose();
  return rows.map((row) => row.trimEnd());
}

test('without an alternate screen: a whole screen, and a line of its own for the shell', async () => {
  await using viewer = await openViewer({env: {TERM: 'vt100', LANG: 'C'}, args: ['alpha']});
  const {terminal} = viewer;
  await viewer.live('Fresh start');
  viewer.write('alpha', 40);
  await terminal.waitFor('line 40.');
  await terminal.press('k', 'k', 'G', '?', 'Esc');
  await terminal.waitFor('line 40.');
  await terminal.stable();
  expect(await seenWithoutModes(terminal.output)).toEqual(terminal.screen());
  await terminal.press('q', 'q');
  await terminal.waitForExit();
  expect((await seenWithoutModes(terminal.output, '$ ')).at(-1)).toBe('$');
});
