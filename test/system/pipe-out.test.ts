import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {type CommandEnd, commandEndWords, pagerOf} from '../../source/system/pipe-out.ts';
import {node} from '../harness/program.ts';
import {openTerminal} from '../harness/terminal.ts';
import {openTmux} from '../harness/tmux.ts';
import {requireTool} from '../harness/tools.ts';

const program = path.join(import.meta.dirname, 'pipe-out-program.ts');
const openWith = (...args: readonly string[]) => openTerminal({command: node, args: [program, ...args], rows: 10});

test('less gets the terminal, its keys and its colours, and gives the terminal back', async (context) => {
  requireTool(context, 'less');
  await using terminal = await openWith('less');
  await terminal.waitFor('ready');
  await terminal.press('|');
  await terminal.waitFor('line 9 red');
  expect(terminal.styleOf('red').fg).toBe('red');
  // Every key is for less: none may be read by the program behind it.
  await terminal.press(...'jjjjjjjjjjkkkkk');
  await terminal.waitFor((screen) => screen.row(0) === 'line 6 red');
  await terminal.press('G');
  await terminal.waitFor('line 1000 red');
  await terminal.press('q');
  await terminal.waitFor('back: less has ended, ticking keys=|');
  expect(terminal.alternateScreen).toBe(true);
  await terminal.press('x');
  await terminal.waitFor('keys=|x');
  await terminal.press('q');
  expect(await terminal.waitForExit()).toEqual({code: 0, signal: undefined});
  expect(terminal.alternateScreen).toBe(false);
});

test('^C is for the command alone, and later for the program again', async (context) => {
  requireTool(context, 'less');
  // More than a pipe and the stream buffers take: less has not read all when it is left.
  await using terminal = await openWith('less', '200000');
  await terminal.waitFor('ready');
  await terminal.press('|');
  await terminal.waitFor('line 9 red');
  await terminal.press('C-c');
  await terminal.pressUntil('j', (screen) => /^line [2-9] red$/.test(screen.row(0)));
  await terminal.press('q');
  // How less ended is lost in dash, which ends itself with SIGINT after it.
  await terminal.waitFor(/back: less (?:has ended|was interrupted), ticking/);
  await terminal.press('|');
  await terminal.waitFor('line 9 red');
  await terminal.press('q');
  await terminal.waitFor('back: less has ended, ticking');
  // Whoever listened to signals before does so again.
  terminal.kill('SIGINT');
  expect(await terminal.waitForExit()).toMatchObject({code: 130});
});

test('a command that ^C ends needs no explanation', async () => {
  await using terminal = await openWith('echo started; exec sleep 60');
  await terminal.waitFor('ready');
  await terminal.press('|');
  await terminal.waitFor('started');
  await terminal.press('C-c');
  await terminal.waitFor('back: echo was interrupted');
});

test.for([
  ['no-such-command', 'no-such-command: not found'],
  ['false', 'false failed with code 1'],
  ['head -n 1 >&2; exit 4', 'head failed with code 4'],
] as const)('%s fails: its output can be read before the screen returns', async ([command, words]) => {
  await using terminal = await openWith(command, '200000');
  await terminal.waitFor('ready');
  await terminal.press('|');
  await terminal.waitFor(`[${words} · Enter to go back]`);
  if (command.startsWith('head')) expect(terminal.text()).toContain('line 1 red');
  expect(terminal.alternateScreen).toBe(false);
  await terminal.press('Enter');
  await terminal.waitFor(`back: ${words}, ticking`);
});

test('the command reads every byte, and its output stays until Enter where requested', async () => {
  await using terminal = await openWith('wc -l', '50000', 'always');
  await terminal.waitFor('ready');
  await terminal.press('|');
  await terminal.waitFor('[wc has ended · Enter to go back]');
  expect(terminal.text()).toContain('50000');
  await terminal.press('Enter');
  await terminal.waitFor('back: wc has ended');
});

test('the screen returns when the lines fail, and when the command is aborted', async () => {
  await using broken = await openWith('exec sleep 60', 'broken');
  await broken.waitFor('ready');
  await broken.press('|');
  await broken.waitFor('back: Error: the source broke');
  expect(broken.alternateScreen).toBe(true);
  await using stopped = await openWith('cat >&2; exec sleep 60', '3');
  await stopped.waitFor('ready');
  await stopped.press('|');
  await stopped.waitFor('line 3 red');
  stopped.kill('SIGUSR1');
  await stopped.waitFor('back: cat was ended by SIGTERM');
  expect(stopped.alternateScreen).toBe(true);
});

test('^Z in the pager goes back to the shell, and fg to the pager', async (context) => {
  requireTool(context, 'tmux');
  requireTool(context, 'bash');
  requireTool(context, 'less');
  await using tmux = await openTmux({command: 'bash', args: ['--norc', '-i'], env: {PS1: 'shell> '}});
  await tmux.waitFor(/^shell>/m);
  tmux.sendKeys(`${node} ${program} less`, 'Enter');
  await tmux.waitFor('ready');
  tmux.sendKeys('|');
  await tmux.waitFor('line 9 red');
  tmux.sendKeys('C-z');
  await tmux.waitFor('Stopped');
  // What the pager left is no sign that it is back.
  tmux.sendKeys('clear', 'Enter');
  await tmux.waitFor((pane) => pane.trim() === 'shell>');
  tmux.sendKeys('fg', 'Enter');
  await tmux.waitFor('line 9 red');
  tmux.sendKeys('j', 'q');
  await tmux.waitFor('back: less has ended');
  tmux.sendKeys('q');
  await tmux.waitFor((pane) => pane.trimEnd().endsWith('shell>'));
});

test('^Z waits for a pager that leaves its screen slowly, as on a busy machine', async (context) => {
  requireTool(context, 'tmux');
  requireTool(context, 'bash');
  await using tmux = await openTmux({command: 'bash', args: ['--norc', '-i'], env: {PS1: 'shell> '}});
  const pager = path.join(tmux.home, 'pager.mjs');
  const leave = "console.log('has left'); process.kill(process.pid, 'SIGSTOP');";
  await writeFile(
    pager,
    `process.on('SIGTSTP', () => setTimeout(() => {${leave}}, 300)); setInterval(() => {}, 1e6); console.log('is here');`,
  );
  await tmux.waitFor(/^shell>/m);
  tmux.sendKeys(`${node} ${program} '${node} ${pager}'`, 'Enter');
  await tmux.waitFor('ready');
  tmux.sendKeys('|');
  await tmux.waitFor('is here');
  tmux.sendKeys('C-z');
  await tmux.waitFor(/has left[\s\S]*Stopped/);
});

test('without a shell to go back to, ^Z stops neither the pager nor the program', async (context) => {
  requireTool(context, 'less');
  await using terminal = await openWith('less');
  await terminal.waitFor('ready');
  await terminal.press('|');
  await terminal.waitFor('line 9 red');
  await terminal.press('C-z');
  // Longer than the program waits for the pager to stop.
  await sleep(800);
  await terminal.pressUntil('G', 'line 1000 red');
  await terminal.press('q');
  await terminal.waitFor('back: less has ended');
  await terminal.press('q');
  expect(await terminal.waitForExit()).toEqual({code: 0, signal: undefined});
});

test.for<[string, CommandEnd, string]>([
  ['less -R', {kind: 'code', code: 0}, 'less has ended'],
  ['  jq . | less', {kind: 'code', code: 5}, 'jq failed with code 5'],
  ['lnav', {kind: 'code', code: 127}, 'lnav: not found'],
  ['./notes.txt', {kind: 'code', code: 126}, './notes.txt cannot be run'],
  ['less', {kind: 'signal', signal: 'SIGKILL'}, 'less was ended by SIGKILL'],
  ['less', {kind: 'signal', signal: 'SIGINT'}, 'less was interrupted'],
  ['less', {kind: 'code', code: 130}, 'less was interrupted'],
  ['less', {kind: 'not-started', why: 'spawn zsh ENOENT'}, 'less was not started: spawn zsh ENOENT'],
])('%s: %o', ([command, end, words]) => {
  expect(commandEndWords(command, end)).toBe(words);
});

test('less shows colours, unless the user has set LESS', () => {
  expect(pagerOf({HOME: '/h'})).toEqual({command: 'less', env: {HOME: '/h', LESS: 'R'}});
  expect(pagerOf({PAGER: ''})).toMatchObject({command: 'less'});
  expect(pagerOf({PAGER: 'lnav -q', LESS: 'S'})).toEqual({command: 'lnav -q', env: {PAGER: 'lnav -q', LESS: 'S'}});
});
