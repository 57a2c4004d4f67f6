import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {stripVTControlCharacters} from 'node:util';
import {expect, test} from 'vitest';
import {quiet} from '../../demo/scenario.ts';
import {DemoServer} from '../../demo/server.ts';
import {launcher, program} from '../harness/program.ts';
import {openTerminal} from '../harness/terminal.ts';
import {openTmux} from '../harness/tmux.ts';
import {requireTool} from '../harness/tools.ts';
import {writePanic} from './panic-log.ts';
import {openViewer} from './viewer.ts';

const clean = (bytes: Buffer) => stripVTControlCharacters(bytes.toString());

test('over SSH, e goes to a panic and y copies it whole, by OSC 52: nothing of other threads, nothing added, and no colours', async () => {
  await using viewer = await openViewer({cols: 140, rows: 100, env: {SSH_CONNECTION: '10.0.0.1 50000 10.0.0.2 22'}});
  const {terminal} = viewer;
  await viewer.live();
  const panic = writePanic(viewer.server, 'alpha');
  await terminal.waitFor('after the panic 5');
  await terminal.press('Tab', 'g', 'e', 'y');
  await terminal.waitFor('sent 63 lines, 3.7 kB by OSC 52 (no terminal confirms it)');
  expect(terminal.copies.map(String)).toEqual([clean(panic)]);
  // The screen that the sequence was written into is whole.
  expect(viewer.countShown('another thread')).toBe(15);
  expect(viewer.pane().join()).toContain('disk full 日本語');
});

test('in tmux, y fills its buffer with the panic, as sent where that is set, and the clipboard of the terminal around it', async (context) => {
  const tool = requireTool(context, 'tmux');
  const server = await DemoServer.start({scenario: quiet('alpha')});
  try {
    await using tmux = await openTmux({
      command: launcher,
      args: [program, '--host', server.url],
      env: {PIPETAIL_COPY: 'as-sent'},
      cols: 140,
      rows: 100,
    });
    await tmux.waitFor('LIVE');
    const panic = writePanic(server, 'alpha');
    await tmux.waitFor('after the panic 5');
    tmux.sendKeys('Tab', 'E', 'y');
    await tmux.waitFor('sent 63 lines, 3.7 kB to tmux · no terminal is attached');
    const file = path.join(tmux.home, 'buffer');
    // A pipe of this test would decode the bytes.
    tmux.tmux('save-buffer', file);
    expect((await readFile(file)).toString()).toBe(panic.toString());

    // What applications send is dropped then; what tmux itself was given is not.
    tmux.tmux('set', '-s', 'set-clipboard', 'off');
    const attach = async (term: string) =>
      await openTerminal({
        command: '/usr/bin/env',
        args: [`TERM=${term}`, tool, '-S', tmux.format('#{socket_path}'), 'attach'],
        cols: 140,
        rows: 100,
      });
    {
      await using client = await attach('xterm-256color');
      await client.waitFor('after the panic 5');
      await client.press('y');
      await client.waitFor(/sent 63 lines, 3.7 kB to tmux and its terminal: press M to add its place *\n/);
      await client.waitFor(() => client.copies.length > 0);
      expect(client.copies.map(String)).toEqual([panic.toString()]);
    }
    await using client = await attach('vt100');
    await client.waitFor('after the panic 5');
    await client.press('y');
    await client.waitFor("tmux knows no clipboard of vt100: set -as terminal-features ',vt100:clipboard'");
  } finally {
    await server.close();
  }
});
