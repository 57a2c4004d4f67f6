import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, it} from 'vitest';
import {cancelPrompt, promptLabel} from '../../source/ui/prompt-actions.ts';
import {logged, noticeOf, pressed, reading, typed, viewOf} from './reading.ts';
import type {ScreenUnderTest} from './screen-under-test.ts';

const log = Array.from({length: 20}, (_, index) => logged(index, 'INFO', `step ${index}`));

const label = ({controller: {state}}: ScreenUnderTest) => state.prompt && promptLabel(state.prompt);
const readSaved = async (screen: ScreenUnderTest, name: string) =>
  await readFile(path.join(screen.folder, name), 'utf8');

/** Types a name over what is there, and Enter; waits for what came of it. */
async function saveAs(screen: ScreenUnderTest, name: string): Promise<string | undefined> {
  screen.pressTogether('^U', ...name, 'Enter');
  const outcome = () => noticeOf(screen) ?? screen.controller.state.prompt?.problem;
  await screen.until(() => outcome() !== undefined, 'the outcome');
  return outcome();
}

describe('the save prompt', () => {
  it('suggests the pipeline and the time of its last record', async () => {
    await using screen = await reading(log);
    screen.press('S');
    expect(screen.controller.state.prompt?.text).toBe('orders-2026-11-25T000019Z.log');
    expect(label(screen)).toBe('save the view to ');
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
    expect(walk(5)).toEqual(['the view', 'the view with markers', 'all', 'all with markers', 'the view']);
    expect(screen.controller.state.prompt?.text).toBe('a');
    screen.pressTogether('^C', 'v', 'S');
    expect(walk(7)).toEqual([
      ...['the selection', 'the selection with markers', 'the view', 'the view with markers'],
      ...['all', 'all with markers', 'the selection'],
    ]);
  });

  it('saves what was chosen, and the selection ends with its own', async () => {
    await using screen = await reading(log);
    await typed(screen, '&', 'step 1');
    await pressed(screen, 'k', 'v', 'k', 'S');
    screen.pressTogether('Tab', 'Tab', 'Tab', 'Tab');
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
    expect(await saveAs(screen, 'a.log')).toBe('the file exists: Enter replaces it, Esc cancels');
    expect(label(screen)).toBe('Enter again replaces ');
    cancelPrompt(screen.controller);
    expect(screen.controller.state.prompt).toBeUndefined();
    expect(await readSaved(screen, 'a.log')).toBe('precious');

    screen.press('S');
    await saveAs(screen, 'a.log');
    expect(await saveAs(screen, 'b.log')).toBe('the file exists: Enter replaces it, Esc cancels');
    expect(await readSaved(screen, 'b.log')).toBe('precious');
    screen.pressTogether('Tab');
    expect(label(screen)).toMatch(/^save the view with markers/);
    screen.pressTogether('Enter');
    await screen.until(() => label(screen) === 'Enter again replaces ', 'the question');
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

  it('saves Markdown under a name that says so', async () => {
    await using screen = await reading(log);
    screen.press('S');
    expect(await saveAs(screen, 'found.md')).toMatch(/^saved Markdown, 1\.\d kB, to .*found\.md$/);
    expect(await readSaved(screen, 'found.md')).toMatch(/^\*\*Log of `orders` on /);
  });

  it('says what was dropped before its turn came', async () => {
    await using screen = await reading(log, {
      services: {
        async save(file, blocks) {
          // So slow a disk that the scrollback has gone on meanwhile.
          screen.controller.pane?.model.source.buffer.append(Buffer.alloc(40 << 20, `${'x'.repeat(1 << 16)}\n`));
          let bytes = 0;
          for await (const block of blocks) bytes += block.length;
          return {kind: 'saved', path: file, bytes};
        },
      },
    });
    screen.press('S');
    expect(await saveAs(screen, 'slow.log')).toBe(
      'saved 0 lines, 0 B, to slow.log · 21 older lines were dropped meanwhile',
    );
  });
});
