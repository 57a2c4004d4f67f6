import {describe, expect, it} from 'vitest';
import {selectionWords} from '../../../source/kit/pane/pane-on-screen.ts';
import {recordWords} from '../../../source/shells/screen/components/status-line.tsx';
import {writable} from '../../harness/writable.ts';
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
} from '../screen/reading.ts';
import type {ScreenUnderTest} from '../screen/screen-under-test.ts';

describe('the shown log', () => {
  const log = ['one', 'two', 'three', 'four'].map((word, at) => logged(at, 'INFO', `step ${word}`));

  describe('what the keys act on', () => {
    it('is the last entry while following, and the marked one while held', async () => {
      await using screen = await reading(log);
      expect(screen.controller.paneOnScreen?.current).toBe(4);
      screen.press('k');
      expect(screen.controller.paneOnScreen?.current).toBe(3);
      expect(screen.controller.paneOnScreen).toMatchObject({tab: {name: 'orders'}, geometry: {height: 26}});
    });

    it('is nothing on a screen that is too small, and without a tab', async () => {
      await using screen = await reading(log);
      screen.controller.setSize({columns: 39, rows: 10});
      expect(screen.controller.paneOnScreen).toBeUndefined();
      screen.press('j', 'y', 'Enter', '/', '&');
      screen.controller.setSize({columns: 40, rows: 10});
      screen.controller.tabSwitcher.close('orders');
      expect(screen.controller.paneOnScreen).toBeUndefined();
    });

    it('has no current entry in an empty log', async () => {
      await using screen = await reading([], {names: ['unknown']});
      expect(screen.controller.paneOnScreen).toMatchObject({current: undefined});
    });
  });

  describe('goToEntry', () => {
    it('marks the entry, without a notice', async () => {
      await using screen = await reading(log);
      screen.controller.goToEntry(2);
      expect(currentLine(screen)).toContain('two');
      expect(noticeOf(screen)).toBeUndefined();
    });

    it('goes to the next one shown, or the last, if a filter hides it, with a notice', async () => {
      await using screen = await reading(log);
      await typed(screen, '&', 'step t');
      screen.controller.goToEntry(1);
      expect(currentLine(screen)).toContain('two');
      expect(noticeOf(screen)).toBe('that line is filtered out; this is the next visible one');
      screen.controller.goToEntry(4);
      expect(currentLine(screen)).toContain('three');
      expect(noticeOf(screen)).toBe('that line is filtered out; this is the last visible one');
    });

    it('without a line to go to shows why', async () => {
      await using screen = await reading(log, {names: ['orders', 'unknown']});
      await typed(screen, '&', 'nowhere');
      screen.controller.goToEntry(1);
      expect(noticeOf(screen)).toBe('everything is hidden by filters');
      expect(viewOf(screen).position.kind).toBe('follow');
      screen.press('2');
      screen.controller.goToEntry(1);
      expect(noticeOf(screen)).toBe('the log is empty');
    });

    it('opens the fold that the entry is in', async () => {
      await using screen = await reading([1, 2, 3].map((at) => logged(at, 'INFO', `read ${at} rows`)));
      await pressed(screen, 'f');
      screen.controller.goToEntry(2);
      expect(currentLine(screen)).toContain('read 2 rows');
      expect(lastWords(screen)).toEqual(['Fresh', 'rows', 'rows', 'rows']);
    });

    it('of a line that was dropped goes to the oldest, with a notice', async () => {
      await using screen = await reading(log, {scrollbackBytes: 20_000});
      await write(screen, ...Array.from({length: 400}, (_, at) => logged(10 + at, 'INFO', `more ${at}`)));
      screen.controller.goToEntry(0);
      expect(noticeOf(screen)).toBe('that line is no longer kept; this is the next visible one');
      expect(viewOf(screen).position).toMatchObject({current: screen.logs.get('orders')?.buffer.firstId});
    });
  });
});

describe('the current row', () => {
  const log = Array.from({length: 60}, (_, at) => logged(at, at % 20 === 0 ? 'WARN' : 'INFO', `read ${at} rows`));
  const currentRow = (screen: ScreenUnderTest) => rowsOf(screen).findIndex((row) => row.startsWith('▸'));

  const times = (count: number, key: string) => Array.from({length: count}, () => key);

  it.each([
    {where: 'last', row: 25, keys: ['g', ...times(41, 'j')], line: 'read 40 rows'},
    {where: 'seventh', row: 6, keys: ['G', ...times(19, 'k')], line: 'read 40 rows'},
    {where: 'first', row: 0, keys: ['G', ...times(39, 'k')], line: 'read 20 rows'},
  ])('the line in the $where row is there again once a filter is removed', async ({row, keys, line}) => {
    await using screen = await reading(log);
    screen.press(...keys);
    const before = rowsOf(screen);
    expect([currentRow(screen), currentLine(screen)]).toEqual([row, expect.stringContaining(line)]);
    await typed(screen, '&', 'level:warn');
    await pressed(screen, '\\', '\\', 'Esc');
    expect(rowsOf(screen)).toEqual(before);
  });
});

describe('the words for a selection', () => {
  const log = [
    logged(1, 'INFO', 'one'),
    logged(2, 'ERROR', 'two'),
    '  more of two',
    logged(3, 'INFO', 'three'),
    logged(4, 'INFO', 'four'),
  ];
  const words = ({controller}: ScreenUnderTest) => controller.paneOnScreen && selectionWords(controller.paneOnScreen);

  it('count its records, and their lines where they have more, but no markers', async () => {
    await using screen = await reading(log);
    expect(words(screen)).toBeUndefined();
    screen.press('v');
    expect(words(screen)).toBe('1 record');
    screen.press('k', 'k');
    expect(words(screen)).toBe('3 records, 4 lines');
    await addMarker(screen);
    await pressed(screen, 'G');
    expect(words(screen)).toBe('1 record');
  });

  it('count what the filters leave, and what is in a fold', async () => {
    await using screen = await reading([...log, ...[5, 6, 7].map((at) => logged(at, 'INFO', `read ${at} rows`))]);
    await typed(screen, '&', '!three');
    await pressed(screen, 'f');
    screen.press('v', 'k', 'k', 'k');
    expect(words(screen)).toBe('5 records, 6 lines');
  });

  it('are exact for very many lines', async () => {
    await using screen = await reading(log);
    writable(screen.controller.pane?.model.source.buffer).append(
      Buffer.from(Array.from({length: 20_000}, (_, at) => `${logged(9, 'INFO', `more ${at}`)}\n`).join('')),
    );
    await pressed(screen, 'g', 'v', 'G', 'k');
    expect(words(screen)).toBe('20,004 records, 20,005 lines');
  });

  it('name the record under the cursor instead where it is more than that line', async () => {
    const alike = [5, 6, 7].map((at) => logged(at, 'INFO', `read ${at} rows`));
    await using screen = await reading([...log, ...alike]);
    const record = () => screen.controller.paneOnScreen && recordWords(screen.controller.paneOnScreen);
    expect(record()).toBeUndefined();
    screen.press('k');
    expect(record()).toBeUndefined();
    await pressed(screen, 'E');
    expect(record()).toBe('record of 2 lines');
    screen.press('v');
    expect(record()).toBeUndefined();
    await pressed(screen, 'Esc', 'f');
    screen.press('G', 'p');
    expect(record()).toBe('3 similar records');
  });
});
