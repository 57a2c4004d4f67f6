import {spawnSync} from 'node:child_process';
import {chmod, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect, type TestContext, test} from 'vitest';
import {plainLine} from '../../demo/log-lines.ts';
import {quiet} from '../../demo/scenario.ts';
import {DemoServer} from '../../demo/server.ts';
import {launcher, program} from '../harness/program.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {openTerminal, type Terminal} from '../harness/terminal.ts';
import {requireTool} from '../harness/tools.ts';

/** The program in a window of GNU screen, started by a shell that prints its end. */
type InScreen = AsyncDisposable & {
  /** Opens another terminal on the session, which leaves the one before. */
  readonly reattach: (cols: number, rows: number) => Promise<Terminal>;
  readonly terminal: Terminal;
  readonly say: (message: string) => void;
};

async function openInScreen(context: TestContext, config = ''): Promise<InScreen> {
  requireTool(context, 'screen');
  const server = await DemoServer.start({scenario: quiet('alpha')});
  // Its sockets have to be in a folder that no other user may use.
  const sockets = await temporaryDirectory();
  await chmod(sockets.path, 0o700);
  const file = path.join(sockets.path, 'screenrc');
  await writeFile(file, `startup_message off\n${config}`);
  const env = {SCREENDIR: sockets.path};
  const line = 'echo before; "$@"; echo "code $?"; read answer';
  const args = ['-c', file, '-S', 'p', 'sh', '-c', line, 'sh', launcher, program, '--host', server.url, 'alpha'];
  const terminal = await openTerminal({command: 'screen', args, env, cols: 100, rows: 30});
  const opened = [terminal];
  const alpha = server.pipeline('alpha');
  return {
    terminal,
    async reattach(cols, rows) {
      const next = await openTerminal({command: 'screen', args: ['-d', '-r', 'p'], env, cols, rows});
      opened.push(next);
      return next;
    },
    say(message) {
      const event = {level: 'INFO', target: 'dbsp_adapters::controller', message} as const;
      alpha.write(plainLine({name: 'alpha'}, alpha.stamp(), event));
    },
    async [Symbol.asyncDispose]() {
      spawnSync('screen', ['-S', 'p', '-X', 'quit'], {env: {...process.env, ...env}});
      for (const each of opened) await each.dispose();
      await server.close();
      await sockets[Symbol.asyncDispose]();
    },
  };
}

/** What is on the screen is what a repaint puts there. */
async function expectNoGarbage(terminal: Terminal): Promise<void> {
  await terminal.stable();
  const before = terminal.screen();
  const painted = terminal.output.length;
  await terminal.press('C-l');
  await terminal.waitFor(() => terminal.output.length > painted);
  await terminal.stable();
  expect(terminal.screen()).toEqual(before);
  expect(before[0]).toMatch(/^ pipetail .* LIVE/);
  expect(before.at(-1)).toContain('? all keys');
}

test('in GNU screen: streams, resizes, is detached and attached to another size, and quits', async (context) => {
  await using inScreen = await openInScreen(context);
  const {terminal, say} = inScreen;
  await terminal.waitFor('Fresh start');
  for (let line = 1; line <= 200; line++) say(`line ${line}, long enough to be cut where it is narrow`);
  await terminal.waitFor('line 200,');
  await expectNoGarbage(terminal);
  for (let turn = 0; turn < 30; turn++) {
    terminal.resize(45 + ((turn * 37) % 100), 10 + ((turn * 13) % 40));
    say(`turn ${turn}, long enough to be cut where it is narrow`);
    await sleep(30);
  }
  terminal.resize(90, 26);
  say('the last one');
  await terminal.waitFor('the last one');
  await expectNoGarbage(terminal);

  const wide = await inScreen.reattach(130, 45);
  await terminal.waitForExit();
  expect(terminal).toMatchObject({alternateScreen: false, cursorVisible: true});
  say('after the other one was left');
  await wide.waitFor('after the other one was left');
  await expectNoGarbage(wide);
  expect(wide.screen()).toHaveLength(45);
  await wide.press('q', 'q');
  await wide.waitFor('code 0');
  // By default screen has no alternate screen: the last frame stays, and the shell continues below it.
  expect(wide.screen().slice(-3)).toEqual([expect.stringContaining('? all keys'), 'code 0', '']);
  await wide.press('Enter');
  await wide.waitForExit();
  expect(wide).toMatchObject({alternateScreen: false, cursorVisible: true, bracketedPaste: false});
});

test('in GNU screen with an alternate screen: what stood there before is back', async (context) => {
  await using inScreen = await openInScreen(context, 'altscreen on\n');
  const {terminal, say} = inScreen;
  await terminal.waitFor('Fresh start');
  say('one line');
  await terminal.waitFor('one line');
  await terminal.press('q', 'q');
  await terminal.waitFor('code 0');
  expect(terminal.row(0)).toBe('before');
  expect(terminal.text()).not.toMatch(/pipetail|│/);
  await terminal.press('Enter');
  await terminal.waitForExit();
});
