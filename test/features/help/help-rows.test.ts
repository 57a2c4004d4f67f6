import {describe, expect, it} from 'vitest';
import {type HelpView, helpRows} from '../../../source/features/help/help-rows.ts';
import {coreRows, keyRows, keysShown} from '../../../source/kit/keys/commands.ts';
import {remap} from '../../../source/kit/keys/remap-keys.ts';
import {pageShown} from '../../../source/kit/pages/page-driver.ts';
import {symbolsFor} from '../../../source/kit/terminal/symbols.ts';
import {textWidth} from '../../../source/lib/width.ts';
import {features} from '../../../source/shells/features.ts';
import {logged, noticeOf, pressed, reading, typed, viewOf} from '../../kit/screen/reading.ts';
import {ScreenUnderTest} from '../../kit/screen/screen-under-test.ts';

function page(width: number, change: Partial<HelpView> = {}) {
  return helpRows({
    ...{table: features.commands, from: 'list', text: '', cursor: 0, width, hasServer: true},
    ...{isUtf8: true, symbols: symbolsFor(change.isUtf8 ?? true)},
    ...change,
  });
}

const rowsOf = (width: number, change: Partial<HelpView> = {}) => page(width, change).rows;
const textsOf = (width: number, change: Partial<HelpView> = {}) =>
  rowsOf(width, change).map(({text}) => text.trimEnd());
const idsOf = (change: Partial<HelpView>) => page(80, change).items.map(({command}) => command.id);

const widths = [40, 53, 60, 80, 99, 100, 101, 149, 150, 250];

describe.each(widths)('at %i columns', (width) => {
  const rows = rowsOf(width);

  it('no row is wider', () => {
    for (const row of rows) expect(textWidth(row.text)).toBeLessThanOrEqual(width);
  });

  it('every command is there, with its keys and its help', () => {
    // Wrapped help goes on in the next row of its column: words are looked for in one stream a column.
    const streams = [40, 50].flatMap((narrowest) => {
      const columns = Math.max(1, Math.min(3, Math.floor(width / narrowest)));
      const cells = Math.floor(width / columns);
      const texts = Array.from({length: columns}, (_, column) =>
        rows.map((row) => row.text.slice(column * cells, (column + 1) * cells)),
      );
      return texts.map((column) => column.join(' ').replaceAll(/\s+/g, ' '));
    });
    const core = coreRows(keyRows(features.commands));
    const others = keyRows(features.commands).filter((row) => !core.some(({command}) => command === row));
    for (const {keys, help} of [...core, ...others.map((row) => ({keys: keysShown(row), help: row.help}))]) {
      const entry = `${keys} ${help}`;
      expect(
        streams.some((stream) => stream.includes(entry)),
        entry,
      ).toBe(true);
    }
  });

  it('every group has its heading once', () => {
    const all = rows.map((row) => row.text).join('\n');
    for (const group of new Set(keyRows(features.commands).map((row) => row.group))) {
      expect(all.split(` ${group}`).length, group).toBeGreaterThanOrEqual(2);
    }
  });

  it('each command is at the rows that its place says', () => {
    for (const {keys, top, end} of page(width).items) {
      const texts = rows.slice(top, end).map(({text}) => text);
      expect(texts.join(' ')).toContain(keys);
    }
  });
});

it('keys and help stand apart', () => {
  for (const command of keyRows(features.commands)) expect(textWidth(keysShown(command))).toBeLessThan(15);
});

it('columns share the rows', () => {
  const rows = rowsOf(80).length;
  expect(rowsOf(120).length).toBeLessThan(rows * 0.65);
  expect(rowsOf(200).length).toBeLessThan(rows * 0.43);
});

it('has arrows as words where there are none: < and > are keys', () => {
  const text = textsOf(80, {isUtf8: false}).join('\n');
  expect(text).not.toMatch(/[↑↓←→▸]/);
  expect(text).toContain('  Left h         half a screen to the left');
  expect(text).toContain('  Down j ^E      a line down');
});

describe('keys of the user', () => {
  const {table} = remap(features.commands, [
    {command: 'hide-list', keys: ['^R', 'B'], where: ''},
    {command: 'tab-number', keys: ['!', '"', '%', '(', ')', '^A', '^B', '^E'], where: ''},
    {command: 'pipeline-page', keys: ['d'], where: ''},
  ]);
  const rows = rowsOf(80, {table});
  const texts = rows.map((row) => row.text.trimEnd());

  it('are shown, with the ones that the command comes with', () => {
    const at = texts.indexOf('  ^R B           hide or show the list');
    expect(texts[at + 1]).toBe(`${' '.repeat(17)}default: z`);
    expect(rows[at + 1]?.runs.some(({style}) => style.dim)).toBe(true);
  });

  it('that are what they were are not marked', () => {
    const at = texts.findIndex((text) => text.startsWith('  d '));
    expect(texts[at + 1]).not.toContain('default');
  });

  it('that need more room than the others have a row of their own', () => {
    const found = textsOf(80, {table, text: 'tab of that', cursor: -1});
    const at = found.indexOf('  ! " % ( ) ^A ^B ^E');
    expect(found.slice(at + 1, at + 3).map((text) => text.trim())).toEqual([
      'go to the tab of that number',
      'default: 1–9',
    ]);
  });

  it('are found, and those of the program are not', () => {
    expect(idsOf({table, text: '^r'})).toContain('hide-list');
    expect(textsOf(80, {table, text: 'z'}).slice(2)).not.toContain(' key z');
  });
});

describe('what was typed', () => {
  it('finds commands by words of their help, in any order and case', () => {
    expect(idsOf({text: 'filters OFF'})).toEqual(['filters-off']);
    expect(idsOf({text: 'no such words'})).toEqual([]);
    expect(textsOf(80, {text: 'no such words'}).slice(2)).toEqual([
      ' no command matches',
      '',
      ' to search the log, close this help and press /, then N for the match above',
    ]);
  });

  it('finds every command, also those that are under More', () => {
    for (const {id} of features.commands) expect(idsOf({text: id})).toContain(id);
  });

  it('finds a command by its name in the configuration only by the whole of it, which is shown then', () => {
    const texts = textsOf(80, {text: 'hide-similar'});
    expect(texts.slice(2)).toEqual([
      ' name in the configuration',
      '▸ -              hide records like this one  log: find  hide-similar',
    ]);
    expect(idsOf({text: 'hide-sim'})).toEqual([]);
  });

  it.each(['go', 'list', 'errors', 'page', 'first', 'close', 'kill'])(
    '%s finds no command by a part of its name',
    (text) => {
      expect(textsOf(80, {text}).join('\n')).not.toContain('in the configuration');
    },
  );

  it.each([
    ['/link', 'markdown'],
    ['place', 'markdown'],
    ['share', 'markdown'],
    ['permalink', 'markdown'],
    ['badge', 'errors'],
    ['legend', 'help'],
    ['symbol', 'help'],
    ['less', 'search'],
    ['quit', 'quit'],
    ['copy', 'copy'],
    ['crash', 'pipeline-page'],
    ['panic', 'pipeline-page'],
    ['killed', 'pipeline-page'],
    ['attention', 'pipeline-page'],
    ['merge', 'mark-pipeline'],
    ['bottom', 'bottom'],
    ['similar', 'hide-similar'],
    ['pan', 'pan-left'],
    ['unseen', 'errors'],
    ["haven't seen", 'errors'],
    ['since the last run', 'changes'],
  ])('finds commands by other words for what they do: %s', (text, id) => {
    expect(idsOf({text})).toContain(id);
  });

  it('shows the words by which it found a command', () => {
    const marked = rowsOf(120, {text: '/permalink'}).flatMap(({text, runs}) =>
      runs.flatMap(({style, start, end}) => (style.underline ? [text.slice(start, end)] : [])),
    );
    expect(marked).toEqual(['permalink']);
  });

  it.each([
    ['g', 'top'],
    ['G', 'bottom'],
    ['pgdn', 'page-down'],
    ['ctrl+d', 'half-down'],
    ['&', 'filter'],
    ['Esc', 'back'],
  ])('finds the commands of a key first: %s', (text, id) => {
    expect(idsOf({text, from: 'log'})[0]).toBe(id);
    expect(textsOf(80, {text})[2]).toMatch(/^ key /);
  });

  it('is highlighted where it is', () => {
    const row = rowsOf(80, {text: 'error next'}).find(({text}) => text.includes('next error'));
    const marked = row?.runs.filter(({style}) => style.underline);
    expect(marked?.map(({start, end}) => row?.text.slice(start, end))).toEqual(['next', 'error']);
  });
});

it.each<[HelpView['from'], string]>([
  ['log', 'list'],
  ['list', 'list'],
  ['errors', 'errors of all pipelines'],
])('the keys to learn first come first, on a page its own: %s', (from, heading) => {
  const texts = textsOf(80, {from});
  expect(texts[0]).toBe(' Keys  type to find, press Enter to run, Esc to close · more below');
  expect(texts[2]?.startsWith(` ${heading}`)).toBe(true);
  expect(texts[3]).toMatch(/^▸ /);
});

it('has 25 keys first, by task, each with one action', () => {
  const core = coreRows(keyRows(features.commands));
  expect(core).toHaveLength(25);
  expect([...new Set(core.map(({task}) => task))]).toEqual(['list', 'log', 'find', 'errors', 'copy']);
  for (const {keys, help} of core) {
    expect(keys).toMatch(/^\S+$/);
    expect(help).not.toMatch(/;/);
  }
});

it('explains the symbols below them, and where one asks for them', () => {
  for (const change of [{}, {text: 'legend'}]) {
    const text = textsOf(80, change).join('\n');
    for (const words of ['◐ degraded', '✗ failed', "3✗ errors you haven't seen", '◆ marked', '×8 similar records'])
      expect(text).toContain(words);
  }
  expect(textsOf(80, {hasServer: false}).join('\n')).not.toContain('degraded');
});

it('there are at most 75 keys in list and log', () => {
  const outside = features.commands.filter(({context}) => ['everywhere', 'list', 'log'].includes(context));
  expect(new Set(outside.map(({keys}) => keys[0])).size).toBeLessThanOrEqual(75);
});

it.each(['log', 'list'] as const)('from the %s the core fits on a screen of 80×24', async (from) => {
  await using screen = await reading(log, {size: {columns: 80, rows: 24}});
  if (from === 'list') screen.press('Tab');
  screen.press('?');
  expect(pageOf(screen)?.offset ?? 0).toBe(0);
  const text = visible(screen).join('\n');
  const core = coreRows(keyRows(features.commands));
  for (const {help} of core) expect(text).toContain(help);
  expect(text).toContain('◐ degraded');
});

it('begins with the keys of the page below', async () => {
  await using screen = await reading(log);
  await pressed(screen, 'k', 'Enter', '?');
  const texts = visible(screen);
  expect(texts[2]).toBe(' page of a record');
  expect(texts.some((text) => text.includes('next record'))).toBe(true);
});

const log = Array.from({length: 30}, (_, step) => logged(step, step % 7 === 0 ? 'ERROR' : 'INFO', `step ${step}`));

/** Opens the help from where the keys go, and types. */
function find(screen: ScreenUnderTest, text: string): void {
  screen.press('?');
  screen.pressTogether(...[...text].map((each) => (each === ' ' ? 'Space' : each)));
}

const pageOf = ({controller}: ScreenUnderTest) => controller.state.page;
const visible = ({controller}: ScreenUnderTest) => pageShown(controller).rows.map(({text}) => text.trimEnd());
/** The row with the cursor. */
const chosen = (screen: ScreenUnderTest) => visible(screen).find((text) => text.startsWith('▸'));

describe('Enter', () => {
  it('runs the command under the cursor, in the log', async () => {
    await using screen = await reading(log);
    find(screen, 'next error');
    await pressed(screen, 'Enter');
    expect(pageOf(screen)).toBeUndefined();
    expect(viewOf(screen).position).toMatchObject({kind: 'anchored'});
  });

  it('runs a command of the other side there', async () => {
    await using screen = await reading(log);
    screen.press('z');
    find(screen, 'mark the pipeline');
    screen.press('Enter');
    expect(screen.controller.state).toMatchObject({page: undefined, marked: ['orders'], focus: 'list'});
    expect(screen.controller.state.listHidden).toBe(false);
    find(screen, 'lines as sent');
    screen.press('Enter');
    expect(screen.controller.state.focus).toBe('list');
    expect(viewOf(screen).asSent).toBe(true);
    // The list has its cursor on the first pipeline now.
    await screen.until(() => screen.controller.paneOnScreen?.current !== undefined, 'its log');
    find(screen, 'select records from');
    screen.press('Enter');
    expect(screen.controller.state.focus).toBe('log');
    expect(viewOf(screen).selectedFrom).toBeDefined();
  });

  it('runs a command of the page that is under the help', async () => {
    await using screen = await reading(log);
    await pressed(screen, 'k', 'Enter');
    find(screen, 'record-copy');
    screen.press('Enter');
    expect(pageOf(screen)?.kind).toBe('record');
    await screen.until(() => screen.copied.length > 0, 'the copy');
  });

  it('closes that page for a command of the log', async () => {
    await using screen = await reading(log);
    await pressed(screen, 'k', 'Enter');
    find(screen, 'lines as sent');
    screen.press('Enter');
    expect(pageOf(screen)).toBeUndefined();
    expect(viewOf(screen).asSent).toBe(true);
  });

  it.each([
    ['marks-remove', "this works in the list of marks: press ' to open it"],
    ['record-copy', 'this works on the page of a record: press Enter to open it'],
    ['tab-number', 'press the number of the tab itself'],
    ['from the cursor on', 'this works in a prompt: press / to open one'],
  ])('says of %s where it works, and the help stays', async (text, notice) => {
    await using screen = await reading(log);
    find(screen, text);
    screen.press('Enter');
    expect(noticeOf(screen)).toBe(notice);
    expect(pageOf(screen)).toMatchObject({kind: 'help', text});
  });

  it('says that there is no log for a command of one', async () => {
    await using screen = await ScreenUnderTest.connected({names: ['orders']});
    screen.press('X');
    find(screen, 'lines as sent');
    screen.press('Enter');
    expect(noticeOf(screen)).toBe('no log is open: press Enter to show the one under the cursor');
  });

  it('where nothing is found says how to search the log: ? does that in less', async () => {
    await using screen = await reading(log);
    find(screen, 'foo');
    screen.press('Enter');
    expect(noticeOf(screen)).toBe('to search the log, close this help and press /, then N for the match above');
  });

  it('asks before it quits, as the key does', async () => {
    await using screen = await reading(log);
    find(screen, 'quit');
    screen.press('Enter');
    expect(noticeOf(screen)).toBe('1 tab is open: press q again to quit, any other key to stay');
    screen.press('q');
    expect(screen.quits).toBe(1);
  });
});

describe('keys', () => {
  it('that are characters are typed, but for the one that opens the help', async () => {
    await using screen = await reading(log);
    find(screen, 'qd G');
    expect(pageOf(screen)).toMatchObject({kind: 'help', text: 'qd G'});
    screen.press('Backspace', '^W', 'j', '^W', '^U', 'k');
    expect(pageOf(screen)).toMatchObject({kind: 'help', text: 'k'});
    screen.press('?');
    expect(pageOf(screen)).toBeUndefined();
  });

  it('Esc clears what was typed, then closes: the page below is there again', async () => {
    await using screen = await reading(log);
    await typed(screen, '/', 'step');
    screen.press('Enter');
    find(screen, 'abc');
    screen.press('Esc');
    expect(pageOf(screen)).toMatchObject({kind: 'help', text: ''});
    screen.press('Esc');
    expect(pageOf(screen)?.kind).toBe('record');
    expect(viewOf(screen).search).toBe('step');
  });

  it('of the whole program work', async () => {
    await using screen = await reading(log);
    screen.press('?', '^C', '^C');
    expect(screen.quits).toBe(1);
  });

  it('move the cursor, with the page, to both ends', async () => {
    await using screen = await reading(log, {size: {columns: 80, rows: 24}});
    screen.press('?');
    expect(chosen(screen)).toMatch(/^▸ Enter {5}open as a tab, then its log/);
    screen.press('Down');
    expect(chosen(screen)).toMatch(/^▸ \/ {9}find a pipeline by name/);
    screen.press('PageDown');
    expect(chosen(screen)).toBeDefined();
    expect(visible(screen)[0]).not.toContain('Keys');
    screen.press('End');
    expect(chosen(screen)).toBe(visible(screen).at(-1));
    screen.press('Down');
    expect(chosen(screen)).toBe(visible(screen).at(-1));
    screen.press('Home');
    expect(visible(screen)[0]).toContain('Keys');
    screen.press('PageDown', 'PageUp', 'Up');
    expect(visible(screen)[0]).toContain('Keys');
  });

  it('go down through every command once, each on the screen', async () => {
    await using screen = await reading(log, {size: {columns: 120, rows: 24}});
    screen.press('?');
    const seen = new Set<number>();
    const count = page(120, {from: 'log'}).items.length;
    for (let step = 0; step < count; step++) {
      const open = pageOf(screen);
      if (open?.kind === 'help') seen.add(open.cursor ?? 0);
      const row = visible(screen).filter((text) => text.includes('▸ '));
      expect(row).toHaveLength(1);
      screen.press('Down');
    }
    expect(seen.size).toBe(count);
  });

  it('by pages move the page by one, from the first press on, and the cursor with it', async () => {
    await using screen = await reading(log, {size: {columns: 80, rows: 24}});
    screen.press('?', 'PageDown');
    const {offset = 0} = pageOf(screen) ?? {};
    expect(offset).toBeGreaterThan(10);
    expect(offset).toBeLessThan(screen.controller.pageHeight);
    expect(chosen(screen)).toBeDefined();
    screen.press('PageUp');
    expect(pageOf(screen)).toMatchObject({offset: 0, cursor: 0});
  });

  it('by pages leave out no row', async () => {
    await using screen = await reading(log, {size: {columns: 80, rows: 24}});
    screen.press('?');
    const seen = new Set(visible(screen).map((text) => text.replace('▸', ' ')));
    for (let count = 0; count < 15; count++) {
      screen.press('PageDown');
      for (const text of visible(screen)) seen.add(text.replace('▸', ' '));
    }
    for (const text of textsOf(80, {from: 'log', cursor: -1})) expect(seen).toContain(text);
  });
});
