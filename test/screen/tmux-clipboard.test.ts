import {expect, test} from 'vitest';
import {hintFrom} from '../../source/screen/tmux-clipboard.ts';

/** As tmux 3.5a prints it, all other capabilities left out. */
const listOf = (...terminals: readonly [string, string, string][]) =>
  terminals
    .map(
      ([name, tty, sequence], index) =>
        `Terminal ${index}: ${name} for ${tty}, flags=0x20:\n 192: kmous: (string) \\033[M\n 193: Ms: ${sequence}\n`,
    )
    .join('');
const known = '(string) \\033]52;%p1%s;%p2%s\\a';

test('no hint where tmux passes the text on', () => {
  const list = listOf(['xterm-256color', '/dev/pts/1', known]);
  const client = '/dev/pts/1 xterm-256color\n';
  expect(hintFrom(client, list, {bytes: 1000})).toBeUndefined();
  expect(hintFrom(client, list, {bytes: 100_000})).toBe(
    'so large a text may be dropped by the terminal; tmux has it all',
  );
});

test('a terminal whose clipboard tmux does not know, with another one attached that has one', () => {
  const list = listOf(
    ['xterm', '/dev/pts/1', known],
    ['vt100', '/dev/pts/11', '[missing]'],
    ['xterm', '/dev/pts/2', known],
  );
  expect(hintFrom('/dev/pts/11 vt100\n', list, {bytes: 1})).toBe(
    "tmux knows no clipboard of vt100: set -as terminal-features ',vt100:clipboard'",
  );
});

test.for([
  ['nobody is attached', ' \n', '', 'no terminal is attached: only tmux itself can paste it'],
  [
    'tmux in tmux',
    '/dev/pts/1 tmux-256color\n',
    listOf(['tmux-256color', '/dev/pts/1', known]),
    'a tmux around this one passes it on only with set-clipboard on',
  ],
  ['a list that cannot be read', '/dev/pts/1 xterm\n', 'something else\n', undefined],
] as const)('%s', ([, client, list, hint]) => {
  expect(hintFrom(client, list, {bytes: 1})).toBe(hint);
});
