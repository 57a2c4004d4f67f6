import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {connectorErrors, parseError} from '../../demo/connector-errors.ts';
import {type Level, plainLine} from '../../demo/log-lines.ts';
import {processLog} from '../../demo/process-log.ts';
import {quiet} from '../../demo/scenario.ts';
import {DemoServer} from '../../demo/server.ts';
import {eventually} from '../harness/eventually.ts';
import {launcher, program} from '../harness/program.ts';
import {openTmux} from '../harness/tmux.ts';
import {requireTool} from '../harness/tools.ts';
import {openViewer, type Viewer, type ViewerOptions} from './viewer.ts';

/** Longer than the setting `away`, which is longer than a busy machine is between two keys of a test. */
const away = 4100;

/** The current line of the log pane. */
const current = ({terminal}: Viewer): string => terminal.screen().find((row) => row.includes('│▸')) ?? '';

/** Kept tabs for alpha and beta; alpha's log is on the screen. Both are live: what a catch-up brings is no news. */
async function twoTabs(options: Pick<ViewerOptions, 'args' | 'cols' | 'env'> = {}): Promise<Viewer> {
  const viewer = await openViewer({cols: 100, args: ['alpha', 'beta'], ...options});
  await viewer.connections(2);
  for (const [key, name] of [
    ['2', 'beta'],
    ['1', 'alpha'],
  ] as const) {
    viewer.say(name, `the log of ${name}`);
    await viewer.terminal.press(key);
    await viewer.terminal.waitFor(`the log of ${name}`);
    await viewer.live();
  }
  return viewer;
}

test('A lists the errors of the other tabs by fingerprint; Enter goes to the last, f to the first, m mutes', async () => {
  await using viewer = await twoTabs({cols: 120});
  const {terminal} = viewer;
  for (const port of [9092, 9093, 9094]) viewer.say('beta', `connection refused on port ${port}`, 'ERROR');
  viewer.say('beta', 'no space left on device', 'ERROR');
  await terminal.waitFor(() => /2 beta.*4✗/.test(viewer.tabBar()));

  await terminal.press('A');
  await terminal.waitFor(/Errors {2}2 new kinds/);
  await terminal.waitFor(/▸ beta +×1 +\d\d:\d\d +no space left on device/);
  await terminal.waitFor(/beta +×3 +\d\d:\d\d +connection refused on port 9092/);
  expect(terminal.row(-1)).toContain('Enter go to last');
  await terminal.press('j', 'm');
  await terminal.waitFor(/×3 .* muted +connection/);
  await terminal.press('Esc');
  await terminal.waitFor(() => /2 beta.* 1✗|2 beta.*●1✗/.test(viewer.tabBar()));

  await terminal.press('A', 'G', 'Enter');
  await terminal.waitFor(() => current(viewer).includes('port 9094'));
  await terminal.press('A', 'G', 'f');
  await terminal.waitFor(() => current(viewer).includes('port 9092'));
  await terminal.press('A');
  await terminal.waitFor('Errors  none new');
  await terminal.press('Esc', '1');

  // What a pipeline withholds adds up with what really happened to it, on the tab, in the list and on the page.
  const beta = viewer.server.pipeline('beta');
  let now = 0;
  const report = connectorErrors(beta, processLog(beta, {shape: 'colour'}), () => now);
  const fail = (times: number) => {
    for (let event = 1; event <= times; event++) report(parseError('orders.bad', event, 'missing field `id`', '{}'));
  };
  fail(40);
  now += 6000;
  fail(6);
  const [{total = 0, logged, told = 0} = {}] = beta.run.errorCounts;
  await terminal.waitFor(() => new RegExp(`2 beta.*${total}✗`).test(viewer.tabBar()));
  await terminal.waitFor(() => new RegExp(`beta .*${total}✗`).test(viewer.list().join('\n')));
  await terminal.press('A');
  await terminal.waitFor(new RegExp(`beta +×${logged} \\+${told} suppressed +\\d\\d:.* orders\\.bad: missing field`));
  await terminal.waitFor(
    new RegExp(`beta +×${total - (logged ?? 0) - told} +connector errors suppressed: orders\\.bad`),
  );
  await terminal.press('Esc', '2', 'F');

  // A connector that had a fatal error, which the statistics no longer have, is read in words with one key, whole with two.
  report({endpoint: 'orders.web', kind: 'transport', fatal: true, error: 'connection refused (os error 111)'});
  beta.run.step();
  await terminal.waitFor('Input endpoint orders.web failed');
  await terminal.press('d');
  await terminal.waitFor('orders.web stopped with a fatal error: connection refused (os error 111)');
  await terminal.press('c', 'Enter');
  await terminal.waitFor(/orders\.web {2}of beta/);
  await terminal.waitFor(/fatal error +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d connection refused \(os error 111\)/);
});

test('the first key after a while away shows what happened, and Esc leads back to what was typed', async () => {
  await using viewer = await twoTabs({env: {PIPETAIL_AWAY: '4s'}});
  const {terminal, server} = viewer;
  viewer.write('alpha', 3);
  await terminal.waitFor('line 3.');
  await terminal.press('/');
  await terminal.type('line');
  await terminal.waitFor('/line');

  for (const port of [1, 2]) viewer.say('beta', `connection refused on port ${port}`, 'ERROR');
  viewer.write('beta', 5);
  server.pipeline('gamma').fail('exit status: 101');
  await terminal.waitFor('1 failing');
  await sleep(away);

  await terminal.press('Esc');
  await terminal.waitFor('While you were away');
  await terminal.waitFor(/▸ gamma +\d\d:\d\d:\d\d +failed +Failed · exit status: 101/);
  await terminal.waitFor(/beta +\d\d:\d\d:\d\d +2 errors, 1 new kind +connection refused on port 1/);
  await terminal.press('Esc');
  await terminal.waitForGone('While you were away');
  // What was being typed is still there.
  await terminal.waitFor('/line');
});

test('a notification rings the bell once a minute, and the title shows how many fail and is put back', async () => {
  await using viewer = await twoTabs({
    args: ['alpha', 'beta', '--notify', 'bell', '--title', '--watch', 'checkpoint \\d+ late'],
  });
  const {terminal, server} = viewer;
  await eventually(
    () => terminal.title === 'pipetail',
    () => terminal.title,
  );
  viewer.say('beta', 'checkpoint 7 late', 'WARN');
  await eventually(
    () => terminal.bells === 1,
    () => `${terminal.bells} bells`,
  );
  server.pipeline('gamma').fail('exit status: 101');
  await eventually(
    () => terminal.title === 'pipetail · 1 failing' && terminal.bells === 2,
    () => `${terminal.title}, ${terminal.bells} bells`,
  );
  for (let line = 0; line < 50; line++) viewer.say('beta', `checkpoint ${line} late`, 'WARN');
  await terminal.press('2');
  await terminal.waitFor('checkpoint 49 late');
  expect(terminal.bells).toBe(2);
  await terminal.press('q', 'q');
  await terminal.waitForExit();
  expect(terminal.output.lastIndexOf('\u001B[23;2t')).toBeGreaterThan(terminal.output.lastIndexOf('\u001B[22;2t'));
});

test('in tmux, whatever was configured, it is the bell that marks the window; the title is the pane’s', async (context) => {
  requireTool(context, 'tmux');
  await using server = {
    demo: await DemoServer.start({scenario: quiet('alpha', 'beta')}),
    [Symbol.asyncDispose]() {
      return this.demo.close();
    },
  };
  const args = [program, '--host', server.demo.url, 'alpha', '--notify', 'osc9', '--title'];
  await using tmux = await openTmux({command: launcher, args});
  await tmux.waitFor('LIVE');
  const ask = (format: string) => tmux.tmux('display-message', '-p', '-t', ':0', format).trim();
  tmux.tmux('new-window', '-d', '--', 'cat');
  tmux.tmux('select-window', '-t', ':1');
  expect(ask('#{window_bell_flag}')).toBe('0');
  server.demo.pipeline('beta').fail('exit status: 101');
  await eventually(
    () => ask('#{window_bell_flag} #{pane_title}') === '1 pipetail · 1 failing',
    () => ask('#{window_bell_flag} #{pane_title}'),
  );
  expect(tmux.tmux('capture-pane', '-p', '-t', ':0')).not.toContain('exit status');
});

test('H shows two restarts of before the start; D and Enter lead to the kind of error that came with the last', async () => {
  await using viewer = await openViewer({
    pipelines: ['alpha'],
    cols: 110,
    rows: 40,
    before(server) {
      const alpha = server.pipeline('alpha');
      const say = (level: Level, message: string) =>
        alpha.write(plainLine({name: 'alpha'}, alpha.stamp(), {level, target: 'dbsp_adapters::controller', message}));
      for (const end of ['stop', 'fail'] as const) {
        say('INFO', 'step done');
        if (end === 'stop') alpha.stop();
        else alpha.fail('exit status: 101');
        alpha.start();
      }
      say('INFO', 'step done');
      say('ERROR', 'no space left on device');
      say('INFO', 'step done');
    },
    args: ['alpha'],
  });
  const {terminal} = viewer;
  await viewer.live('no space left on device');
  await terminal.press('H');
  await terminal.waitFor(/Timeline of alpha {2}newest first, UTC/);
  for (const run of [1, 2, 3]) await terminal.waitFor(new RegExp(`run .* run ${run} of 3: `));
  await terminal.waitFor(() => terminal.text().match(/ state .* → Running/g)?.length === 3);
  await terminal.waitFor(/ failed .* exit status: 101/);
  await terminal.press('Esc', 'D');
  await terminal.waitFor(/Changes in run 3 since run 2 {2}1 new/);
  await terminal.waitFor(/▸ new +×1 +ERROR .*no space left on device/);
  await terminal.press('Enter');
  await terminal.waitFor(() => current(viewer).includes('no space left on device'));
});
