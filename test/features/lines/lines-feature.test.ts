import {describe, expect, it} from 'vitest';
import {currentLine, lastWords, logged, noticeOf, pressed, reading, rowsOf, viewOf} from '../../kit/screen/reading.ts';

describe('how lines look', () => {
  const log = [logged(1, 'INFO', 'step one'), logged(3, 'WARN', 'slow two')];

  describe('t', () => {
    it('goes through the forms of times, and names them', async () => {
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
        ['delta', 'time since the previous line'],
        ['off', 'no times'],
        ['sent', 'times as sent (UTC)'],
      ]);
    });

    it('changes nothing for lines as sent, and says why', async () => {
      await using screen = await reading(log);
      screen.press('J', 't');
      expect(viewOf(screen).time).toBe('sent');
      expect(noticeOf(screen)).toBe('lines are shown as sent, with their own times: press J to show them compact');
    });

    it('changes the rows', async () => {
      await using screen = await reading(log, {size: {columns: 120, rows: 30}});
      expect(rowsOf(screen)[1]).toContain('00:00:01 INFO');
      screen.press('p');
      expect(rowsOf(screen)[1]).toContain('00:00:01.000 INFO');
      screen.press('t', 't');
      expect(rowsOf(screen)[1]).toContain('2026-11-25 00:00:01');
      screen.press('t', 't');
      expect(rowsOf(screen)[2]).toMatch(/\+2\.000 WARN/);
      screen.press('t');
      expect(rowsOf(screen)[2]).toMatch(/WARN {2}work/);
    });
  });

  describe('J and w', () => {
    it('J shows them as sent, w wraps them, and any of it pins the tab', async () => {
      await using screen = await reading([], {names: []});
      await screen.until(() => screen.controller.pane !== undefined, 'the preview');
      screen.press('J', 'w');
      expect(viewOf(screen)).toMatchObject({asSent: true, wrap: 'all'});
      expect(screen.controller.state.tabs).toMatchObject([{pinned: true}]);
    });

    it('w wraps all lines, none, or those of warnings and errors, and says which', async () => {
      await using screen = await reading(log);
      const modes = [1, 2, 3].map(() => {
        screen.press('w');
        return [viewOf(screen).wrap, noticeOf(screen)];
      });
      expect(modes).toEqual([
        ['all', 'wrap all: every long line continues in the next row'],
        ['off', 'wrap off: every line is one row'],
        ['errors', 'wrap warnings and errors: every other line is one row'],
      ]);
    });

    it('the current record keeps its row while that changes what is above it', async () => {
      const long = 'far '.repeat(60);
      await using screen = await reading(
        Array.from({length: 60}, (_, at) => logged(at, at % 3 === 0 ? 'ERROR' : 'INFO', `${long}line${at}`)),
      );
      screen.press('PageUp', 'k', 'k', 'k');
      const rowOfCurrent = () => rowsOf(screen).findIndex((row) => row.startsWith('▸'));
      const [line, row] = [currentLine(screen), rowOfCurrent()];
      expect(row).toBeGreaterThan(3);
      for (const key of ['w', 'w', 'J', 'w', 'J', 't', '#']) {
        screen.press(key);
        expect([currentLine(screen), rowOfCurrent()]).toEqual([line, row]);
      }
    });
  });

  describe('Enter', () => {
    it('opens the current record in full', async () => {
      await using screen = await reading(log);
      screen.press('k', 'j', 'Enter');
      expect(screen.controller.state.page).toMatchObject({kind: 'record', offset: 0});
      expect(viewOf(screen).position).toMatchObject({kind: 'anchored', current: 2});
    });

    it('opens a folded row in place instead', async () => {
      const alike = [1, 2, 3].map((at) => logged(at, 'INFO', `read ${at} rows`));
      await using screen = await reading(alike);
      await pressed(screen, 'f', 'Enter');
      await pressed(screen, 'Enter');
      expect(screen.controller.state.page).toBeUndefined();
      expect(lastWords(screen)).toEqual(['Fresh', 'rows', 'rows', 'rows']);
      screen.press('Enter');
      expect(screen.controller.state.page?.kind).toBe('record');
    });

    it('does nothing where nothing is shown', async () => {
      await using screen = await reading([], {names: ['unknown']});
      screen.press('Enter');
      expect(screen.controller.state.page).toBeUndefined();
    });
  });
});
