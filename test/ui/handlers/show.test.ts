import {describe, expect, it} from 'vitest';
import {filterText} from '../../../source/filters/filter.ts';
import {cancelPrompt, promptLabel, recallPrompt, submitPrompt} from '../../../source/ui/handlers/prompts.ts';
import {
  currentLine,
  lastWords,
  logged,
  noticeOf,
  pressed,
  reading,
  retype,
  rowsOf,
  typed,
  viewOf,
  workedOut,
  write,
} from '../reading.ts';
import type {ScreenUnderTest} from '../screen-under-test.ts';

const texts = (screen: ScreenUnderTest) => viewOf(screen).filters.map(({filter}) => filterText(filter));

const five = [
  logged(1, 'INFO', 'step one'),
  logged(2, 'WARN', 'slow two'),
  logged(3, 'INFO', 'step three'),
  logged(4, 'ERROR', 'broken four'),
  logged(5, 'INFO', 'step five'),
];

const allHidden = 'everything is hidden by filters: \\ shows all, Esc removes the last one';

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
    expect(noticeOf(screen)).toBe('no filters: & adds one');
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
    expect(rowsOf(screen)).toEqual(['  everything is hidden by filters: \\ shows all, Esc removes the last one']);
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
      ['WARN and worse: L shows ERROR only', 2],
      ['ERROR only: L shows INFO and worse', 1],
      ['INFO and worse: L shows DEBUG and worse', 6],
      ['DEBUG and worse: L shows all levels', 6],
      ['all levels: L shows WARN and worse', 6],
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
    expect(noticeOf(screen)).toBe('nothing is filtered, so there are no matches: & filters');
    await typed(screen, '&', 'five');
    expect(lastWords(screen)).toEqual(['five']);
  });
});

describe('<, > and R', () => {
  it('< and > hide what is before and after the record', async () => {
    await using screen = await reading(five);
    await pressed(screen, 'k', 'k', '>', 'k', '<');
    expect(lastWords(screen)).toEqual(['two', 'three']);
    expect(texts(screen)).toEqual(['up to 00:00:03', 'since 00:00:02']);
  });

  it('say the time as the line has it, where times are local', async () => {
    await using screen = await reading(five, {offsetAt: () => 120});
    await pressed(screen, 't', 'k', '>');
    expect(texts(screen)).toEqual(['up to 02:00:04']);
    await pressed(screen, 't', '<');
    expect(texts(screen)).toEqual(['up to 02:00:04', 'since 00:00:04']);
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
    // Its five lines, below the row of its start.
    expect(rowsOf(screen)).toHaveLength(6);
    expect(lastWords(screen).at(-1)).toBe('run');
    await pressed(screen, 'R');
    expect(rowsOf(screen)).toHaveLength(all);
  });

  it('R leaves out the run that begins later', async () => {
    await using screen = await reading([], {scenario: (server) => server.addPipeline('orders').start()});
    await screen.untilLine('orders', 'initializing -> running');
    await pressed(screen, 'R');
    const pipeline = screen.server.pipeline('orders');
    pipeline.stop();
    pipeline.start();
    await write(screen, 'of the next run');
    expect(rowsOf(screen).join()).not.toContain('next run');
    await pressed(screen, 'R');
    expect(rowsOf(screen).join()).toContain('next run');
  });

  it('R has no run to show in a merged tab', async () => {
    await using screen = await reading(five, {names: ['orders', 'fraud']});
    screen.press('+');
    await screen.until(() => screen.controller.pane?.model.source.snapshot.get().connection?.kind === 'live', 'it');
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

  it('they stay when older lines are dropped', async () => {
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
    expect(screen.controller.state.page?.kind).toBe('detail');
  });

  it('lines that tell of suppressed errors are in the row of the next one; o and a search show them, copies have them', async () => {
    const bad = (second: number) => logged(second, 'ERROR', `parse error on input endpoint 'a.in': bad ${second}`);
    const told = (second: number, count: number) =>
      logged(
        second,
        'INFO',
        `Suppressed ${count} 'a.in-x_err' errors in the last 1s (most recently, 0s ago) due to rate`,
      );
    const lines = [bad(1), told(2, 3), bad(2), told(3, 20), bad(3)];
    await using screen = await reading(lines);
    const ends = () =>
      rowsOf(screen).map((row) => /bad \d(?: +\+\d+ suppressed)?|Suppressed|Fresh/.exec(row)?.[0].replace(/ +/g, ' '));
    const folded = ['Fresh', 'bad 1', 'bad 2 +3 suppressed', 'bad 3 +20 suppressed'];
    expect(ends()).toEqual(folded);
    await pressed(screen, 'k', 'o');
    expect(ends()).toEqual(['Fresh', 'bad 1', 'Suppressed', 'bad 2', 'bad 3 +20 suppressed']);
    await pressed(screen, 'o');
    expect(ends()).toEqual(folded);
    await pressed(screen, 'Enter');
    expect(screen.controller.state.page?.kind).toBe('detail');
    screen.press('Esc', 'g', 'j', 'v', 'j', 'j', 'y');
    await screen.until(() => screen.copied.length > 0, 'the copy');
    expect(screen.copied).toEqual([`${lines.join('\n')}\n`]);
    screen.press('Esc');
    await typed(screen, '/', 'Suppressed 20');
    expect(ends()).toEqual(['Fresh', 'bad 1', 'bad 2 +3 suppressed', 'Suppressed', 'bad 3']);
    expect(currentLine(screen)).toBe(lines[3]);
    await typed(screen, '&', 'Suppressed');
    expect(ends()).toEqual(['Suppressed', 'Suppressed']);
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
    expect(rowsOf(screen)[2]).toBe('▸');
  });

  it('o says where there is nothing to open', async () => {
    await using screen = await reading(alike);
    await pressed(screen, 'o');
    expect(noticeOf(screen)).toBe('no folded row here: f folds similar neighbours');
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
    expect(noticeOf(screen)).toBe('paused at this record: - again hides all like it');
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
    await pressed(screen, '=');
    await pressed(screen, '-');
    expect(noticeOf(screen)).toBe('this is not a record');
    expect(texts(screen)).toEqual([]);
  });
});

describe('a', () => {
  it('copies the filters to the other tabs, but not ranges of this log', async () => {
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

  it('does not keep a preview', async () => {
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

  it('says that there is no other tab', async () => {
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

describe('the prompt of &', () => {
  const log = ['one', 'two', 'three'].map((word, at) => logged(at, 'INFO', `step ${word}`));

  /** A prompt with two filters to edit, and two that no typing makes. */
  async function withFour(): Promise<ScreenUnderTest> {
    const screen = await reading(log);
    await typed(screen, '&', 'step');
    await pressed(screen, 'k', '<');
    await typed(screen, '&', 'level:info');
    await pressed(screen, '-');
    expect(texts(screen)).toMatchObject(['step', 'since 00:00:01', 'level:info', /^not like/]);
    screen.press('&');
    return screen;
  }

  it('shows what is wrong, stays open, and hides that at the next character', async () => {
    await using screen = await reading(log);
    await typed(screen, '&', 'level:loud');
    expect(screen.controller.state.prompt).toMatchObject({kind: 'filter', text: 'level:loud'});
    expect(screen.controller.state.prompt?.problem).toContain('no level "loud"');
    retype(screen, 'level:warn');
    expect(screen.controller.state.prompt?.problem).toBeUndefined();
    submitPrompt(screen.controller);
    expect(texts(screen)).toEqual(['level:warn']);
  });

  it('adds nothing when it is empty or cancelled', async () => {
    await using screen = await reading(log);
    await typed(screen, '&', '');
    screen.pressTogether('&', 'o');
    cancelPrompt(screen.controller);
    expect(texts(screen)).toEqual([]);
    expect(lastWords(screen)).toHaveLength(4);
  });

  it('the arrows go through the filters, newest first, and back to an empty line', async () => {
    await using screen = await withFour();
    const {controller} = screen;
    const seen: unknown[] = [];
    for (const by of [1, 1, 1, 1, 1, -1, -1, -1, -1, -1] as const) {
      seen.push([recallPrompt(controller, by), controller.state.prompt && promptLabel(controller.state.prompt)]);
      seen.push(controller.state.prompt?.text);
    }
    const editing = '& (editing) ';
    const shape = texts(screen)[3];
    expect(seen).toEqual([
      ...[[true, editing], shape],
      ...[[true, editing], 'level:info'],
      ...[[true, editing], 'since 00:00:01'],
      ...[[true, editing], 'step'],
      ...[[false, editing], 'step'],
      ...[[true, editing], 'since 00:00:01'],
      ...[[true, editing], 'level:info'],
      ...[[true, editing], shape],
      ...[[true, '& '], ''],
      ...[[false, '& '], ''],
    ]);
  });

  it('the arrows bring back the typed text', async () => {
    await using screen = await withFour();
    const {controller} = screen;
    screen.press('s');
    recallPrompt(controller, 1);
    recallPrompt(controller, 1);
    expect(controller.state.prompt).toMatchObject({text: 'step', edits: viewOf(screen).filters[0]?.id});
    recallPrompt(controller, -1);
    recallPrompt(controller, -1);
    expect(controller.state.prompt).toMatchObject({text: 's', edits: undefined});
  });

  it('the arrows go on to filters of earlier tabs and starts, each once', async () => {
    await using screen = await reading(log);
    const {controller} = screen;
    for (const text of ['step', '!two', 'three']) {
      await typed(screen, '&', text);
      await pressed(screen, 'Esc');
    }
    await typed(screen, '&', 'step');
    screen.press('&');
    const seen = ['Up', 'Up', 'Up', 'Up'].map((key) => {
      screen.press(key);
      const {prompt} = controller.state;
      return [prompt?.text, prompt?.kind === 'filter' && prompt.edits !== undefined];
    });
    expect(seen).toEqual([
      ['step', true],
      ['three', false],
      ['!two', false],
      ['!two', false],
    ]);
    screen.press('Enter');
    await workedOut(screen);
    expect(texts(screen)).toEqual(['step', '!two']);
  });

  it('an edited filter keeps its place, and is switched on', async () => {
    await using screen = await withFour();
    const {controller} = screen;
    cancelPrompt(controller);
    await pressed(screen, '\\', '&');
    for (let times = 0; times < 4; times++) recallPrompt(controller, 1);
    retype(screen, '!three');
    submitPrompt(controller);
    await workedOut(screen);
    expect(texts(screen)).toMatchObject(['!three', 'since 00:00:01', 'level:info', /^not like/]);
    expect(viewOf(screen).filters.map(({on}) => on)).toEqual([true, false, false, false]);
    expect(lastWords(screen)).toEqual(['Fresh', 'one', 'two']);
  });

  it('an emptied filter is removed', async () => {
    await using screen = await withFour();
    const {controller} = screen;
    recallPrompt(controller, 1);
    recallPrompt(controller, 1);
    retype(screen, '');
    submitPrompt(controller);
    expect(texts(screen)).toMatchObject(['step', 'since 00:00:01', /^not like/]);
    screen.press('&');
    recallPrompt(controller, 1);
    retype(screen, '');
    submitPrompt(controller);
    expect(texts(screen)).toEqual(['step', 'since 00:00:01']);
  });

  it('a filter that was not typed stays as it is, is switched on, and cannot be edited', async () => {
    await using screen = await withFour();
    const {controller} = screen;
    cancelPrompt(controller);
    await pressed(screen, '\\', '&');
    recallPrompt(controller, 1);
    submitPrompt(controller);
    expect(controller.state.prompt).toBeUndefined();
    expect(viewOf(screen).filters.map(({filter, on}) => [filter.kind, on])).toEqual([
      ['text', false],
      ['between', false],
      ['level', false],
      ['fingerprint', true],
    ]);
    screen.press('&');
    recallPrompt(controller, 1);
    retype(screen, 'not like: that');
    submitPrompt(controller);
    expect(controller.state.prompt?.problem).toBe('only typed filters can be edited: clear this one to remove it');
    expect(texts(screen)).toHaveLength(4);
  });

  it('an edit with a mistake still edits the same filter', async () => {
    await using screen = await withFour();
    recallPrompt(screen.controller, 1);
    recallPrompt(screen.controller, 1);
    retype(screen, 'level:');
    submitPrompt(screen.controller);
    retype(screen, 'level:warn');
    submitPrompt(screen.controller);
    expect(texts(screen)).toMatchObject(['step', 'since 00:00:01', 'level:warn', /^not like/]);
  });
});

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
      expect(noticeOf(screen)).toBe('lines are shown as sent, with their own times: J shows them compact');
    });

    it('changes the rows', async () => {
      await using screen = await reading(log, {size: {columns: 120, rows: 30}});
      expect(rowsOf(screen)[1]).toContain('00:00:01.000 INFO');
      screen.press('t', 't');
      expect(rowsOf(screen)[1]).toContain('2026-11-25 00:00:01');
      screen.press('t', 't');
      expect(rowsOf(screen)[2]).toMatch(/\+2\.000 WARN/);
      screen.press('t');
      expect(rowsOf(screen)[2]).toMatch(/^ {2}WARN/);
    });
  });

  describe('# and J', () => {
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
      expect(viewOf(screen)).toMatchObject({asSent: true, wrap: 'all'});
      expect(screen.controller.state.tabs).toMatchObject([{kept: true}]);
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
    it('opens the detail of the current record', async () => {
      await using screen = await reading(log);
      screen.press('k', 'j', 'Enter');
      expect(screen.controller.state.page).toEqual({kind: 'detail', offset: 0});
      expect(viewOf(screen).position).toMatchObject({kind: 'held', current: 2});
    });

    it('opens a folded row in place instead', async () => {
      const alike = [1, 2, 3].map((at) => logged(at, 'INFO', `read ${at} rows`));
      await using screen = await reading(alike);
      await pressed(screen, 'f', 'Enter');
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
});
