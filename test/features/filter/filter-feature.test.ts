import {describe, expect, it} from 'vitest';
import {filterText} from '../../../source/engine/filters/filter.ts';
import {
  addMarker,
  currentLine,
  lastWords,
  logged,
  noticeOf,
  pressed,
  reading,
  rowsOf,
  typed,
  viewOf,
  write,
} from '../../kit/screen/reading.ts';
import type {ScreenUnderTest} from '../../kit/screen/screen-under-test.ts';

const texts = (screen: ScreenUnderTest) => viewOf(screen).filters.map(({filter}) => filterText(filter));

const five = [
  logged(1, 'INFO', 'step one'),
  logged(2, 'WARN', 'slow two'),
  logged(3, 'INFO', 'step three'),
  logged(4, 'ERROR', 'broken four'),
  logged(5, 'INFO', 'step five'),
];

const allHidden = 'everything is hidden by filters: press \\ to show all, Esc to remove the last';

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
    expect(noticeOf(screen)).toBe('no filters: press & to add one');
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
    expect(rowsOf(screen)).toEqual(['  everything is hidden by filters: press \\ to show all, Esc to remove the last']);
    await pressed(screen, '\\');
    expect(rowsOf(screen)).toHaveLength(6);
  });

  it('while a prompt is open it names no key that would be typed', async () => {
    await using screen = await reading(five);
    await pressed(screen, '&', ...'nowhere');
    const typing = ['  everything is hidden by filters: press Esc to remove the one that you type'];
    expect(rowsOf(screen)).toEqual(typing);
    await pressed(screen, 'Esc');
    expect(rowsOf(screen)).toHaveLength(6);
    await typed(screen, '&', 'nowhere');
    await pressed(screen, '/');
    expect(rowsOf(screen)).toEqual(['  everything is hidden by filters']);
    await pressed(screen, 'Esc', '&');
    expect(rowsOf(screen)).toEqual(['  everything is hidden by filters']);
    await pressed(screen, 'x');
    expect(rowsOf(screen)).toEqual(typing);
  });

  it('it says so below markers, which filters do not hide', async () => {
    await using screen = await reading(five, {size: {columns: 120, rows: 30}});
    await addMarker(screen);
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

  it('it does not say so for an empty log, nor for one that is only folded', async () => {
    await using screen = await reading(five, {names: ['orders', 'unknown']});
    screen.press('2');
    await typed(screen, '&', 'nowhere');
    await pressed(screen, 'f');
    expect(rowsOf(screen).join('\n')).not.toContain('hidden by filters');
  });

  it('R shows the other runs all the same', async () => {
    await using screen = await reading(five);
    await pressed(screen, 'R');
    await typed(screen, '&', 'nowhere');
    await pressed(screen, 'R');
    expect(texts(screen)).toEqual(['nowhere']);
  });
});

describe('L', () => {
  it('begins with warnings, goes through all levels and back to all', async () => {
    await using screen = await reading(five);
    const seen: unknown[] = [];
    for (let times = 0; times < 5; times++) {
      await pressed(screen, 'L');
      seen.push([noticeOf(screen), lastWords(screen).length]);
    }
    expect(seen).toEqual([
      ['WARN and worse: press L to show ERROR only', 2],
      ['ERROR only: press L to show INFO and worse', 1],
      ['INFO and worse: press L to show DEBUG and worse', 6],
      ['DEBUG and worse: press L to show all levels', 6],
      ['all levels: press L to show WARN and worse', 6],
    ]);
    expect(texts(screen)).toEqual([]);
  });

  it('continues from a typed level', async () => {
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

  it.each([
    ['Esc', ['Esc']],
    ['\\', ['\\', '\\']],
    ['an empty text', ['&', 'Up', '^U', 'Enter']],
  ])('ends with the last filter, removed by %s: the next one shows its matches only', async (_, keys) => {
    await using screen = await reading(five);
    await typed(screen, '&', 'five');
    await pressed(screen, 'x', ...keys);
    if (viewOf(screen).filters.length === 0) await typed(screen, '&', 'five');
    expect(lastWords(screen)).toEqual(['five']);
  });

  it('stays while another filter is on', async () => {
    await using screen = await reading(five);
    await typed(screen, '&', 'five');
    await typed(screen, '&', '!nowhere');
    await pressed(screen, 'x', 'Esc');
    expect(lastWords(screen)).toEqual(['two', 'three', 'four', 'five']);
  });

  it('has no effect without matches, and says what makes them', async () => {
    await using screen = await reading(five);
    for (const key of ['R', 'x']) await pressed(screen, key);
    expect(noticeOf(screen)).toBe('no filter is set: press & to add one');
    await typed(screen, '&', 'five');
    expect(lastWords(screen)).toEqual(['five']);
  });
});
