import {expect, test} from 'vitest';
import {openTmux} from './tmux.ts';
import {requireTool} from './tools.ts';

test('runs a program in a pane of a tmux of its own', async (context) => {
  requireTool(context, 'tmux');
  await using tmux = await openTmux({
    command: '/bin/sh',
    args: ['-c', String.raw`printf 'CI=%s \033[31mred\033[0m\n' "$CI"; read word; echo "got $word"; exit 4`],
    cols: 50,
    rows: 8,
  });
  await tmux.waitFor('red');
  expect(tmux.row(0)).toBe('CI= red');
  expect(tmux.capture(true)).toContain('\u001B[31mred');
  expect(tmux.format('#{pane_width}x#{pane_height} #{alternate_on}')).toBe('50x8 0');
  tmux.resizeWindow(60, 9);
  expect(tmux.format('#{pane_width}x#{pane_height}')).toBe('60x9');
  tmux.sendKeys('hey', 'Enter');
  await tmux.waitFor('got hey');
  expect(await tmux.waitForExit()).toBe(4);
  await expect(tmux.waitFor('nothing', 50)).rejects.toThrow(/the pane:\n[\s\S]*got hey/);
});
