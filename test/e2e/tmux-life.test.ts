import {existsSync} from 'node:fs';
import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {plainLine} from '../../demo/log-lines.ts';
import {quiet} from '../../demo/scenario.ts';
import {DemoServer} from '../../demo/server.ts';
import {eventually} from '../harness/eventually.ts';
import {launcher, program} from '../harness/program.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {openTerminal, type Terminal} from '../harness/terminal.ts';
import {openTmux, type Tmux} from '../harness/tmux.ts';
import {requireTool} from '../harness/tools.ts';

function say(server: DemoServer, message: string): void {
  const alpha = server.pipeline('alpha');
  const event = {level: 'INFO', target: 'dbsp_adapters::controller', message} as const;
  alpha.write(plainLine({name: 'alpha'}, alpha.stamp(), event));
}

/** The user's terminal, attached to the tmux session. */
function attach(tmux: Tmux, cols: number, rows: number): Promise<Terminal> {
  const {command, args, env} = tmux.attachment;
  return openTerminal({command, args, env, cols, rows});
}

test('detached and attached to another size: nothing is missed, nothing is left of the old size', async (context) => {
  requireTool(context, 'tmux');
  const server = await DemoServer.start({scenario: quiet('alpha')});
  try {
    await using tmux = await openTmux({command: launcher, args: [program, '--host', server.url, 'alpha']});
    await tmux.waitFor('LIVE');
    {
      await using near = await attach(tmux, 80, 24);
      await near.waitFor('Fresh start');
      tmux.tmux('detach-client');
      await near.waitForExit();
    }
    for (let line = 1; line <= 100; line++) say(server, `while detached ${line}.`);
    await tmux.waitFor('while detached 100.');
    await using wide = await attach(tmux, 130, 45);
    await wide.waitFor('while detached 100.');
    await wide.waitFor(() => wide.row(0).includes('pipetail') && wide.row(-1).includes('? all keys'));
    await wide.stable();
    const before = wide.screen();
    await wide.press('C-l');
    await wide.stable();
    expect(wide.screen()).toEqual(before);
    expect(before).toHaveLength(45);
    wide.hangUp();
    tmux.sendKeys('q', 'q');
    expect(await tmux.waitForExit()).toBe(0);
    expect(tmux.format('#{alternate_on}')).toBe('0');
  } finally {
    await server.close();
  }
});

test('resizes while lines stream leave no garbage in a pane', async (context) => {
  requireTool(context, 'tmux');
  const server = await DemoServer.start({scenario: quiet('alpha')});
  try {
    await using tmux = await openTmux({command: launcher, args: [program, '--host', server.url, 'alpha']});
    await tmux.waitFor('LIVE');
    // Each of a hundred widths, and each of forty heights.
    for (let turn = 0; turn < 100; turn++) {
      tmux.resizeWindow(45 + ((turn * 37) % 100), 10 + ((turn * 13) % 40));
      for (let line = 0; line < 4; line++)
        say(server, `turn ${turn} line ${line}, long enough to be cut where it is narrow`);
      await sleep(20);
    }
    tmux.resizeWindow(90, 26);
    say(server, 'the last one');
    await tmux.waitFor('the last one');
    await tmux.stable();
    const before = tmux.capture();
    tmux.sendKeys('C-l');
    await tmux.stable();
    expect(tmux.capture()).toBe(before);
    expect(before.split('\n').filter((row) => row.includes('the last one'))).toHaveLength(1);
  } finally {
    await server.close();
  }
});

test('where tmux reports the focus, a window behind another one requests less, and at once again in front', async (context) => {
  requireTool(context, 'tmux');
  const server = await DemoServer.start({scenario: quiet('alpha')});
  const lists = () => server.requests.filter(({path}) => path.startsWith('/v0/pipelines?')).length;
  try {
    await using tmux = await openTmux({command: launcher, args: [program, '--host', server.url, 'alpha']});
    await tmux.waitFor('LIVE');
    tmux.tmux('set', '-g', 'focus-events', 'on');
    await using near = await attach(tmux, 80, 24);
    await near.waitFor('LIVE');
    tmux.tmux('new-window', '--', 'cat');
    await near.waitForGone('LIVE');
    const hidden = lists();
    // Attended, the list is requested every 2 s; one request may have been due already.
    await sleep(6000);
    expect(lists() - hidden).toBeLessThanOrEqual(1);
    tmux.tmux('select-window', '-t', ':0');
    await near.waitFor('LIVE');
    const shown = lists();
    await eventually(
      // Unattended, three would take half a minute.
      () => lists() >= shown + 3,
      () => `the list was asked for ${lists() - shown} times`,
      20_000,
    );
    near.hangUp();
  } finally {
    await server.close();
  }
});

test('when its tmux dies it ends, and that is no fault of its own to report', async (context) => {
  requireTool(context, 'tmux');
  const server = await DemoServer.start({scenario: quiet('alpha')});
  try {
    await using home = await temporaryDirectory();
    const state = path.join(home.path, 'state');
    const errors = path.join(home.path, 'stderr');
    // Its messages must not go where the terminal was.
    const script = `exec "$0" "$1" --host ${server.url} alpha 2>${errors}`;
    const tmux = await openTmux({
      command: 'sh',
      args: ['-c', script, launcher, program],
      env: {XDG_STATE_HOME: state},
    });
    try {
      await tmux.waitFor('LIVE');
      const pid = Number(tmux.format('#{pane_pid}'));
      tmux.sendKeys('Tab');
      tmux.tmux('kill-server');
      await eventually(
        () => !existsSync(`/proc/${pid}`),
        () => 'it goes on',
      );
    } finally {
      await tmux[Symbol.asyncDispose]();
    }
    // A library of Ink's shows the cursor there at each end, whatever it is.
    expect((await readFile(errors, 'utf8')).replace('\u001B[?25h', '')).toBe('');
    const left = await readdir(path.join(state, 'pipetail')).catch(() => []);
    expect(left.filter((name) => name.startsWith('crash'))).toEqual([]);
  } finally {
    await server.close();
  }
});
