import {describe, expect, it} from 'vitest';
import {filterText} from '../../source/filters/parse-filter.ts';
import {currentLine, lastWords, logged, noticeOf, pressed, reading, rowsOf, typed, viewOf, write} from './reading.ts';
import type {ScreenUnderTest} from './screen-under-test.ts';

const five = [
  logged(1, 'INFO', 'step one'),
  logged(2, 'WARN', 'slow two'),
  logged(3, 'INFO', 'step three'),
  logged(4, 'ERROR', 'broken four'),
  logged(5, 'INFO', 'step five'),
];
const texts = (screen: ScreenUnderTest) => viewOf(screen).filters.map(({filter}) => filterText(filter));
const allHidden = 'everything is hidden by filters: \\ shows all, Esc takes the last one away';

describe('filters', () => {
  it('& shows what matches, ! what does not, and Esc takes the last one away', async () => {
    await using screen = await reading(five);
    await typed(screen, '&', 'step');
    expect(lastWords(screen)).toEqual(['one', 'three', 'five']);
    await typed(screen, '&', '!three');
    expect(lastWords(screen)).toEqual(['one', 'five']);
    await pressed(screen, 'Esc');
    expect(lastWords(screen)).toEqual(['one', 'three', 'five']);
    await pressed(screen, 'Esc');
    expect(lastWords(screen)).toEqual(['Fresh', 'one', 'two', 'three', 'four', 'five']);
  });

  it('\\ switches all of them off, and on again', async () => {
    await using screen = await reading(five);
    await typed(screen, '&', 'step');
    await typed(screen, '&', 'five');
    await pressed(screen, '\\');
    expect(lastWords(screen)).toHaveLength(6);
    expect(texts(screen)).toEqual(['step', 'five']);
    await pressed(screen, '\\');
    expect(lastWords(screen)).toEqual(['five']);
  });

  it('\\ without filters says how to get one', async () => {
    await using screen = await reading(five);
    screen.press('\\');
    expect(noticeOf(screen)).toBe('no filters: & filters');
  });

  it('lines are filtered as they come', async () => {
    await using screen = await reading(five);
    await typed(screen, '&', 'step');
    await write(screen, logged(6, 'INFO', 'slow six'), logged(7, 'INFO', 'step seven'));
    expect(lastWords(screen)).toEqual(['one', 'three', 'five', 'seven']);
  });

  it('the current line stays the current one, and in its row once they are off', async () => {
    await using screen = await reading(
      Array.from({length: 100}, (_, at) => logged(at, 'INFO', `${at % 10} line${at}`)),
    );
    screen.press('g');
    for (let times = 0; times < 40; times++) screen.press('j');
    const before = rowsOf(screen);
    expect(currentLine(screen)).toContain('line39');
    await typed(screen, '&', '9 line');
    expect(currentLine(screen)).toContain('line39');
    expect(lastWords(screen)).toEqual(Array.from({length: 10}, (_, at) => (at === 0 ? 'line9' : `line${at}9`)));
    await pressed(screen, 'Esc');
    expect(rowsOf(screen)).toEqual(before);
  });
});

describe('where filters leave nothing', () => {
  it('the pane says so, and how to undo it', async () => {
    await using screen = await reading(five);
    await typed(screen, '&', 'nowhere');
    // 71 cells of pane.
    expect(rowsOf(screen)).toEqual([
      '  everything is hidden by filters: \\ shows all, Esc takes the last one',
      '  away',
    ]);
    await pressed(screen, '\\');
    expect(rowsOf(screen)).toHaveLength(6);
  });

  it('it says so below markers, which filters do not hide', async () => {
    await using screen = await reading(five, {size: {columns: 120, rows: 30}});
    screen.press('=');
    await typed(screen, '&', 'nowhere');
    expect(rowsOf(screen)).toHaveLength(2);
    expect(rowsOf(screen)[1]).toBe(`  ${allHidden}`);
  });

  it('it fits into the smallest screen', async () => {
    await using screen = await reading(five, {size: {columns: 40, rows: 10}});
    await typed(screen, '&', 'nowhere');
    expect(
      rowsOf(screen)
        .map((row) => row.trim())
        .join(' '),
    ).toBe(allHidden);
    expect(screen.controller.layout?.paneHeight).toBeGreaterThanOrEqual(rowsOf(screen).length);
  });

  it('it says so while following and while held, and goes with the first line that passes', async () => {
    await using screen = await reading(five, {size: {columns: 120, rows: 30}});
    await typed(screen, '&', 'nowhere');
    await write(screen, logged(6, 'INFO', 'not here'));
    expect(rowsOf(screen)).toEqual([`  ${allHidden}`]);
    await pressed(screen, 'Esc', 'k');
    await typed(screen, '&', 'nowhere');
    expect(rowsOf(screen)).toEqual([`  ${allHidden}`]);
    await write(screen, logged(7, 'INFO', 'nowhere else'));
    expect(lastWords(screen)).toEqual(['else']);
  });

  it('it does not say so of a log that is empty, nor of one that is only folded', async () => {
    await using screen = await reading(five, {names: ['orders', 'unknown']});
    screen.press('2');
    await typed(screen, '&', 'nowhere');
    await pressed(screen, 'f');
    expect(rowsOf(screen).join('\n')).not.toContain('hidden by filters');
  });

  it('R lets go of the run all the same', async () => {
    await using screen = await reading(five);
    await pressed(screen, 'R');
    await typed(screen, '&', 'nowhere');
    await pressed(screen, 'R');
    expect(texts(screen)).toEqual(['nowhere']);
  });
});

describe('L', () => {
  it('goes from level to level and back to all', async () => {
    await using screen = await reading(five);
    const seen: unknown[] = [];
    for (let times = 0; times < 5; times++) {
      await pressed(screen, 'L');
      seen.push([noticeOf(screen), lastWords(screen).length]);
    }
    expect(seen).toEqual([
      ['DEBUG and above', 6],
      ['INFO and above', 6],
      ['WARN and above', 2],
      ['ERROR and above', 1],
      ['all levels', 6],
    ]);
    expect(texts(screen)).toEqual([]);
  });

  it('goes on from a level that was typed', async () => {
    await using screen = await reading(five);
    await typed(screen, '&', 'level:warn');
    await pressed(screen, 'L');
    expect(texts(screen)).toEqual(['level:error']);
  });
});

describe('x', () => {
  it('shows matches in their context, and alone', async () => {
    await using screen = await reading(five);
    await typed(screen, '&', 'five');
    await pressed(screen, 'x');
    expect(noticeOf(screen)).toBe('matches with 3 records around each');
    expect(lastWords(screen)).toEqual(['two', 'three', 'four', 'five']);
    await pressed(screen, 'x');
    expect(noticeOf(screen)).toBe('matches with 10 records around each');
    expect(lastWords(screen)).toEqual(['Fresh', 'one', 'two', 'three', 'four', 'five']);
    await pressed(screen, 'x');
    expect(noticeOf(screen)).toBe('matches only');
    expect(lastWords(screen)).toEqual(['five']);
  });
});

describe('stretches of the log', () => {
  it('< and > hide what is before and after the record', async () => {
    await using screen = await reading(five);
    await pressed(screen, 'k', 'k', '>', 'k', '<');
    expect(lastWords(screen)).toEqual(['two', 'three']);
    expect(texts(screen)).toEqual(['up to 00:00:03', 'since 00:00:02']);
  });

  it('> keeps the record whole', async () => {
    await using screen = await reading([five[0] ?? '', 'goes on here', 'and here', five[1] ?? '']);
    await pressed(screen, 'k', 'k', '>');
    expect(lastWords(screen)).toEqual(['Fresh', 'one', 'here', 'here']);
  });

  it('another < takes the place of the first', async () => {
    await using screen = await reading(five);
    await pressed(screen, 'k', 'k', 'k', '<', 'j', '<');
    expect(texts(screen)).toEqual(['since 00:00:03']);
  });

  it('of a record without a time they say the line, and they hide the markers outside', async () => {
    await using screen = await reading(['plain']);
    await pressed(screen, '=', 'k');
    await pressed(screen, '<');
    expect(texts(screen)).toEqual(['since line 2']);
    await pressed(screen, '\\', '>');
    expect(rowsOf(screen).some((row) => row.includes('────'))).toBe(false);
  });

  it('R shows the run only, and all again', async () => {
    await using screen = await reading([], {
      scenario: (server) => {
        const orders = server.addPipeline('orders');
        orders.start();
        orders.stop();
        orders.start();
        orders.write('of the second run');
      },
    });
    await screen.untilLine('orders', 'of the second run');
    await pressed(screen);
    const all = rowsOf(screen).length;
    await pressed(screen, 'R');
    expect(texts(screen)).toEqual(['this run']);
    expect(rowsOf(screen)).toHaveLength(5);
    expect(lastWords(screen).at(-1)).toBe('run');
    await pressed(screen, 'R');
    expect(rowsOf(screen)).toHaveLength(all);
  });

  it('R has no run to show in a merged tab', async () => {
    await using screen = await reading(five, {names: ['orders', 'fraud']});
    screen.press('Tab', '+');
    await screen.until(() => screen.controller.pane?.model.source.snapshot.get().connection.kind === 'live', 'it');
    await pressed(screen, 'R');
    expect(viewOf(screen).filters).toEqual([]);
    expect(noticeOf(screen)).toBe('a merged log has no runs: R shows one in the tab of a pipeline');
  });

  it('R switches the run on again that \\ switched off', async () => {
    await using screen = await reading(five);
    await pressed(screen, 'R', '\\', 'R');
    expect(viewOf(screen).filters).toMatchObject([{filter: {label: 'this run'}, on: true}]);
  });

  it.each(['before', 'after'])('R shows the run also when its first lines are dropped %s', async (when) => {
    await using screen = await reading(five, {scrollbackBytes: 20_000});
    const drop = async (from: number) => {
      for (let part = from; part < from + 400; part += 100) {
        await write(
          screen,
          ...Array.from({length: 100}, (_, at) => logged(part + at, 'INFO', `more line${part + at}`)),
        );
      }
    };
    if (when === 'before') await drop(0);
    await pressed(screen, 'R');
    await drop(400);
    expect(screen.manager.get('orders')?.buffer.firstId).toBeGreaterThan(6);
    expect(texts(screen)).toEqual(['this run']);
    expect(lastWords(screen).at(-1)).toBe('line799');
    expect(lastWords(screen).length).toBeGreaterThan(10);
  });

  it('they stand when older lines are dropped', async () => {
    await using screen = await reading(five, {scrollbackBytes: 20_000});
    await pressed(screen, 'k', '<');
    await write(screen, ...Array.from({length: 400}, (_, at) => logged(10 + at, 'INFO', `more line${at}`)));
    const {buffer} = screen.manager.get('orders') ?? {};
    expect(buffer?.firstId).toBeGreaterThan(6);
    expect(lastWords(screen)).toContain(`line${(buffer?.firstId ?? 0) - 6}`);
    await pressed(screen, 'G');
    expect(lastWords(screen).at(-1)).toBe('line399');
    expect(texts(screen)).toEqual(['since 00:00:04']);
  });
});

describe('records alike', () => {
  const alike = [1, 2, 3].map((at) => logged(at, 'INFO', `read ${at} rows`));

  it('f folds them into one row, o opens it in place and closes it, f unfolds all', async () => {
    await using screen = await reading([...alike, logged(4, 'INFO', 'done four')]);
    await pressed(screen, 'f', 'k');
    expect(noticeOf(screen)).toBeUndefined();
    expect(lastWords(screen)).toEqual(['Fresh', '×3', 'four']);
    await pressed(screen, 'o');
    expect(lastWords(screen)).toEqual(['Fresh', 'rows', 'rows', 'rows', 'four']);
    await pressed(screen, 'j', 'o');
    expect(lastWords(screen)).toEqual(['Fresh', '×3', 'four']);
    expect(currentLine(screen)).toContain('read 1 rows');
    await pressed(screen, 'f');
    expect(lastWords(screen)).toHaveLength(5);
  });

  it('o says where there is nothing to open', async () => {
    await using screen = await reading(alike);
    await pressed(screen, 'o');
    expect(noticeOf(screen)).toBe('no folded row here: f folds records alike');
  });

  it('- hides all of one shape', async () => {
    await using screen = await reading([...alike, logged(4, 'INFO', 'done four')]);
    await pressed(screen, 'k', '-');
    expect(lastWords(screen)).toEqual(['Fresh', 'four']);
    expect(texts(screen)[0]).toMatch(/^not like: /);
  });

  it('- says of a marker that it is no record', async () => {
    await using screen = await reading(alike);
    await pressed(screen, '=');
    await pressed(screen, '-');
    expect(noticeOf(screen)).toBe('this is no record');
    expect(texts(screen)).toEqual([]);
  });
});

describe('a', () => {
  it('gives the filters to the other tabs, but not stretches of this log', async () => {
    await using screen = await reading(five, {names: ['orders', 'fraud']});
    await pressed(screen, 'k', '<');
    await typed(screen, '&', 'Fresh');
    await pressed(screen, 'a');
    expect(noticeOf(screen)).toBe('the other tab has these filters now');
    expect(texts(screen)).toEqual(['since 00:00:04', 'Fresh']);
    await pressed(screen, '2');
    expect(texts(screen)).toEqual(['Fresh']);
    await screen.until(() => lastWords(screen).join(' ') === 'Fresh', 'the filter to be applied');
  });

  it('leaves a preview a preview', async () => {
    await using screen = await reading(five);
    await typed(screen, '&', 'step');
    screen.press('Tab');
    screen.controller.tabSwitcher.moveCursor('fraud');
    await screen.clock.advance(250);
    screen.press('Tab', 'a');
    expect(noticeOf(screen)).toBe('the other tab has these filters now');
    expect(screen.tabs).toEqual(['orders', 'fraud?']);
    screen.press('1');
    expect(texts(screen)).toEqual([]);
  });

  it('says where there is no other tab', async () => {
    await using screen = await reading(five);
    screen.press('a');
    expect(noticeOf(screen)).toBe('there is no other tab');
  });

  it('takes the filters of the other tabs away where this one has none', async () => {
    await using screen = await reading(five, {names: ['orders', 'fraud']});
    await typed(screen, '&', 'step');
    await pressed(screen, 'a', '2', 'Esc', 'a', '1');
    expect(texts(screen)).toEqual([]);
    expect(lastWords(screen)).toHaveLength(6);
  });
});
