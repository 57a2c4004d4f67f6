import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, it} from 'vitest';
import {osc52Limit} from '../../source/take/osc52.ts';
import type {ClipboardAnswer} from '../../source/take/sent-words.ts';
import type {Services} from '../../source/ui/services.ts';
import {currentLine, logged, noticeOf, pressed, reading, typed, viewOf, write} from './reading.ts';
import type {ScreenUnderTest} from './screen-under-test.ts';

const log = Array.from({length: 50}, (_, index) => logged(index, 'INFO', `step ${index}`));
const lines = (from: number, to: number) =>
  log
    .slice(from, to)
    .map((line) => `${line}\n`)
    .join('');
const answering =
  (answer: (lines: number, bytes: number) => ClipboardAnswer): Services['copy'] =>
  (text, count) =>
    Promise.resolve(answer(count, text.length));

async function untilNotice(screen: ScreenUnderTest): Promise<string | undefined> {
  await screen.until(() => noticeOf(screen) !== undefined, 'a notice');
  return noticeOf(screen);
}

describe('copying', () => {
  it('y takes the record, Y the view, and says how much was sent', async () => {
    await using screen = await reading(log);
    screen.press('k', 'y');
    expect(await untilNotice(screen)).toBe('sent 1 line, 64 B by OSC 52 (terminals do not acknowledge it)');
    await typed(screen, '&', 'step 4');
    screen.press('Y');
    expect(await untilNotice(screen)).toMatch(/^sent 11 lines, 7\d\d B by OSC 52/);
    expect(screen.copied).toEqual([lines(48, 49), lines(4, 5) + lines(40, 50)]);
  });

  it('v begins a selection at the current record and holds the screen; v again and y end it', async () => {
    await using screen = await reading(log);
    screen.press('v');
    expect(noticeOf(screen)).toMatch(/^move to select/);
    expect(viewOf(screen)).toMatchObject({position: {kind: 'held'}, selectedFrom: 50});
    screen.press('v');
    expect(viewOf(screen).selectedFrom).toBeUndefined();
    screen.press('v', 'k', 'k', 'y');
    await untilNotice(screen);
    expect(screen.copied).toEqual([lines(47, 50)]);
    expect(viewOf(screen).selectedFrom).toBeUndefined();
  });

  it('what did not arrive stays selected', async () => {
    const copy = answering(() => ({kind: 'failed', why: 'xclip: no display'}));
    await using screen = await reading(log, {services: {copy}});
    screen.press('v', 'k', 'y');
    expect(await untilNotice(screen)).toBe('not copied: xclip: no display');
    expect(viewOf(screen).selectedFrom).toBe(50);
  });

  it('what is too large is offered for saving, selected as it is', async () => {
    const copy = answering((count, bytes) => ({kind: 'too-large', lines: count, bytes, limit: osc52Limit}));
    await using screen = await reading(log, {services: {copy}});
    screen.press('v', 'k', 'y');
    await screen.until(() => screen.controller.state.prompt !== undefined, 'the offer');
    expect(screen.controller.state.prompt).toMatchObject({
      kind: 'save',
      what: 'selection',
      problem: 'not sent: 2 lines, 128 B, and terminals drop more than 75 kB; Enter saves it',
    });
    screen.pressTogether('^U', ...'big.log', 'Enter');
    expect(await untilNotice(screen)).toBe(`saved 2 lines, 128 B, to ${path.join(screen.folder, 'big.log')}`);
    expect(await readFile(path.join(screen.folder, 'big.log'), 'utf8')).toBe(lines(48, 50));
    expect(viewOf(screen).selectedFrom).toBeUndefined();

    screen.press('M');
    await screen.until(() => screen.controller.state.prompt !== undefined, 'the offer');
    expect(screen.controller.state.prompt).toMatchObject({what: 'screen', text: expect.stringMatching(/\.md$/)});
  });

  it('says so when there is nothing to copy', async () => {
    await using screen = await reading([], {names: ['unknown']});
    for (const key of ['y', 'Y', 'M']) {
      screen.press(key);
      expect(await untilNotice(screen)).toBe('nothing to copy here');
    }
    expect(screen.copied).toEqual([]);
  });

  it('takes what was there at the key, whatever keys came with it', async () => {
    await using screen = await reading(log);
    screen.press('k');
    screen.pressTogether('y', 'k', 'k');
    await untilNotice(screen);
    screen.pressTogether('v', 'k', 'y', 'Esc', 'G');
    await screen.until(() => screen.copied.length === 2, 'the selection');
    expect(screen.copied).toEqual([lines(48, 49), lines(45, 47)]);
  });

  it('says what went wrong', async () => {
    const copy = () => Promise.reject(new Error('no clipboard today'));
    await using screen = await reading(log, {services: {copy}});
    screen.press('y');
    expect(await untilNotice(screen)).toBe('no clipboard today');
  });
});

describe('marks', () => {
  it('W has nothing to say where there is no tab', async () => {
    await using screen = await reading(log);
    screen.press('X', 'z', 'W');
    expect(screen.controller.state).toMatchObject({tabs: [], notice: undefined});
  });

  it.each([...'W=yYMS|'])('%s keeps the tab, as any use of the log does', async (key) => {
    await using screen = await reading([], {names: []});
    await screen.until(() => screen.controller.pane !== undefined, 'the preview');
    const [preview] = screen.controller.state.tabs;
    expect(preview?.kept).toBe(false);
    screen.press(key);
    expect(screen.controller.state.tabs).toMatchObject([{name: preview?.name, kept: true}]);
  });

  it('u and U go on past marks that a filter hides', async () => {
    await using screen = await reading(log);
    const marked = [10, 20, 30];
    screen.controller.changePane({marks: new Set(marked)});
    await typed(screen, '&', '!step 19');
    await pressed(screen, 'G');
    const seen: (string | undefined)[] = [];
    for (const key of [...'UUUuu']) {
      await pressed(screen, key);
      seen.push(currentLine(screen));
    }
    expect(seen).toEqual([log[29], log[20], log[9], log[20], log[29]]);
  });

  it('m marks a record and takes the mark away, from any of its lines', async () => {
    await using screen = await reading(log);
    await write(screen, logged(60, 'ERROR', 'of two lines'), '  the second');
    screen.press('m');
    expect([...viewOf(screen).marks]).toEqual([51]);
    expect(viewOf(screen).position).toMatchObject({kind: 'held', current: 52});
    screen.press('k', 'm');
    expect([...viewOf(screen).marks]).toEqual([]);
  });

  it('u and U go around, from a record that is not marked too', async () => {
    await using screen = await reading(log);
    for (const keys of ['kkkm', 'kkkkm', 'km', 'jj']) await pressed(screen, ...keys);
    const steps: (string | undefined)[] = [];
    for (const key of ['u', 'u', 'u', 'U', 'U']) {
      await pressed(screen, key);
      steps.push(/step \d+/.exec(currentLine(screen) ?? '')?.[0]);
    }
    expect(steps).toEqual(['step 46', 'step 41', 'step 42', 'step 41', 'step 46']);
  });

  it('without any it says how to make one', async () => {
    await using screen = await reading(log);
    for (const key of ['u', 'U', "'"]) {
      screen.press(key);
      expect(noticeOf(screen)).toBe('no marks: m marks a record');
      expect(screen.controller.state.page).toBeUndefined();
    }
  });
});

it('S and | are about the selection where there is one, else about the view', async () => {
  await using screen = await reading(log);
  screen.press('|');
  expect(screen.controller.state.prompt).toMatchObject({kind: 'pipe', what: 'view', text: 'less'});
  screen.pressTogether('^C', 'S');
  expect(screen.controller.state.prompt).toMatchObject({kind: 'save', what: 'view', markers: false});
  screen.pressTogether('^C', 'v', 'S');
  expect(screen.controller.state.prompt).toMatchObject({kind: 'save', what: 'selection'});
  screen.pressTogether('^C', '|');
  expect(screen.controller.state.prompt).toMatchObject({kind: 'pipe', what: 'selection'});
});
