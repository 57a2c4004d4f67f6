import {describe, expect, it} from 'vitest';
import {filterText} from '../../../source/engine/filters/filter.ts';
import {cancelPrompt, promptLabel, recallPrompt, submitPrompt} from '../../../source/kit/screen/prompts.ts';
import {lastWords, logged, pressed, reading, retype, typed, viewOf, workedOut} from '../../kit/screen/reading.ts';
import type {ScreenUnderTest} from '../../kit/screen/screen-under-test.ts';

const texts = (screen: ScreenUnderTest) => viewOf(screen).filters.map(({filter}) => filterText(filter));

describe('the prompt of &', () => {
  const log = ['one', 'two', 'three'].map((word, at) => logged(at, 'INFO', `step ${word}`));

  /** A prompt with two filters to edit, and two that no typing makes. */
  async function withFour(): Promise<ScreenUnderTest> {
    const screen = await reading(log);
    await typed(screen, '&', 'step');
    await pressed(screen, 'k', 'R');
    await typed(screen, '&', 'level:info');
    await pressed(screen, '-');
    expect(texts(screen)).toMatchObject(['step', 'this run', 'level:info', /^not like/]);
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
      seen.push([
        recallPrompt(controller, by),
        controller.state.prompt && promptLabel(controller, controller.state.prompt),
      ]);
      seen.push(controller.state.prompt?.text);
    }
    const editing = '& (editing) ';
    const shape = texts(screen)[3];
    expect(seen).toEqual([
      ...[[true, editing], shape],
      ...[[true, editing], 'level:info'],
      ...[[true, editing], 'this run'],
      ...[[true, editing], 'step'],
      ...[[false, editing], 'step'],
      ...[[true, editing], 'this run'],
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
    expect(texts(screen)).toMatchObject(['!three', 'this run', 'level:info', /^not like/]);
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
    expect(texts(screen)).toMatchObject(['step', 'this run', /^not like/]);
    screen.press('&');
    recallPrompt(controller, 1);
    retype(screen, '');
    submitPrompt(controller);
    expect(texts(screen)).toEqual(['step', 'this run']);
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
    expect(texts(screen)).toMatchObject(['step', 'this run', 'level:warn', /^not like/]);
  });
});
