import {describe, expect, it} from 'vitest';
import {lastWords, logged, noticeOf, pressed, reading, rowsOf, viewOf} from './reading.ts';

const log = [logged(1, 'INFO', 'step one'), logged(3, 'WARN', 'slow two')];

describe('t', () => {
  it('goes through the ways to show times, and says which', async () => {
    await using screen = await reading(log);
    const seen: unknown[] = [];
    for (let times = 0; times < 6; times++) {
      screen.press('t');
      seen.push([viewOf(screen).time, noticeOf(screen)]);
    }
    expect(seen).toEqual([
      ['local', 'local times'],
      ['utc', 'times in UTC, with the date'],
      ['relative', 'age of each line'],
      ['delta', 'time since the line before'],
      ['off', 'no times'],
      ['sent', 'times as sent (UTC)'],
    ]);
  });

  it('says that lines as sent have times of their own, and changes nothing', async () => {
    await using screen = await reading(log);
    screen.press('J', 't');
    expect(viewOf(screen).time).toBe('sent');
    expect(noticeOf(screen)).toBe('lines are shown as sent, with their own times: J shows them compact');
  });

  it('changes the rows', async () => {
    await using screen = await reading(log);
    expect(rowsOf(screen)[1]).toContain('00:00:01.000 INFO');
    screen.press('t', 't');
    expect(rowsOf(screen)[1]).toContain('2026-11-25 00:00:01');
    screen.press('t', 't');
    expect(rowsOf(screen)[2]).toMatch(/\+2\.000 WARN/);
    screen.press('t');
    expect(rowsOf(screen)[2]).toMatch(/^ {2}WARN/);
  });
});

describe('the looks of lines', () => {
  it('# numbers them from the first that was received', async () => {
    await using screen = await reading(log);
    screen.press('#');
    expect(rowsOf(screen)[1]).toMatch(/^ {2} *2 00:00:01/);
    screen.press('#');
    expect(rowsOf(screen)[1]).toMatch(/^ {2}00:00:01/);
  });

  it('J shows them as sent, w wraps them, and any of it keeps the tab', async () => {
    await using screen = await reading([], {names: []});
    await screen.until(() => screen.controller.pane !== undefined, 'the preview');
    screen.press('J', 'w');
    expect(viewOf(screen)).toMatchObject({asSent: true, wrap: true});
    expect(screen.controller.state.tabs).toMatchObject([{kept: true}]);
  });
});

describe('Enter', () => {
  it('opens the detail of the current record, which is held', async () => {
    await using screen = await reading(log);
    screen.press('Enter');
    expect(screen.controller.state.page).toEqual({kind: 'detail', offset: 0});
    expect(viewOf(screen).position).toMatchObject({kind: 'held', current: 2});
  });

  it('opens a folded row in place instead', async () => {
    const alike = [1, 2, 3].map((at) => logged(at, 'INFO', `read ${at} rows`));
    await using screen = await reading(alike);
    await pressed(screen, 'f');
    await pressed(screen, 'Enter');
    expect(screen.controller.state.page).toBeUndefined();
    expect(lastWords(screen)).toEqual(['Fresh', 'rows', 'rows', 'rows']);
    screen.press('Enter');
    expect(screen.controller.state.page?.kind).toBe('detail');
  });

  it('does nothing where nothing is shown', async () => {
    await using screen = await reading([], {names: ['unknown']});
    screen.press('Enter');
    expect(screen.controller.state.page).toBeUndefined();
  });
});
