import {describe, expect, it} from 'vitest';
import {paintedWidth} from '../../../source/lib/width.ts';
import {currentLine, lastWords, logged, pressed, reading, rowsOf, typed, viewOf, write} from '../screen/reading.ts';
import type {ScreenUnderTest} from '../screen/screen-under-test.ts';

const log = [
  logged(1, 'INFO', 'step one'),
  logged(2, 'ERROR', 'broken two'),
  logged(3, 'INFO', 'step three'),
  logged(4, 'INFO', 'step four'),
];
const wide = {size: {columns: 120, rows: 30}};

function painted(screen: ScreenUnderTest): readonly string[] {
  const {pane, layout} = screen.controller;
  return pane && layout ? pane.rows.paint(pane.tab.pane, layout) : [];
}

describe('the rows of a log', () => {
  it('are as many as the pane is high, and never wider than it', async () => {
    await using screen = await reading([...log, `wide 日本語 ${'x'.repeat(300)}`]);
    for (const keys of [[], ['w'], ['J'], ['#'], ['w'], ['k'], ['*']]) {
      screen.press(...keys);
      const rows = painted(screen);
      expect(rows).toHaveLength(screen.controller.layout?.paneHeight ?? 0);
      for (const row of rows) expect(paintedWidth(row)).toBeLessThanOrEqual(screen.controller.layout?.paneWidth ?? 0);
    }
  });

  it('mark the current line while it is held, and none while following', async () => {
    await using screen = await reading(log);
    expect(rowsOf(screen).join('\n')).not.toContain('▸');
    screen.press('k');
    expect(rowsOf(screen).map((row) => row.startsWith('▸'))).toEqual([false, false, false, true, false]);
  });

  it('keep the user’s marks on the head of a record, whatever is dropped before', async () => {
    await using screen = await reading([log[0] ?? '', '  goes on'], {scrollbackBytes: 20_000});
    screen.press('m', 'm');
    expect(rowsOf(screen).map((row) => row.includes('◆'))).toEqual([false, true, false]);
    await write(screen, ...Array.from({length: 400}, (_, at) => logged(10 + at, 'INFO', `more line${at}`)));
    expect(viewOf(screen).marks).toEqual(new Set([1]));
    expect(rowsOf(screen).join('\n')).not.toContain('◆');
  });

  it('show a selection that reaches to what was dropped', async () => {
    await using screen = await reading(log, {scrollbackBytes: 20_000});
    screen.press('g', 'v');
    await write(screen, ...Array.from({length: 400}, (_, at) => logged(10 + at, 'INFO', `more line${at}`)));
    screen.press('j', 'j');
    screen.press('y');
    await screen.until(() => screen.copied.length > 0, 'the copy');
    const first = screen.logs.get('orders')?.buffer.firstId ?? 0;
    const expected = [0, 1, 2].map((at) => logged(10 + first - 5 + at, 'INFO', `more line${first - 5 + at}`));
    expect(screen.copied).toEqual([`${expected.join('\n')}\n`]);
  });

  it('count the records of a folded row, and show context dim', async () => {
    await using screen = await reading([1, 2, 3].map((at) => logged(at, 'INFO', `read ${at} rows`)));
    await pressed(screen, 'f');
    expect(lastWords(screen)).toEqual(['Fresh', '×3']);
    await typed(screen, '&', 'Fresh');
    await pressed(screen, 'x');
    expect(rowsOf(screen)).toHaveLength(2);
    expect(painted(screen)[1]).toContain('\u001B[2m');
  });

  it('have errors and matches at the right border', async () => {
    await using screen = await reading(log, wide);
    const border = () => painted(screen).filter((row) => paintedWidth(row) === screen.controller.layout?.paneWidth);
    const withErrors = border().length;
    expect(withErrors).toBeGreaterThan(0);
    await typed(screen, '/', 'step');
    screen.press('G');
    expect(border().length).toBeGreaterThan(withErrors);
  });

  it('have one above each start but the first, also where its first line is hidden, and none in a merged log', async () => {
    await using screen = await reading([]);
    const orders = screen.server.pipeline('orders');
    for (const second of [1, 2]) {
      orders.start();
      await write(screen, logged(60 * second, 'ERROR', `step ${second}`));
      orders.stop();
    }
    orders.start();
    await write(screen, logged(180, 'ERROR', 'step 3'));
    const rows = rowsOf(screen).map((row) => row.trim());
    const at = rows.indexOf('──── run 2 ────');
    expect(rows[at + 1]).toContain('transition: stopped');
    expect(rows.filter((row) => row.includes(' run '))).toEqual(['──── run 2 ────', '──── run 3 ────']);
    await pressed(screen, '{');
    expect(currentLine(screen)).toContain('stopped -> provisioning');
    expect(rowsOf(screen).find((row) => row.startsWith('▸'))).toContain('transition: stopped');
    await pressed(screen, 'L', 'L');
    expect(rowsOf(screen).map((row) => /run \d|step \d/.exec(row)?.[0])).toEqual([
      ...['step 1', 'run 2', 'step 2', 'run 3', 'step 3'],
    ]);
    await pressed(screen, 'G', 'k', 'g');
    expect(currentLine(screen)).toContain('step 1');
  });

  it('name the pipeline of each line of a merged log', async () => {
    await using screen = await reading(log, {names: ['orders', 'fraud']});
    screen.controller.tabSwitcher.merge(['fraud', 'orders']);
    await screen.until(() => rowsOf(screen).length === 6, 'the merged lines');
    expect(rowsOf(screen).filter((row) => /^ [ ▎]orders /.test(row))).toHaveLength(5);
    expect(rowsOf(screen).filter((row) => /^ [ ▎]fraud {2}/.test(row))).toHaveLength(1);
  });
});

it('at 80 columns a message has at least 45 cells, beside the list and with its time', async () => {
  await using screen = await reading([logged(1, 'INFO', 'x'.repeat(200))], {size: {columns: 80, rows: 24}});
  const row = rowsOf(screen).at(-1) ?? '';
  expect(row).toMatch(/^ +00:00:01 INFO {2}x{44,}…$/);
  expect(row.length - row.indexOf('x')).toBeGreaterThanOrEqual(45);
});

describe('a renderer', () => {
  it('is the same one while nothing changes that it depends on', async () => {
    await using screen = await reading(log);
    const renderer = () => {
      const {pane, layout} = screen.controller;
      return pane && layout && pane.rows.renderer(pane.tab.pane, layout);
    };
    const followed = renderer();
    screen.press('k');
    const first = renderer();
    expect(first).not.toBe(followed);
    screen.press('m', 'v');
    expect(renderer()).toBe(first);
    for (const key of ['w', 't', 'J']) {
      const before = renderer();
      screen.press(key);
      expect(renderer()).not.toBe(before);
    }
    const before = renderer();
    screen.controller.setSize({columns: 90, rows: 30});
    expect(renderer()).not.toBe(before);
  });
});
