import {describe, expect, it, test} from 'vitest';
import type {Scenario} from '../../../demo/demo.ts';
import {openPipeline} from '../../../source/features/pipeline/pipeline-feature.ts';
import {recordPage} from '../../../source/features/record/record-feature.ts';
import type {Command} from '../../../source/kit/keys/commands.ts';
import {unknownKey} from '../../../source/kit/keys/key-names.ts';
import {remap} from '../../../source/kit/keys/remap-keys.ts';
import {openPage} from '../../../source/kit/pages/page.ts';
import {pageShown} from '../../../source/kit/pages/page-driver.ts';
import {cancelPrompt, cyclePrompt, recallPrompt, submitPrompt} from '../../../source/kit/screen/prompts.ts';
import {newPane} from '../../../source/kit/state/pane-view.ts';
import {features} from '../../../source/shells/features.ts';
import {
  addMarker,
  logged,
  noticeOf,
  pressed,
  reading,
  retype,
  rowsOf,
  typed,
  viewOf,
  workedOut,
} from '../../kit/screen/reading.ts';
import {ScreenUnderTest} from '../../kit/screen/screen-under-test.ts';

type Situation = {readonly open: () => Promise<ScreenUnderTest>; readonly rows: number};

const lines = [
  logged(1, 'INFO', 'step one'),
  logged(2, 'ERROR', 'broken two'),
  '  and how',
  logged(3, 'INFO', 'three'),
];
const smallest = {columns: 40, rows: 10};

const withErrors: Scenario = (server) => {
  for (const name of ['alpha', 'beta']) {
    const pipeline = server.addPipeline(name, {now: () => Date.UTC(2026, 10, 25)});
    pipeline.write(logged(1, 'INFO', 'step one'));
    pipeline.write(logged(2, 'ERROR', 'broken two'));
  }
};

async function emptyLog(): Promise<ScreenUnderTest> {
  const screen = await reading([], {names: ['unknown']});
  await screen.until(() => screen.controller.pane !== undefined, 'the pane');
  return screen;
}

async function markerOnly(): Promise<ScreenUnderTest> {
  const screen = await emptyLog();
  await addMarker(screen);
  return screen;
}

async function allHidden(size = {columns: 100, rows: 30}): Promise<ScreenUnderTest> {
  const screen = await reading(lines, {size});
  await typed(screen, '&', 'nowhere');
  return screen;
}

const situations: Readonly<Record<string, Situation>> = {
  'an empty log': {open: emptyLog, rows: 0},
  'a log of one marker': {open: markerOnly, rows: 1},
  'a log that is followed': {open: () => reading(lines), rows: 5},
  'a log that is held': {open: async () => pressedFrom(reading(lines), 'k', 'k'), rows: 5},
  'a log that is folded': {open: async () => pressedFrom(reading(lines), 'f'), rows: 5},
  'a log that filters hide': {open: allHidden, rows: 1},
  'the smallest screen': {open: () => allHidden(smallest), rows: 4},
};

async function pressedFrom(opening: Promise<ScreenUnderTest>, ...keys: string[]): Promise<ScreenUnderTest> {
  const screen = await opening;
  await pressed(screen, ...keys);
  return screen;
}

/** Goes to where the command's keys are in force. */
function goTo(screen: ScreenUnderTest, {context}: Command): void {
  const {controller} = screen;
  controller.dispatch({type: 'focus', side: context === 'list' ? 'list' : 'log'});
  if (context === 'help') screen.press('?');
  if (context === 'pipeline') openPipeline(controller, 'orders');
  if (context === 'record') openPage(controller, recordPage, {programs: controller.programs});
  if (context === 'marks') controller.dispatch({type: 'page', page: {kind: 'marks', offset: 0, cursor: 0}});
}

/** Every row that the screen shows can be made. */
function draw(screen: ScreenUnderTest): void {
  rowsOf(screen);
  pageShown(screen.controller);
  expect(screen.controller.layout?.paneHeight).toBeGreaterThan(0);
}

/** Ends a prompt in each way, with texts that mean something and one that does not. */
function endPrompt(screen: ScreenUnderTest, key: string): void {
  const {controller} = screen;
  if (!controller.state.prompt) return;
  for (const text of ['x', '!', '12:03', '50%', '']) {
    if (!controller.state.prompt) screen.press(key);
    if (controller.state.prompt) retype(screen, text);
    cyclePrompt(controller);
    recallPrompt(controller, 1);
    submitPrompt(controller);
  }
  if (!controller.state.prompt) screen.press(key);
  cancelPrompt(controller);
  expect(controller.state.prompt).toBeUndefined();
}

describe('every key of the table', () => {
  it.each(Object.entries(situations))('in %s', async (_, {open, rows}) => {
    await using screen = await open();
    const {controller} = screen;
    const [tab] = controller.state.tabs;
    const name = tab?.name ?? '';
    const view = viewOf(screen);
    expect(rowsOf(screen)).toHaveLength(rows);
    for (const command of features.commands) {
      for (const key of command.keys) {
        goTo(screen, command);
        draw(screen);
        screen.press(key);
        draw(screen);
        endPrompt(screen, key);
        draw(screen);
        await screen.clock.advance(1);
        controller.dispatch({type: 'page', page: undefined});
        controller.dispatch({type: 'prompt', prompt: undefined});
        controller.dispatch({type: 'set', change: {pendingConfirmation: undefined}});
        controller.tabSwitcher.show(name);
        controller.changePaneOf(name, {...newPane, ...view});
      }
    }
    await workedOut(screen);
    draw(screen);
  });
});

describe('keys that arrive together', () => {
  it('after one that opens a prompt are typed into it', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.pressTogether('/', 'q', 'X', 'Space', 'z');
    expect(screen.controller.state.prompt).toMatchObject({kind: 'find-name', text: 'qX z'});
    expect(screen.quits).toBe(0);
  });

  it('after the Enter that ends it are keys again', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.pressTogether('/', 'o', 'r', 'd', 'Enter', '?');
    expect(screen.controller.state).toMatchObject({nameFilter: 'ord', prompt: undefined, page: {kind: 'help'}});
  });

  it('are the prompt’s own: ^U, ^W and Backspace remove, Tab changes the choice, ^C cancels', async () => {
    await using screen = await ScreenUnderTest.connected({names: ['orders']});
    await screen.untilConnected('orders');
    screen.pressTogether('S', '^U', 'a', 'Space', 'b', 'c', '^W', 'd', 'e', 'Backspace', 'Tab');
    expect(screen.controller.state.prompt).toMatchObject({kind: 'save', text: 'a d', what: 'view', form: 'as-sent'});
    screen.pressTogether('^C');
    expect(screen.controller.state.prompt).toBeUndefined();
  });

  it('that have no character are not typed', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.pressTogether('/', 'a', 'Tab', '^D', 'Up', 'b');
    expect(screen.controller.state.prompt?.text).toBe('ab');
  });

  it('are all pressed', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.pressTogether('j', 'j', 'Enter');
    expect(screen.tabs).toEqual(['orders']);
  });
});

const log = [logged(1, 'INFO', 'step one')];

describe('in the list, a key of the log that the list does not use', () => {
  async function inList(): Promise<ScreenUnderTest> {
    const screen = await ScreenUnderTest.connected({scenario: withErrors});
    await screen.until(() => screen.controller.pane?.model.index.table.errors === 1, 'the error');
    return screen;
  }

  it.each([
    ['e', {position: {kind: 'anchored', current: 2}}],
    ['w', {wrap: 'all'}],
    ['p', {position: {kind: 'anchored'}}],
    ['L', {filters: [{filter: {kind: 'level'}}]}],
    ['J', {asSent: true}],
    ['f', {fold: true}],
  ])('%s acts on the log shown and pins its tab, and the list keeps the focus', async (key, pane) => {
    await using screen = await inList();
    expect(screen.tabs).toEqual(['alpha?']);
    screen.press(key);
    expect(viewOf(screen)).toMatchObject(pane);
    expect(screen.tabs).toEqual(['alpha']);
    expect(screen.controller.state).toMatchObject({focus: 'list', cursor: 'alpha'});
  });

  it('opens its prompt, whose result stays with the log; Esc undoes it', async () => {
    await using screen = await inList();
    screen.pressTogether('&', ...'broken', 'Enter');
    expect(viewOf(screen).filters).toHaveLength(1);
    expect(screen.controller.state.focus).toBe('list');
    screen.press('Esc');
    expect(viewOf(screen).filters).toEqual([]);
  });

  it('is for the pipeline under the cursor, also before the preview has followed it', async () => {
    await using screen = await inList();
    screen.press('j', 'w');
    expect(screen.tabs).toEqual(['beta']);
    expect(viewOf(screen).wrap).toBe('all');
  });

  it('says so where its log is not open yet, in place of doing nothing', async () => {
    await using screen = await ScreenUnderTest.open();
    screen.controller.dispatch({type: 'show', name: 'orders'});
    screen.press('e');
    expect(noticeOf(screen)).toBe('this log is not open yet: press the key again');
  });

  it('says why it is of no use: without a log, and for a selection, which needs the keys of the log', async () => {
    await using screen = await inList();
    screen.press('v');
    expect(noticeOf(screen)).toBe('this works in the log: press Tab, then v');
    expect(screen.tabs).toEqual(['alpha?']);
    screen.press('n');
    expect(noticeOf(screen)).toBe('no search: press Tab / to start one');
    screen.press('X', 'e');
    expect(noticeOf(screen)).toBe('no log is open: press Enter to show the one under the cursor');
  });

  it('leaves the keys of the list to the list', async () => {
    await using screen = await inList();
    screen.press('m', 'j');
    expect(screen.controller.state).toMatchObject({marked: ['alpha'], cursor: 'beta'});
    // As in other lists of processes and pods.
    screen.press('Space');
    expect(screen.controller.state).toMatchObject({marked: ['alpha', 'beta'], cursor: 'beta'});
    expect(screen.tabs).toEqual(['alpha?']);
  });
});

it('any key removes the notice, also one that scrolls', async () => {
  await using screen = await reading(log);
  screen.press('n');
  expect(noticeOf(screen)).toBe('no search: press / to start one');
  screen.press('k');
  expect(noticeOf(screen)).toBeUndefined();
});

describe('a key without a command here', () => {
  it('says so, and what lists those that have one', async () => {
    await using screen = await reading(log);
    screen.press('^R');
    expect(noticeOf(screen)).toBe('^R has no effect here: press ? to list the keys');
    // As F5 arrives.
    screen.press(unknownKey);
    expect(noticeOf(screen)).toBe('this key has no effect here: press ? to list the keys');
    screen.press('7');
    expect(noticeOf(screen)).toBe('there is no tab 7: 1 is open');
    screen.press(']');
    expect(noticeOf(screen)).toBe('there is no other tab');
    screen.press('X', 'X');
    expect(noticeOf(screen)).toBe('no tab is open: press Enter to open the pipeline under the cursor');
  });

  it('on a page says where it works', async () => {
    await using screen = await reading(log);
    await pressed(screen, 'k', 'm');
    for (const page of ['i', 'A', "'"]) {
      screen.press(page);
      for (const key of ['n', '&', '*', '1']) {
        screen.press(key);
        expect([page, key, noticeOf(screen)]).toEqual([
          page,
          key,
          `${key} works in the log: press Esc to close this page`,
        ]);
      }
      screen.press('^T');
      expect(noticeOf(screen)).toBe('^T has no effect here: press ? to list the keys');
      screen.press('Esc');
    }
  });

  it('in the help does not send to the help', async () => {
    await using screen = await reading(log);
    screen.press('?', '^R');
    expect(noticeOf(screen)).toBe('^R has no effect here');
  });

  it('in a prompt does nothing', async () => {
    await using screen = await reading(log);
    screen.press('/', unknownKey);
    expect(screen.controller.state).toMatchObject({prompt: {text: ''}, notice: undefined});
  });
});

it('a key of the pane comes before one of everywhere, and only there', async () => {
  await using screen = await reading(log);
  screen.press('/');
  expect(screen.controller.state.prompt?.kind).toBe('search');
  screen.press('q');
  expect(screen.controller.state).toMatchObject({prompt: {text: 'q'}, pendingConfirmation: undefined});
});

it('keys of the panes do nothing on a page', async () => {
  await using screen = await reading(log, {names: ['orders', 'fraud']});
  screen.press('i');
  screen.press('2', 'X', 'Tab', 'w', '/', '&', 'z');
  expect(screen.controller.state).toMatchObject({page: {kind: 'pipeline'}, active: 'orders', prompt: undefined});
  expect(screen.controller.state.tabs).toHaveLength(2);
  expect(noticeOf(screen)).toBe('z works in the log: press Esc to close this page');
});

describe('Esc and a key in one read', () => {
  it('is Alt in a prompt: it edits, and what a prompt does not know does nothing', async () => {
    await using screen = await reading(log, {names: ['orders', 'fraud']});
    screen.pressTogether(
      '/',
      ...'one two',
      'Alt-b',
      'z',
      'X',
      'Alt-X',
      'Alt-q',
      'Alt-',
      'Alt-Up',
      'Alt-Enter',
      'Alt-^C',
    );
    expect(screen.controller.state.prompt).toMatchObject({text: 'one zXtwo', cursor: 6});
    expect(screen.tabs).toEqual(['orders', 'fraud']);
  });

  it('is two keys elsewhere', async () => {
    await using screen = await reading(log);
    screen.press('?', 'Alt-w');
    expect(screen.controller.state.page).toBeUndefined();
    expect(viewOf(screen).wrap).toBe('all');
    screen.pressTogether('Alt-/', 'a', 'Alt-');
    expect(screen.controller.state.prompt).toMatchObject({kind: 'search', text: 'a'});
  });
});

describe('in a prompt', () => {
  async function prompting(...keys: string[]): Promise<ScreenUnderTest> {
    const screen = await reading(log);
    screen.pressTogether('/', ...keys);
    return screen;
  }
  const promptOf = (screen: ScreenUnderTest) => screen.controller.state.prompt;

  it('keys edit the text at the cursor, as in readline', async () => {
    await using screen = await reading(log);
    const outcomes: Readonly<Record<string, readonly [text: string, cursor: number]>> = {
      ...{Home: ['one two', 0], '^A': ['one two', 0], End: ['one two', 7], '^E': ['one two', 7]},
      ...{Left: ['one two', 4], '^B': ['one two', 4], Right: ['one two', 6], '^F': ['one two', 6]},
      ...{'^Left': ['one two', 4], 'Alt-b': ['one two', 4], '^Right': ['one two', 7], 'Alt-f': ['one two', 7]},
      ...{Backspace: ['one wo', 4], Delete: ['one to', 5], '^D': ['one to', 5]},
      ...{'^K': ['one t', 5], '^U': ['wo', 0], '^W': ['one wo', 4]},
      ...{'Alt-Backspace': ['one wo', 4], 'Alt-d': ['one t', 5], '^Delete': ['one t', 5], '^Y': ['one two', 5]},
      ...{Space: ['one t wo', 6], x: ['one txwo', 6]},
    };
    for (const [key, [text, cursor]] of Object.entries(outcomes)) {
      screen.controller.dispatch({type: 'set', change: {killed: ''}});
      screen.pressTogether('/', ...'one two', 'Left', 'Left', key);
      expect(promptOf(screen), key).toMatchObject({text, cursor});
      screen.press('Esc');
    }
  });

  it('what was killed in one prompt can be inserted in another', async () => {
    await using screen = await prompting(...'refused', '^U', 'Esc');
    screen.pressTogether('&', '^Y');
    expect(promptOf(screen)).toMatchObject({kind: 'filter', text: 'refused'});
  });

  it('the search follows the text, not the cursor', async () => {
    await using screen = await prompting(...'ste');
    const {search} = viewOf(screen);
    screen.press('Home', 'Right');
    expect([search, viewOf(screen).search]).toEqual(['ste', 'ste']);
    screen.press('Delete');
    expect(viewOf(screen).search).toBe('se');
  });

  it.each(['^P', 'Up'])('%s recalls the last text, and typing goes on at its end', async (key) => {
    await using screen = await prompting(...'one', 'Enter');
    screen.pressTogether('/', key, 'x');
    expect(promptOf(screen)?.text).toBe('onex');
  });

  it.each(['Backspace', '^D', 'Esc'])('%s leaves an empty one', async (key) => {
    await using screen = await prompting('a', 'Backspace', key);
    expect(promptOf(screen)).toBeUndefined();
  });

  it('^D that empties it does not leave it when it is held', async () => {
    await using screen = await prompting('a', 'b', 'Home', '^D', '^D', '^D', '^D');
    expect(promptOf(screen)?.text).toBe('');
  });

  it('a key that it does not use does nothing, also in an empty one', async () => {
    await using screen = await prompting('a');
    const unused = ['^Z', '^L', '^T', '^Up', 'PageUp', 'PageDown', 'Alt-x'];
    screen.pressTogether(...unused);
    expect(promptOf(screen)?.text).toBe('a');
    screen.pressTogether('Backspace', ...unused);
    expect(promptOf(screen)?.text).toBe('');
  });

  it('^C twice quits from every one, and the first says so', async () => {
    await using screen = await reading(log);
    for (const [quits, opener] of ['/', '&', '*', 'T', ':', 'S'].entries()) {
      screen.press(opener, 'x', '^C');
      expect([promptOf(screen), noticeOf(screen), screen.quits]).toEqual([undefined, 'press ^C again to quit', quits]);
      screen.press('^C');
      expect(screen.quits).toBe(quits + 1);
    }
  });

  it('^C in the list’s prompt, then another key: the next one does not quit', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.press('/', '^C', 'j', '^C');
    expect(screen.quits).toBe(0);
    screen.press('/', '^C', '^C');
    expect(screen.quits).toBe(1);
  });
});

describe('with keys of the user', () => {
  const {table, problems} = remap(
    features.commands,
    Object.entries({
      search: ['^]'],
      copy: ['Y'],
      'copy-view': [],
      save: ['F'],
      follow: ['S'],
      back: ['^^'],
      mark: ['§'],
      fold: ['^F'],
      filter: ['^_'],
      quit: ['é'],
      interrupt: ['ö'],
      'tab-number': ['ä', 'ü'],
    }).map(([command, keys]) => ({command, keys, where: ''})),
  );
  const options = {services: {commands: table}, names: ['orders', 'fraud']};

  it('these run the commands, and those that they had run nothing', async () => {
    expect(problems).toEqual([]);
    await using screen = await reading(log, options);
    screen.press('/');
    expect(screen.controller.state.prompt).toBeUndefined();
    screen.press('ü');
    expect(screen.controller.state.active).toBe('fraud');
    screen.press('1', '2');
    expect(screen.controller.state.active).toBe('fraud');
    screen.press('ä', '^]');
    expect(screen.controller.state).toMatchObject({active: 'orders', prompt: {kind: 'search'}});
  });

  it('^C still closes a prompt, without a word about quitting', async () => {
    await using screen = await reading(log, options);
    screen.press('*', '^C');
    expect(screen.controller.state).toMatchObject({
      prompt: undefined,
      pendingConfirmation: undefined,
      notice: undefined,
    });
  });

  it.each([
    ['n', 'no search: press ^] to start one'],
    ['v', 'move to select · Y copy, F save, M Markdown, ^^ end'],
    ['u', 'no marks: press § to mark a record'],
    ['o', 'no folded row here: press ^F to fold similar records'],
    ['\\', 'no filters: press ^_ to add one'],
    ['é', '2 tabs are open: press é again to quit, any other key to stay'],
    ['ö', 'press ö again to quit'],
  ])('the notice of %s has them', async (key, notice) => {
    await using screen = await reading(log, options);
    screen.press(key);
    expect(noticeOf(screen)).toBe(notice);
  });
});

test('Backspace removes a whole character, not half of one; ^W a word with the blanks behind it', async () => {
  await using screen = await reading(log);
  screen.press('/', ...'one two 😀');
  const texts = ['Backspace', 'Space', '^W', '^W', '^W'].map((key) => {
    screen.press(key);
    return screen.controller.state.prompt?.text;
  });
  expect(texts).toEqual(['one two ', 'one two  ', 'one ', '', '']);
  screen.press('Backspace');
  expect(screen.controller.state.prompt).toBeUndefined();
});

describe('a key is one change', () => {
  it.each([
    ['w', 'wraps, keeps the row and says so'],
    ['k', 'moves, and pins the tab'],
    ['z', 'hides the list, and the row stays'],
    ['A', 'opens a page'],
  ])('%s, which %s, is told to those who follow the view once', async (key) => {
    await using screen = await reading(lines);
    await pressed(screen, 'k');
    let changes = 0;
    screen.controller.view.subscribe(() => {
      changes += 1;
    });
    screen.press(key);
    expect(changes).toBe(1);
  });
});
