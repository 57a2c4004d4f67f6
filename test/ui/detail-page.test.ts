import {describe, expect, it} from 'vitest';
import {textWidth} from '../../source/terminal/width.ts';
import {detailPage} from '../../source/ui/detail-page.ts';
import {logged, reading} from './reading.ts';

const page = (screen: Awaited<ReturnType<typeof reading>>, width = 100) =>
  detailPage(screen.controller, width).map(({text}) => text.trimEnd());

describe('the page of a record', () => {
  it('has its line number, its head and all its lines', async () => {
    await using screen = await reading([logged(1, 'ERROR', 'broken two key="v"', 'dbsp::io'), '  goes on']);
    const rows = page(screen);
    expect(rows.slice(0, 2)).toEqual([' orders  line 2', '']);
    expect(rows).toContain(' time    2026-11-25 00:00:01.000000 UTC');
    expect(rows).toContain(' target  dbsp::io');
    expect(rows).toContain('   goes on');
  });

  it('is of the record of the current line, whichever of its lines that is', async () => {
    await using screen = await reading([logged(1, 'ERROR', 'broken'), '  goes on', logged(2, 'INFO', 'next')]);
    screen.press('k');
    const fromLine = page(screen);
    screen.press('k');
    expect(page(screen)).toEqual(fromLine);
  });

  it('says in full what a marker says, on as many rows as it takes', async () => {
    await using screen = await reading([], {names: ['orders']});
    screen.manager.get('orders')?.buffer.addMarker({kind: 'drawn', at: 0});
    screen.press('G');
    const rows = page(screen, 12);
    expect(rows[0]).toBe(' orders');
    expect(
      rows
        .slice(2)
        .map((row) => row.trim())
        .join(' '),
    ).toContain('1970-01-01 00:00:00');
    for (const row of rows) expect(textWidth(row)).toBeLessThanOrEqual(12);
  });

  it('says that there is nothing', async () => {
    await using screen = await reading([], {names: ['unknown']});
    expect(page(screen)).toEqual([' nothing here']);
  });

  it('names the pipeline that the record of a merged log is of', async () => {
    await using screen = await reading([logged(1, 'INFO', 'step one')], {names: ['orders', 'fraud']});
    screen.controller.tabSwitcher.merge(['fraud', 'orders']);
    const buffer = () => screen.controller.pane?.model.source.buffer;
    await screen.until(() => buffer()?.lineCount === 3, 'the merged lines');
    screen.press('G');
    expect(page(screen)[0]).toMatch(/^ orders {2}line /);
  });
});
