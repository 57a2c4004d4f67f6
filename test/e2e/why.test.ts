import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {connectorErrors, parseError} from '../../demo/connector-errors.ts';
import {processLog} from '../../demo/process-log.ts';
import type {DemoServer} from '../../demo/server.ts';
import {eventually} from '../harness/eventually.ts';
import {runCommand} from '../harness/program.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {openViewer} from './viewer.ts';

/** `alpha`: an input that rejects most of its records, another one that stops with a fatal error. */
function trouble(server: DemoServer): void {
  const alpha = server.pipeline('alpha');
  alpha.run.receive('orders.bad', 1);
  const report = connectorErrors(alpha, processLog(alpha, {shape: 'colour'}));
  for (let event = 1; event <= 3; event++) report(parseError('orders.bad', event, 'missing field `id`', '{}'));
  report({endpoint: 'orders.web', kind: 'transport', fatal: true, error: 'connection refused (os error 111)'});
  alpha.run.step();
}

test.each([
  {locale: 'C.UTF-8', mark: '◐'},
  {locale: 'C', mark: '%'},
])(
  'a degraded pipeline: its mark in the list, with one key why, with another one where ($locale)',
  async ({locale, mark}) => {
    const env = {LC_ALL: locale, NO_COLOR: '1'};
    await using viewer = await openViewer({cols: 80, rows: 24, args: ['alpha'], env});
    const {terminal, server} = viewer;
    await viewer.connections(1);
    await viewer.live();
    trouble(server);
    const marked = new RegExp(`^.${mark} alpha`, 'm');
    await terminal.waitFor(marked);
    await terminal.waitFor(() => / 1 degraded .*LIVE *$/.test(viewer.header()));
    // The cause is there without a key.
    await terminal.waitFor(new RegExp(`${mark} orders\\.web stopped: connection refused`));
    await terminal.press('d');
    const page = () => terminal.text().replaceAll(/\s+/g, ' ');
    await terminal.waitFor(() =>
      page().includes('orders.bad rejected 75 % of its records since its start: missing field `id`'),
    );
    expect(page()).toMatch(
      /Running, but degraded API .* orders\.web stopped with a fatal error: connection refused \(os error 111\) log .* nothing is read from it orders\.bad rejected/,
    );
    await terminal.press('Enter');
    await terminal.waitFor(/[▸>].*ERROR .*FATAL error on input/);
    // It was looked at, and still is so.
    expect(terminal.text()).toMatch(marked);
  },
);

test.each([
  {how: 'by the option', option: ['--read-logs', 'all']},
  {how: 'by one key', option: []},
])('an input that failed for good is told without its log being opened, $how', async ({option}) => {
  const args = ['beta', ...option];
  await using viewer = await openViewer({cols: 100, rows: 24, args, env: {NO_COLOR: '1'}, before: trouble});
  const {terminal} = viewer;
  await viewer.live();
  if (option.length === 0) {
    await terminal.waitFor(/^ ◦ alpha/m);
    await terminal.press('Tab');
    await terminal.waitFor('a all logs');
    await terminal.press('a');
  }
  await terminal.waitFor(/^ ◐ alpha/m);
  await terminal.waitFor(() => / 1 degraded /.test(viewer.header()) && !viewer.header().includes('not read'));
  expect(viewer.tabBar()).not.toContain('alpha');
  await viewer.connections(3);
  if (option.length === 0) expect(terminal.row(-1)).not.toContain('a all logs');
  await terminal.press('A');
  await terminal.waitFor(/ alpha .*orders\.web/);
});

test('status and an alert say the same', async () => {
  await using folder = await temporaryDirectory();
  const file = `${folder.path}/alerts`;
  await using viewer = await openViewer({args: ['alpha', '--on-alert', `cat >> ${file}`]});
  await viewer.connections(1);
  await viewer.live();
  viewer.say('alpha', 'before');
  await viewer.terminal.waitFor('before');
  trouble(viewer.server);
  const alerts = () => {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return '';
    }
  };
  await eventually(
    () => alerts().includes('\n'),
    () => 'no alert',
  );
  const words = 'orders.web stopped with a fatal error: connection refused (os error 111)';
  expect(JSON.parse(alerts().split('\n')[0] ?? '')).toMatchObject({pipeline: 'alpha', kind: 'degraded', text: words});
  const {stdout} = await runCommand(['status', 'alpha', '--host', viewer.server.url]);
  expect(stdout).toMatch(/^alpha\n {2}Running, but degraded \(API\)\n/);
  expect(stdout).toContain(`\n  ${words} (log · since `);
});
