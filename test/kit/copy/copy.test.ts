import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, it, test} from 'vitest';
import {copiedWords, suggestName} from '../../../source/kit/copy/copy.ts';
import {cancelPrompt, promptLabel} from '../../../source/kit/screen/prompts.ts';
import type {Services} from '../../../source/kit/screen/services.ts';
import {type ClipboardAnswer, osc52Limit} from '../../../source/kit/system/clipboard.ts';
import {writable} from '../../harness/writable.ts';
import {logged, noticeOf, pressed, reading, typed, viewOf, workedOut, write} from '../screen/reading.ts';
import type {ScreenUnderTest} from '../screen/screen-under-test.ts';

const at = Date.UTC(2026, 10, 25, 12, 3, 44, 987);

test.for<[string, string]>([
  ['orders', 'orders-2026-11-25T120344Z.log'],
  ['a_b-c.d', 'a_b-c.d-2026-11-25T120344Z.log'],
  ['../../etc/passwd', '_.._etc_passwd-2026-11-25T120344Z.log'],
  ['.hidden', 'hidden-2026-11-25T120344Z.log'],
  ['-rf', 'rf-2026-11-25T120344Z.log'],
  ['a\u0000b\nc', 'a_b_c-2026-11-25T120344Z.log'],
  ['..', 'pipeline-2026-11-25T120344Z.log'],
  ['заказы', 'заказы-2026-11-25T120344Z.log'],
  ['', 'pipeline-2026-11-25T120344Z.log'],
  ['orders.log', 'orders-2026-11-25T120344Z.log'],
  ['orders.log.2.gz', 'orders-2026-11-25T120344Z.log'],
  ['orders.log-timeline', 'orders-timeline-2026-11-25T120344Z.log'],
])('%j', ([pipeline, name]) => {
  expect(suggestName(pipeline, at)).toBe(name);
});

test('a name that a file system takes, with the extension asked for', () => {
  const name = suggestName('x'.repeat(5000), at, 'md');
  expect(name).toMatch(/^x{100}-2026-11-25T120344Z\.md$/);
  expect(suggestName('訂'.repeat(63), at, 'md')).toMatch(/^訂{33}-2026-11-25T120344Z\.md$/);
});

describe('S saves', () => {
  const log = Array.from({length: 20}, (_, index) => logged(index, 'INFO', `step ${index}`));

  const label = ({controller}: ScreenUnderTest) =>
    controller.state.prompt && promptLabel(controller, controller.state.prompt);
  const readSaved = async (screen: ScreenUnderTest, name: string) =>
    await readFile(path.join(screen.folder, name), 'utf8');

  /** Types a name over what is there, and Enter; waits for what came of it. */
  async function saveAs(screen: ScreenUnderTest, name: string): Promise<string | undefined> {
    screen.pressTogether('^U', ...name, 'Enter');
    const outcome = () => noticeOf(screen) ?? screen.controller.state.prompt?.problem;
    await screen.until(() => outcome() !== undefined, 'the outcome');
    return outcome();
  }

  it('suggests the pipeline and the time of its last record', async () => {
    await using screen = await reading(log);
    screen.press('S');
    expect(screen.controller.state.prompt).toMatchObject({text: '', suggestion: 'orders-2026-11-25T000019Z.log'});
    expect(label(screen)).toBe('save the view without colours to ');
  });

  it('takes the suggested name with Enter, and edits it from its end', async () => {
    await using screen = await reading(log);
    screen.press('S');
    screen.pressTogether('Backspace', 'Backspace', 'Backspace', 'm', 'd', 'Enter');
    await screen.until(() => noticeOf(screen) !== undefined, 'the file');
    expect(noticeOf(screen)).toContain(path.join(screen.folder, 'orders-2026-11-25T000019Z.md'));
    screen.press('S', 'Enter');
    await screen.until(() => /Z\.log$/.test(noticeOf(screen) ?? ''), 'the other file');
  });

  it('recalls names that were typed, not suggested ones', async () => {
    await using screen = await reading(log);
    screen.press('S');
    await saveAs(screen, 'a.log');
    screen.press('S', 'Enter');
    await screen.until(() => /Z\.log$/.test(noticeOf(screen) ?? ''), 'the file');
    screen.press('S', 'Up');
    expect(screen.controller.state.prompt?.text).toBe('a.log');
    expect(screen.controller.services.histories.files.entries).toEqual(['a.log']);
  });

  it('goes through the choices with Tab and keeps the name; the selection is one while there is one', async () => {
    await using screen = await reading(log);
    const walk = (count: number) =>
      Array.from({length: count}, () => {
        const now = label(screen);
        screen.pressTogether('Tab');
        return /^save (.*) to $/.exec(now ?? '')?.[1];
      });
    screen.press('S');
    screen.pressTogether('^U', 'a');
    const inAllForms = (what: string) =>
      ['without colours', 'as sent', 'with markers'].map((form) => `${what} ${form}`);
    expect(walk(7)).toEqual([...inAllForms('the view'), ...inAllForms('all'), 'the view without colours']);
    expect(screen.controller.state.prompt?.text).toBe('a');
    screen.pressTogether('^C', 'v', 'S');
    expect(walk(10)).toEqual([
      ...[...inAllForms('the selection'), ...inAllForms('the view'), ...inAllForms('all')],
      'the selection without colours',
    ]);
  });

  it('saves what was chosen, and the selection ends with its own', async () => {
    await using screen = await reading(log);
    await typed(screen, '&', 'step 1');
    await pressed(screen, 'k', 'v', 'k', 'S');
    screen.pressTogether('Tab', 'Tab', 'Tab', 'Tab', 'Tab', 'Tab');
    expect(await saveAs(screen, 'all.log')).toMatch(/^saved 21 lines, 1\.\d kB, to .*all\.log$/);
    expect((await readSaved(screen, 'all.log')).endsWith(`${log.join('\n')}\n`)).toBe(true);
    expect(viewOf(screen).selectedFrom).toBeDefined();
    screen.press('S');
    await saveAs(screen, 'selection.log');
    expect(await readSaved(screen, 'selection.log')).toBe(`${log[17]}\n${log[18]}\n`);
    expect(viewOf(screen).selectedFrom).toBeUndefined();
  });

  it('asks before it replaces a file, about each name again', async () => {
    await using screen = await reading(log);
    for (const name of ['a.log', 'b.log']) await writeFile(path.join(screen.folder, name), 'precious');
    screen.press('S');
    expect(await saveAs(screen, 'a.log')).toBe('the file exists: press Enter to replace it, Esc to cancel');
    expect(label(screen)).toBe('press Enter again to replace ');
    cancelPrompt(screen.controller);
    expect(screen.controller.state.prompt).toBeUndefined();
    expect(await readSaved(screen, 'a.log')).toBe('precious');

    screen.press('S');
    await saveAs(screen, 'a.log');
    expect(await saveAs(screen, 'b.log')).toBe('the file exists: press Enter to replace it, Esc to cancel');
    expect(await readSaved(screen, 'b.log')).toBe('precious');
    screen.pressTogether('Tab');
    expect(label(screen)).toMatch(/^save the view as sent/);
    screen.pressTogether('Enter');
    await screen.until(() => label(screen) === 'press Enter again to replace ', 'the question');
    screen.pressTogether('Enter');
    await screen.until(() => noticeOf(screen) !== undefined, 'the answer');
    expect(await readSaved(screen, 'b.log')).toContain(log.join('\n'));
  });

  it('says why a name will not do, and stays', async () => {
    await using screen = await reading(log);
    screen.press('S');
    expect(await saveAs(screen, '')).toBe('type a file name');
    expect(await saveAs(screen, 'no/such/folder')).toMatch(/folder/);
    expect(screen.controller.state.prompt).toMatchObject({kind: 'save', text: 'no/such/folder', replaces: false});
  });

  it('saves without colours, or as sent after one Tab, or the other way around', async () => {
    const red = logged(20, 'ERROR', '\u001B[31mred\u001B[0m \u0007bell');
    const plain = logged(20, 'ERROR', 'red \u0007bell');
    await using screen = await reading([red]);
    screen.press('S');
    const saved = await saveAs(screen, 'clean.log');
    const text = await readSaved(screen, 'clean.log');
    expect(text.split('\n')[1]).toBe(plain);
    expect(saved).toMatch(new RegExp(`^saved 2 lines, ${Buffer.byteLength(text)} B, to `));
    screen.press('S');
    screen.pressTogether('Tab');
    await saveAs(screen, 'sent.log');
    expect((await readSaved(screen, 'sent.log')).split('\n')[1]).toBe(red);

    await using other = await reading([red], {services: {copyForm: 'as-sent'}});
    other.press('S');
    expect(label(other)).toBe('save the view as sent to ');
    await saveAs(other, 'sent.log');
    expect((await readSaved(other, 'sent.log')).split('\n')[1]).toBe(red);
    other.press('S');
    other.pressTogether('Tab');
    expect(label(other)).toBe('save the view without colours to ');
  });

  it('saves Markdown under a name that says so', async () => {
    await using screen = await reading(log);
    screen.press('S');
    screen.pressTogether('^U', ...'found.md');
    expect(label(screen)).toBe('save the view as Markdown to ');
    expect(await saveAs(screen, 'found.md')).toMatch(/^saved Markdown, 1\.\d kB, to .*found\.md$/);
    expect(await readSaved(screen, 'found.md')).toMatch(/^\*\*Log of `orders` on /);
  });

  it('says what was dropped before its turn came', async () => {
    await using screen = await reading(log, {
      services: {
        async save(file, blocks) {
          // So slow a disk that the scrollback has gone on meanwhile.
          writable(screen.controller.pane?.model.source.buffer).append(
            Buffer.alloc(40 << 20, `${'x'.repeat(1 << 16)}\n`),
          );
          let bytes = 0;
          for await (const block of blocks) bytes += block.length;
          return {kind: 'saved', path: file, bytes};
        },
      },
    });
    screen.press('S');
    expect(await saveAs(screen, 'slow.log')).toBe(
      'saved 0 lines, 0 B, to slow.log · 21 older lines were already dropped',
    );
  });
});

describe('y and Y copy', () => {
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
      expect(await untilNotice(screen)).toBe(
        'sent 1 line, 64 B by OSC 52 (no terminal confirms it): press M to add its place',
      );
      await typed(screen, '&', 'step 4');
      screen.press('Y');
      expect(await untilNotice(screen)).toMatch(/^sent 11 lines, 7\d\d B by OSC 52/);
      expect(screen.copied).toEqual([lines(48, 49), lines(4, 5) + lines(40, 50)]);
    });

    it('v begins a selection at the current record and holds the screen; v again and y end it', async () => {
      await using screen = await reading(log);
      screen.press('v');
      expect(noticeOf(screen)).toMatch(/^move to select/);
      expect(viewOf(screen)).toMatchObject({position: {kind: 'anchored'}, selectedFrom: 50});
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
        problem: 'not sent: 2 lines, 128 B, and terminals drop more than 75 kB; press Enter to save it',
      });
      screen.pressTogether('^U', ...'big.log', 'Enter');
      expect(await untilNotice(screen)).toBe(`saved 2 lines, 128 B, to ${path.join(screen.folder, 'big.log')}`);
      expect(await readFile(path.join(screen.folder, 'big.log'), 'utf8')).toBe(lines(48, 50));
      expect(viewOf(screen).selectedFrom).toBeUndefined();

      screen.press('M');
      await screen.until(() => screen.controller.state.prompt !== undefined, 'the offer');
      expect(screen.controller.state.prompt).toMatchObject({
        what: 'record',
        suggestion: expect.stringMatching(/\.md$/),
      });
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
      screen.press('Y');
      expect(await untilNotice(screen)).toBe('no clipboard today');
    });
  });

  it.each([...'WyYMS'])('%s pins the tab, as any use of the log does', async (key) => {
    await using screen = await reading([], {names: []});
    await screen.until(() => screen.controller.pane !== undefined, 'the preview');
    const [preview] = screen.controller.state.tabs;
    expect(preview?.pinned).toBe(false);
    screen.press(key);
    expect(screen.controller.state.tabs).toMatchObject([{name: preview?.name, pinned: true}]);
  });

  it.each([
    ['y', 'copy this record'],
    ['M', 'copy this record'],
  ])('%s shows the newest record at its first press while following, and takes it at the second', async (key, does) => {
    await using screen = await reading(log);
    screen.press(key);
    expect(viewOf(screen).position).toMatchObject({kind: 'anchored', current: 50});
    expect(noticeOf(screen)).toBe(`paused: press ${key} again to ${does}`);
    // What comes meanwhile is not taken.
    await write(screen, logged(60, 'INFO', 'step 60'));
    expect(screen.copied).toEqual([]);
    screen.press(key);
    await screen.until(() => screen.copied.length > 0, 'the copy');
    expect(screen.copied[0]).toContain(lines(49, 50));
    expect(screen.copied[0]).not.toContain('step 60');
  });

  it('y takes a selection at once, also while following', async () => {
    await using screen = await reading(log);
    screen.press('v', 'G', 'y');
    await untilNotice(screen);
    expect(screen.copied).toEqual([lines(49, 50)]);
  });

  it('y and Y take lines without colours, or as sent', async () => {
    const red = logged(60, 'ERROR', '\u001B[31mred\u001B[0m \u0007bell');
    const plain = logged(60, 'ERROR', 'red \u0007bell');
    for (const [copyForm, line] of [
      ['clean', plain],
      ['as-sent', red],
    ] as const) {
      await using screen = await reading([red], {services: {copyForm}});
      screen.press('k', 'j', 'y');
      const bytes = Buffer.byteLength(line) + 1;
      expect(await untilNotice(screen)).toBe(
        `sent 1 line, ${bytes} B by OSC 52 (no terminal confirms it): press M to add its place`,
      );
      screen.press('Y');
      await screen.until(() => screen.copied.length === 2, 'the view');
      expect(screen.copied[0]).toBe(`${line}\n`);
      expect(screen.copied[1]?.endsWith(`\n${line}\n`)).toBe(true);
    }
  });

  it('all keys take the selection while there is one, and agree in it', async () => {
    await using screen = await reading(log);
    for (const key of ['y', 'Y']) {
      screen.press('G', 'k', 'v', 'k', 'k', key);
      await untilNotice(screen);
    }
    expect(screen.copied).toEqual([lines(46, 49), lines(46, 49)]);
    screen.press('G', 'k', 'v', 'k', 'k', 'M');
    await untilNotice(screen);
    expect(screen.copied[2]).toContain(`- Lines: 3\n`);
  });

  it('S is about the selection where there is one, else about the view', async () => {
    await using screen = await reading(log);
    screen.press('S');
    expect(screen.controller.state.prompt).toMatchObject({kind: 'save', what: 'view', form: 'clean'});
    screen.pressTogether('^C', 'v', 'S');
    expect(screen.controller.state.prompt).toMatchObject({kind: 'save', what: 'selection'});
  });
});

const sent = {bytes: 6100, lines: 42};

it.for<[ClipboardAnswer, string]>([
  [{kind: 'sent', how: 'OSC 52', ...sent}, 'sent 42 lines, 6.1 kB by OSC 52 (no terminal confirms it)'],
  [{kind: 'sent', how: 'tmux', ...sent}, 'sent 42 lines, 6.1 kB to tmux and its terminal'],
  [
    {kind: 'sent', how: 'tmux', ...sent, hint: 'no terminal is attached'},
    'sent 42 lines, 6.1 kB to tmux · no terminal is attached',
  ],
  [{kind: 'sent', how: 'wl-copy', bytes: 12, lines: 1}, 'copied 1 line, 12 B with wl-copy'],
  [
    {kind: 'too-large', bytes: 4_200_000, lines: 52_118, limit: 74_994},
    'not sent: 52,118 lines, 4.2 MB, and terminals drop more than 75 kB',
  ],
  [{kind: 'failed', why: 'no display'}, 'not copied: no display'],
])('the footer after a copy: %o', ([answer, line]) => {
  expect(copiedWords(answer)).toBe(line);
});

it('takes the record that is on the screen, and none that new filters may show: nobody has chosen it', async () => {
  await using screen = await reading([logged(1, 'INFO', 'one step'), logged(2, 'INFO', 'another step')]);
  screen.press('&');
  screen.pressTogether('!', 'o');
  await workedOut(screen);
  expect(screen.controller.paneOnScreen?.current).toBeUndefined();
  screen.pressTogether('n', 'Enter', 'v', 'M');
  await screen.until(() => noticeOf(screen) === 'nothing to copy here', 'the answer');
  await workedOut(screen);
  expect(screen.copied).toEqual([]);
  screen.press('M');
  expect(noticeOf(screen)).toBe('paused: press M again to copy this record');

  screen.press('&');
  screen.pressTogether(...'!another', 'Enter', 'y');
  await screen.until(() => screen.copied.length > 0, 'the copy');
  expect(screen.copied[0]).toContain('another step');
});
