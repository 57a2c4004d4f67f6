import {describe, expect, it} from 'vitest';
import {filterText} from '../../source/filters/parse-filter.ts';
import {cancelPrompt, changePrompt, promptLabel, recallPrompt, submitPrompt} from '../../source/ui/prompt-actions.ts';
import {lastWords, logged, pressed, reading, typed, viewOf, workedOut} from './reading.ts';
import type {ScreenUnderTest} from './screen-under-test.ts';

const log = ['one', 'two', 'three'].map((word, at) => logged(at, 'INFO', `step ${word}`));
const texts = (screen: ScreenUnderTest) => viewOf(screen).filters.map(({filter}) => filterText(filter));

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

describe('the filter prompt', () => {
  it('says what cannot be read, stays open, and forgets that with the next character', async () => {
    await using screen = await reading(log);
    await typed(screen, '&', 'level:loud');
    expect(screen.controller.state.prompt).toMatchObject({kind: 'filter', text: 'level:loud'});
    expect(screen.controller.state.prompt?.problem).toContain('no level "loud"');
    changePrompt(screen.controller, 'level:warn');
    expect(screen.controller.state.prompt?.problem).toBeUndefined();
    submitPrompt(screen.controller);
    expect(texts(screen)).toEqual(['level:warn']);
  });

  it('adds nothing when it is empty, or left', async () => {
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

  it('the arrows bring back what was typed before them', async () => {
    await using screen = await withFour();
    const {controller} = screen;
    changePrompt(controller, 'refused');
    recallPrompt(controller, 1);
    recallPrompt(controller, 1);
    recallPrompt(controller, -1);
    recallPrompt(controller, -1);
    expect(controller.state.prompt).toMatchObject({text: 'refused', edits: undefined});
  });

  it('an edited filter keeps its place, and is switched on', async () => {
    await using screen = await withFour();
    const {controller} = screen;
    cancelPrompt(controller);
    await pressed(screen, '\\', '&');
    for (let times = 0; times < 4; times++) recallPrompt(controller, 1);
    changePrompt(controller, '!three');
    submitPrompt(controller);
    await workedOut(screen);
    expect(texts(screen)).toMatchObject(['!three', 'since 00:00:01', 'level:info', /^not like/]);
    expect(viewOf(screen).filters.map(({on}) => on)).toEqual([true, false, false, false]);
    expect(lastWords(screen)).toEqual(['Fresh', 'one', 'two']);
  });

  it('one that is emptied is taken away', async () => {
    await using screen = await withFour();
    const {controller} = screen;
    recallPrompt(controller, 1);
    recallPrompt(controller, 1);
    changePrompt(controller, '');
    submitPrompt(controller);
    expect(texts(screen)).toMatchObject(['step', 'since 00:00:01', /^not like/]);
    screen.press('&');
    recallPrompt(controller, 1);
    changePrompt(controller, '');
    submitPrompt(controller);
    expect(texts(screen)).toEqual(['step', 'since 00:00:01']);
  });

  it('one that no typing makes is left as it is, switched on, and what cannot be done with it is said', async () => {
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
      ['shape', true],
    ]);
    screen.press('&');
    recallPrompt(controller, 1);
    changePrompt(controller, 'not like: that');
    submitPrompt(controller);
    expect(controller.state.prompt?.problem).toBe('only typed filters can be changed: empty this one to take it away');
    expect(texts(screen)).toHaveLength(4);
  });

  it('an edit that cannot be read is still an edit of the same filter', async () => {
    await using screen = await withFour();
    recallPrompt(screen.controller, 1);
    recallPrompt(screen.controller, 1);
    changePrompt(screen.controller, 'level:');
    submitPrompt(screen.controller);
    changePrompt(screen.controller, 'level:warn');
    submitPrompt(screen.controller);
    expect(texts(screen)).toMatchObject(['step', 'since 00:00:01', 'level:warn', /^not like/]);
  });
});
