import {test} from 'vitest';
import {openViewer} from './viewer.ts';

const esc = '\u001B';

/** The bytes that they send, whatever `TERM` says. */
test.each([
  ['xterm', '[H', '[F', '[3~', '[3;5~'],
  ['xterm in application mode', 'OH', 'OF', '[3~', '[3;5~'],
  ['PuTTY, screen, tmux and the Linux console', '[1~', '[4~', '[3~', '[3;5~'],
  ['urxvt', '[7~', '[8~', '[3~', '[3^'],
  ['st', '[H', '[4~', '[P', '[M'],
])('Home, End and Delete of %s edit a prompt', async (_, home, end, remove, removeWord) => {
  await using viewer = await openViewer({args: ['alpha']});
  const {terminal} = viewer;
  await viewer.live();
  await terminal.press('/');
  await terminal.type('xbc');
  for (const [bytes, text] of [
    [esc + home, '/xbc'],
    [esc + remove, '/bc'],
    ['a', '/abc'],
    [esc + end, '/abc'],
    ['d', '/abcd'],
    [esc + home, '/abcd'],
    [esc + removeWord, '/'],
  ] as const) {
    terminal.write(bytes);
    await terminal.waitFor(() => viewer.status().startsWith(` ${text} `));
  }
});
