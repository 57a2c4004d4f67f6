import {describe, expect, it} from 'vitest';
import {goToEntry, paneAt} from '../../source/ui/on-pane.ts';
import {currentLine, lastWords, logged, noticeOf, pressed, reading, typed, viewOf, write} from './reading.ts';

const log = ['one', 'two', 'three', 'four'].map((word, at) => logged(at, 'INFO', `step ${word}`));

describe('what the keys act on', () => {
  it('is the last entry while following, and the marked one while held', async () => {
    await using screen = await reading(log);
    expect(paneAt(screen.controller)?.current).toBe(4);
    screen.press('k');
    expect(paneAt(screen.controller)?.current).toBe(3);
    expect(paneAt(screen.controller)).toMatchObject({tab: {name: 'orders'}, geometry: {height: 26}});
  });

  it('is nothing on a screen that is too small, and without a tab', async () => {
    await using screen = await reading(log);
    screen.controller.setSize({columns: 39, rows: 10});
    expect(paneAt(screen.controller)).toBeUndefined();
    screen.press('j', 'y', 'Enter', '/', '&');
    screen.controller.setSize({columns: 40, rows: 10});
    screen.controller.tabSwitcher.close('orders');
    expect(paneAt(screen.controller)).toBeUndefined();
  });

  it('has no current entry in an empty log', async () => {
    await using screen = await reading([], {names: ['unknown']});
    expect(paneAt(screen.controller)).toMatchObject({current: undefined});
  });
});

describe('goToEntry', () => {
  it('marks the entry and says nothing', async () => {
    await using screen = await reading(log);
    goToEntry(screen.controller, 2);
    expect(currentLine(screen)).toContain('two');
    expect(noticeOf(screen)).toBeUndefined();
  });

  it('goes to the next one shown, or the last, where a filter hides it, and says so', async () => {
    await using screen = await reading(log);
    await typed(screen, '&', 'step t');
    goToEntry(screen.controller, 1);
    expect(currentLine(screen)).toContain('two');
    expect(noticeOf(screen)).toBe('that line is hidden by a filter: the next one shown');
    goToEntry(screen.controller, 4);
    expect(currentLine(screen)).toContain('three');
    expect(noticeOf(screen)).toBe('that line is hidden by a filter: the last one shown');
  });

  it('says that everything is hidden, or that there is nothing', async () => {
    await using screen = await reading(log, {names: ['orders', 'unknown']});
    await typed(screen, '&', 'nowhere');
    goToEntry(screen.controller, 1);
    expect(noticeOf(screen)).toBe('everything is hidden by filters');
    expect(viewOf(screen).position.kind).toBe('follow');
    screen.press('2');
    goToEntry(screen.controller, 1);
    expect(noticeOf(screen)).toBe('the log is empty');
  });

  it('opens the fold that the entry is in', async () => {
    await using screen = await reading([1, 2, 3].map((at) => logged(at, 'INFO', `read ${at} rows`)));
    await pressed(screen, 'f');
    goToEntry(screen.controller, 2);
    expect(currentLine(screen)).toContain('read 2 rows');
    expect(lastWords(screen)).toEqual(['Fresh', 'rows', 'rows', 'rows']);
  });

  it('says that a line is no longer held', async () => {
    await using screen = await reading(log, {scrollbackBytes: 20_000});
    await write(screen, ...Array.from({length: 400}, (_, at) => logged(10 + at, 'INFO', `more ${at}`)));
    goToEntry(screen.controller, 0);
    expect(noticeOf(screen)).toBe('that line is no longer held: the next one shown');
    expect(viewOf(screen).position).toMatchObject({current: screen.manager.get('orders')?.buffer.firstId});
  });
});
