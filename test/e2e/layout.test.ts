import {expect, test} from 'vitest';
import {openProgram} from '../harness/program.ts';
import {openViewer} from './viewer.ts';

test.each([
  [80, 24],
  [40, 10],
])('%i×%i: header, list, tab, log and keys have their place, nothing is wider than the screen', async (cols, rows) => {
  await using viewer = await openViewer({cols, rows});
  const {terminal} = viewer;
  await viewer.live();
  viewer.write('alpha', 2 * rows, 'row');
  await terminal.waitFor(`row ${2 * rows}.`);
  expect(viewer.header()).toMatch(/^ (pipetail {2})?.*LIVE$/);
  expect(viewer.tabBar()).toMatch(/^ alpha/);
  expect(viewer.list()).toHaveLength(3);
  expect(viewer.list()[0]).toMatch(/● alpha/);
  expect(viewer.status()).toMatch(/\d+ lines {2}\S+ \S+B$/);
  expect(terminal.row(-1)).toContain('? all keys');
  expect(viewer.pane()).toHaveLength(rows - 4);
  expect(viewer.shown()).toHaveLength(rows - 4);
  expect(viewer.pane().at(-1)).toMatch(new RegExp(`INFO .*row ${2 * rows}\\.$`));

  await terminal.press('z');
  await terminal.waitForGone('│');
  expect(terminal.row(-3)).toContain(`row ${2 * rows}.`);
  await terminal.press('?');
  await terminal.waitFor('type to find');
  await terminal.press('Esc', 'z');
  await terminal.waitFor('│');
});

test('the prompts fit into the narrowest screen, whatever is typed', async () => {
  await using viewer = await openViewer({cols: 40, rows: 10});
  const {terminal} = viewer;
  await viewer.live();
  viewer.write('alpha', 20);
  await terminal.waitFor('line 20.');
  await terminal.press('Tab');
  for (const keys of [['/'], ['&'], ['*'], ['T'], [':'], ['S'], ['S', 'Tab'], ['v', 'S', 'Tab']]) {
    await terminal.press(...keys);
    await terminal.stable();
    terminal.write('0123456789'.repeat(7));
    await terminal.waitFor(() => /\d9( |$)/.test(terminal.row(-2)));
    await terminal.stable();
    expect(terminal.row(0), keys.join(' ')).toMatch(/^ (pipetail|127\.0\.0\.1:\d+) /);
    expect(terminal.row(-1), keys.join(' ')).toMatch(/Enter/);
    const before = terminal.screen();
    await terminal.press('Esc', 'C-l');
    await terminal.stable();
    expect(terminal.screen().slice(0, 2), keys.join(' ')).toEqual(before.slice(0, 2));
    await terminal.press('Esc', 'Esc');
  }
});

test('a screen that is too small says so until there is room', async () => {
  await using viewer = await openViewer({cols: 39, rows: 24});
  const {terminal} = viewer;
  await terminal.waitFor('39×24 is too small');
  terminal.resize(80, 9);
  await terminal.waitFor('80×9 is too small');
  terminal.resize(10, 2);
  await terminal.waitFor('10×2');
  expect(terminal.text()).not.toContain('│');
  terminal.resize(80, 24);
  await viewer.live();
  expect(terminal.text()).not.toContain('too small');
});

test('the demo fills 80×24 with seven pipelines in varied states', async () => {
  await using terminal = await openProgram(['--demo'], {env: {PIPETAIL_LIST_WIDTH: '28'}});
  await terminal.waitFor('LIVE');
  for (const word of ['Running', 'Stopped', 'Failed', 'SQL error', 'Paused']) {
    await terminal.waitFor(word);
  }
  expect(terminal.row(0)).toContain('7 pipelines');
});

test('NO_COLOR: no colour on the screen, and nothing is lost by it', async () => {
  await using viewer = await openViewer({
    env: {NO_COLOR: '1'},
    before: (server) => server.pipeline('beta').fail('out of space'),
  });
  await viewer.live();
  viewer.say('beta', 'something broke', 'ERROR');
  await viewer.terminal.waitFor('something broke');
  for (let row = 0; row < viewer.terminal.rows; row++) {
    for (let column = 0; column < viewer.terminal.cols; column++) {
      expect(viewer.terminal.cell(row, column)).toMatchObject({fg: undefined, bg: undefined});
    }
  }
  expect(viewer.list().join('\n')).toMatch(/✗ beta/);
});

test('draws on a terminal where the variable CI is set, too', async () => {
  await using viewer = await openViewer({env: {CI: 'true'}});
  await viewer.terminal.waitFor('LIVE');
});

test('control bytes of the log become visible, only colour passes', async () => {
  await using viewer = await openViewer({cols: 140});
  const {terminal} = viewer;
  await viewer.live();
  viewer.say(
    'alpha',
    'bell \u0007 title \u001B]0;pwned\u0007 clear \u001B[2J red \u001B[31mRED\u001B[0m \u001B]52;c;cHduZWQ=\u0007 end',
  );
  await terminal.press('z');
  await terminal.waitFor('RED');
  expect(terminal).toMatchObject({bells: 0, title: ''});
  expect(terminal.row(0)).toContain('pipetail');
  expect(terminal.styleOf('RED').fg).toBe('palette-196');
  for (const sequence of ['\u001B]0;', '\u001B]52;']) expect(terminal.output.includes(sequence)).toBe(false);
});
