import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {quiet} from '../../demo/scenario.ts';
import {DemoServer} from '../../demo/server.ts';
import {childrenOf} from '../harness/processes.ts';
import {launcher, program} from '../harness/program.ts';
import {openTmux} from '../harness/tmux.ts';
import {requireTool} from '../harness/tools.ts';

test('in a tmux pane: logs, resize, and a clean end', async (context) => {
  requireTool(context, 'tmux');
  const server = await DemoServer.start({scenario: quiet('alpha', 'beta')});
  try {
    await using tmux = await openTmux({command: launcher, args: [program, '--host', server.url]});
    await tmux.waitFor('LIVE');
    await tmux.waitFor('Fresh start of pipeline logs');
    expect(tmux.format('#{alternate_on} #{cursor_flag}')).toBe('1 0');
    tmux.resizeWindow(60, 15);
    await tmux.waitFor((pane) => {
      const rows = pane.split('\n');
      return rows[0]?.includes('pipetail') === true && rows[14]?.includes('? all keys') === true;
    });

    tmux.sendKeys('C-z');
    await tmux.waitFor('there is no shell to return to');
    tmux.sendKeys('q');
    expect(await tmux.waitForExit()).toBe(0);
    // Whether the cursor is back cannot be asked here: tmux hides it in a pane whose program has ended.
    expect(tmux.format('#{alternate_on}')).toBe('0');
    expect(tmux.capture()).not.toContain('pipetail');
  } finally {
    await server.close();
  }
});

test('started from a shell: ^Z goes back to it, fg returns with what came meanwhile', async (context) => {
  requireTool(context, 'tmux');
  requireTool(context, 'bash');
  const server = await DemoServer.start({scenario: quiet('alpha', 'beta')});
  try {
    await using tmux = await openTmux({command: 'bash', args: ['--norc', '-i'], env: {PS1: 'shell> '}});
    await tmux.waitFor(/^shell>/m);
    tmux.sendKeys(`${launcher} ${program} --host ${server.url}`, 'Enter');
    await tmux.waitFor('LIVE');
    tmux.sendKeys('C-z');
    await tmux.waitFor('Stopped');
    expect(tmux.format('#{alternate_on} #{cursor_flag}')).toBe('0 1');
    tmux.sendKeys('echo $((40 + 2))', 'Enter');
    await tmux.waitFor(/^42$/m);
    server.pipeline('alpha').write('[alpha] 2026-11-25T12:01:02.123456Z  INFO a::b:  came meanwhile');
    await sleep(100);
    tmux.sendKeys('fg', 'Enter');
    await tmux.waitFor('came meanwhile');
    await tmux.waitFor('LIVE');
    expect(tmux.capture()).not.toContain('no shell');
    tmux.sendKeys('?');
    await tmux.waitFor('type to find');
    tmux.sendKeys('Escape');
    await tmux.waitFor('came meanwhile');
    // A stop from outside (`kill -TSTP`) leaves no less than ^Z.
    const [pid = 0] = await childrenOf(Number(tmux.format('#{pane_pid}')));
    process.kill(pid, 'SIGTSTP');
    await tmux.waitFor((pane) => pane.split('Stopped').length === 3);
    expect(tmux.format('#{alternate_on} #{cursor_flag}')).toBe('0 1');
    tmux.sendKeys('fg', 'Enter');
    await tmux.waitFor('came meanwhile');
    tmux.sendKeys('q');
    await tmux.waitFor((pane) => pane.trimEnd().endsWith('shell>'));
    expect(tmux.format('#{alternate_on} #{cursor_flag}')).toBe('0 1');
  } finally {
    await server.close();
  }
});
