import {describe, expect, it} from 'vitest';
import {filterText} from '../../../source/engine/filters/filter.ts';
import {allTexts, rowsOfPage} from '../../kit/pages/all-rows.ts';
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

describe('f, o and -', () => {
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

  it('f says whether there was something to fold', async () => {
    await using screen = await reading(alike);
    await pressed(screen, 'f');
    expect(noticeOf(screen)).toBe('similar records are folded: press o to open one');
    await using other = await reading([logged(1, 'INFO', 'one'), logged(2, 'WARN', 'two two')]);
    await pressed(other, 'f');
    expect(noticeOf(other)).toBe('no records here are similar: each has its own row');
  });

  it('o opens and closes a panic or a configuration without f, and Enter opens it', async () => {
    const configuration = ['Pipeline configuration loaded successfully: {', '  "workers": 1', '}'];
    await using screen = await reading([logged(1, 'WARN', 'before'), ...configuration, logged(4, 'INFO', 'done four')]);
    expect(lastWords(screen)).toEqual(['Fresh', 'before', 'lines', 'four']);
    await pressed(screen, 'k', 'o');
    expect(lastWords(screen)).toEqual(['Fresh', 'before', '{', '1', '}', 'four']);
    await pressed(screen, 'j', 'o');
    expect(currentLine(screen)).toBe(configuration[0]);
    await pressed(screen, 'Enter');
    expect(lastWords(screen)).toHaveLength(6);
    await pressed(screen, 'Enter');
    expect(screen.controller.state.page?.kind).toBe('record');
  });

  it('lines that tell of suppressed errors are in the row of the next one; o and a search show them, copies have them', async () => {
    const bad = (second: number) => logged(second, 'ERROR', `parse error on input endpoint 'a.in': bad-${second}`);
    const told = (second: number, count: number) =>
      logged(
        second,
        'INFO',
        `Suppressed ${count} 'a.in-x_err' errors in the last 1s (most recently, 0s ago) due to rate`,
      );
    const lines = [bad(1), told(2, 3), bad(2), told(3, 20), bad(3)];
    await using screen = await reading(lines, {size: {columns: 160, rows: 24}});
    const ends = () =>
      rowsOf(screen).map((row) => /bad-\d(?: +\+\d+ suppressed)?|Suppressed|Fresh/.exec(row)?.[0].replace(/ +/g, ' '));
    const folded = ['Fresh', 'bad-1', 'bad-2 +3 suppressed', 'bad-3 +20 suppressed'];
    expect(ends()).toEqual(folded);
    await pressed(screen, 'k', 'o');
    expect(ends()).toEqual(['Fresh', 'bad-1', 'Suppressed', 'bad-2', 'bad-3 +20 suppressed']);
    await pressed(screen, 'o');
    expect(ends()).toEqual(folded);
    await pressed(screen, 'Enter');
    expect(screen.controller.state.page?.kind).toBe('record');
    screen.press('Esc', 'g', 'j', 'v', 'j', 'j', 'y');
    await screen.until(() => screen.copied.length > 0, 'the copy');
    expect(screen.copied).toEqual([`${lines.join('\n')}\n`]);
    screen.press('Esc');
    await typed(screen, '/', 'Suppressed 20');
    expect(ends()).toEqual(['Fresh', 'bad-1', 'bad-2 +3 suppressed', 'Suppressed', 'bad-3']);
    expect(currentLine(screen)).toBe(lines[3]);
    await typed(screen, '&', 'Suppressed');
    expect(ends()).toEqual(['Suppressed', 'Suppressed']);
  });

  it('J shows lines that tell of suppressed errors as they were sent; the record page and y have them with the error', async () => {
    const bad = (second: number) => logged(second, 'ERROR', `parse error on input endpoint 'a.in': bad-${second}`);
    const told = logged(
      2,
      'INFO',
      `Suppressed 24 'a.in-x_err' errors in the last 1s (most recently, 0s ago) due to rate`,
    );
    await using screen = await reading([bad(1), told, bad(2), logged(3, 'INFO', 'done')]);
    const shown = () => {
      const {entries, source} = screen.controller.paneOnScreen?.model ?? {};
      const ids = Array.from({length: source?.buffer.endId ?? 0}, (_, id) => id);
      return ids.filter((id) => entries?.atOrAfter(id) === id).map((id) => source?.buffer.lineAt(id)?.toString());
    };
    const [before, error, after] = [bad(1), bad(2), logged(3, 'INFO', 'done')];
    await pressed(screen, 'k');
    expect(currentLine(screen)).toBe(bad(2));
    await pressed(screen, 'J');
    expect(shown().slice(1)).toEqual([before, told, error, after]);
    expect(currentLine(screen)).toBe(bad(2));
    screen.press('y');
    await screen.until(() => screen.copied.length > 0, 'the copy');
    expect(screen.copied).toEqual([`${told}\n${bad(2)}\n`]);
    await pressed(screen, 'J');
    expect(shown().slice(1)).toEqual([before, error, after]);
    await pressed(screen, 'Enter');
    expect(allTexts(rowsOfPage(screen.controller))).toContain(' 24 more like it were suppressed');
  });

  it('o shows the lines that it opens, also where their error is in the first row of the screen', async () => {
    await using screen = await reading([
      logged(1, 'INFO', `Suppressed 3 'a.in-x_err' errors in the last 1s (most recently, 0s ago) due to rate`),
      logged(1, 'ERROR', `parse error on input endpoint 'a.in': bad`),
    ]);
    const height = screen.controller.layout?.paneHeight ?? 0;
    await write(screen, ...Array.from({length: height - 1}, (_, at) => logged(2, 'INFO', `step ${at}`)));
    await pressed(screen, ...Array.from({length: height - 1}, () => 'k'));
    expect(rowsOf(screen)[0]).toMatch(/bad +\+3$/);
    await pressed(screen, 'o');
    expect(rowsOf(screen).findIndex((row) => row.includes('Suppressed 3'))).toBeGreaterThanOrEqual(0);
    expect(currentLine(screen)).toMatch(/bad$/);
  });

  it('a panic that begins with an empty line keeps its head when it is opened, but not as sent', async () => {
    const place = "thread 'main' (7) panicked at src/a.rs:1:1:";
    const panic = ['', place, 'boom', 'note: run with `RUST_BACKTRACE=1`'];
    await using screen = await reading([logged(1, 'INFO', 'before'), ...panic, logged(4, 'INFO', 'done four')]);
    const [, , head = ''] = rowsOf(screen);
    expect(head).toMatch(/panic +boom \(main at src\/a\.rs:1:1\) +4 lines$/);
    await pressed(screen, 'k', 'Enter');
    const opened = rowsOf(screen).slice(2, -1);
    expect(opened[0]).toContain('boom (main at src/a.rs:1:1)');
    expect(opened.slice(1).map((row) => row.trim())).toEqual(panic.slice(1));
    await pressed(screen, 'J');
    expect(rowsOf(screen)[2]).toBe('▸▎');
  });

  it('o says where there is nothing to open', async () => {
    await using screen = await reading(alike);
    await pressed(screen, 'o');
    expect(noticeOf(screen)).toBe('no folded row here: press f to fold similar records');
  });

  it('- hides all of one fingerprint', async () => {
    await using screen = await reading([...alike, logged(4, 'INFO', 'done four')]);
    await pressed(screen, 'k', '-');
    expect(lastWords(screen)).toEqual(['Fresh', 'four']);
    expect(texts(screen)[0]).toMatch(/^not like: /);
  });

  it('- shows the newest record at its first press, and hides its like at the second', async () => {
    await using screen = await reading([...alike, logged(4, 'INFO', 'done four')]);
    await pressed(screen, '-');
    expect(currentLine(screen)).toContain('done four');
    expect(noticeOf(screen)).toBe('paused: press - again to hide records like this one');
    expect(texts(screen)).toEqual([]);
    await pressed(screen, '-');
    expect(lastWords(screen)).not.toContain('four');
  });

  it('see records as similar whose first lines are, whatever bad record the lines below quote', async () => {
    const refused = [
      ["cannot read 'one' (event #1)", "Invalid fragment: 'one'"],
      ["cannot read 'two,2' (event #2)", "Invalid fragment: 'two,", "2'"],
      ["cannot read 'three, (event #3)", "3'"],
      ["cannot read 'four, (event #4)", "4'"],
    ].map(([first = '', ...more], at) => [logged(at, 'ERROR', first), ...more]);
    await using screen = await reading([...refused.flat(), logged(4, 'INFO', 'done four')]);
    await pressed(screen, 'f');
    expect(lastWords(screen)).toEqual(['Fresh', '×2', '×2', 'four']);
    await pressed(screen, 'f', 'g', 'j', '-');
    expect(texts(screen)).toEqual(["not like: ERROR dbsp::work:  cannot read '*' (event ##)"]);
    await pressed(screen, 'j', '-');
    expect(lastWords(screen)).toEqual(['Fresh', 'four']);
  });

  it('- names a panic, which begins with an empty line, by its first line with text, and hides no other', async () => {
    const panic = (place: string) => [
      '',
      `thread 'main' (7) panicked at ${place}:1:1:`,
      'boom',
      'note: run with `RUST_BACKTRACE=1` to display',
    ];
    await using screen = await reading([
      ...panic('src/a.rs'),
      ...panic('src/b.rs'),
      '',
      logged(4, 'INFO', 'done four'),
    ]);
    await pressed(screen, 'g', 'j', '-');
    expect(texts(screen)).toEqual(['not like: panicked at src/a.rs:1:1: boom']);
    expect(rowsOf(screen).join()).not.toContain('src/a.rs');
    expect(rowsOf(screen).join()).toContain('src/b.rs');
  });

  it('- names an empty line as such', async () => {
    await using screen = await reading(['', 'plain', '', logged(4, 'INFO', 'done four')]);
    await pressed(screen, 'g', 'j', '-');
    expect(texts(screen)).toEqual(['not like: an empty line']);
    expect(lastWords(screen)).toEqual(['Fresh', 'plain', 'four']);
  });

  it('- says that a marker is not a record', async () => {
    await using screen = await reading(alike);
    await addMarker(screen);
    await pressed(screen, '-');
    expect(noticeOf(screen)).toBe('this is not a record');
    expect(texts(screen)).toEqual([]);
  });
});
