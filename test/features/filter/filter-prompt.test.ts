import {describe, expect, it} from 'vitest';
import {filterText} from '../../../source/engine/filters/filter.ts';
import {cancelPrompt, promptLabel, recallPrompt, submitPrompt} from '../../../source/kit/screen/prompts.ts';
import {allTexts, rowsOfPage} from '../../kit/pages/all-rows.ts';
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
} from '../../kit/screen/reading.ts';
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

describe('while a filter is typed', () => {
  const words = ['zero', 'apple', 'apricot', 'plum', 'cherry', 'apple pie', 'fig', 'plum jam'];
  const log = Array.from({length: 80}, (_, at) => logged(at, 'INFO', `${words[at % 8]} ${at}`));
  const model = (screen: ScreenUnderTest) => screen.controller.pane?.model;

  it('the log shows what it leaves, and all of it again while the filter is none', async () => {
    await using screen = await reading(log);
    screen.press('&');
    const counts: number[] = [];
    for (const key of ['a', 'p', 'r', 'Backspace', 'Backspace', 'Backspace']) {
      await pressed(screen, key);
      counts.push(model(screen)?.shown?.countFrom(0) ?? -1);
    }
    // With the runner's line, which has an `a`, too; -1: there is no filter.
    expect(counts).toEqual([41, 30, 10, 30, 41, -1]);
    for (const text of ['!', 'level:', 'target:', '@plum']) {
      retype(screen, text);
      await workedOut(screen);
      expect(model(screen)?.shown).toBeUndefined();
      expect(screen.controller.state.prompt?.problem).toBeUndefined();
    }
  });

  it('Enter keeps what is shown: nothing is read again', async () => {
    await using screen = await reading(log);
    screen.press('&');
    screen.pressTogether(...'plum');
    await workedOut(screen);
    const shown = model(screen)?.shown;
    await pressed(screen, 'Enter');
    expect(texts(screen)).toEqual(['plum']);
    expect(model(screen)?.shown).toBe(shown);
  });

  it.each(['Esc', '^C', 'Backspace'])(
    '%s brings back filters, context and the row of the current line',
    async (key) => {
      await using screen = await reading(log, {size: {columns: 100, rows: 20}});
      await typed(screen, '&', 'apple');
      await pressed(screen, 'x', 'g', 'j', 'j', 'j', 'j', 'j');
      const [rows, line, view] = [rowsOf(screen), currentLine(screen), viewOf(screen)];
      screen.press('&');
      for (const each of 'fig') await pressed(screen, each);
      expect(lastWords(screen)).not.toContain('13');
      if (key === 'Backspace') await pressed(screen, 'Backspace', 'Backspace', 'Backspace');
      await pressed(screen, key);
      expect(screen.controller.state.prompt).toBeUndefined();
      expect([rowsOf(screen), currentLine(screen)]).toEqual([rows, line]);
      expect(viewOf(screen)).toMatchObject({filters: view.filters, around: 3});
    },
  );

  it('the current line is the first after the one that it was, whatever was typed in between', async () => {
    await using screen = await reading(log, {size: {columns: 100, rows: 20}});
    await pressed(screen, 'g', ...Array.from({length: 30}, () => 'j'));
    const before = currentLine(screen);
    expect(before).toContain('apple pie 29');
    screen.press('&');
    for (const each of 'zero') await pressed(screen, each);
    expect(currentLine(screen)).toContain('zero 32');
    for (let times = 0; times < 4; times++) await pressed(screen, 'Backspace');
    expect(currentLine(screen)).toBe(before);
    for (const each of 'apricot') await pressed(screen, each);
    await pressed(screen, 'Enter');
    expect(currentLine(screen)).toContain('apricot 34');
  });

  it('following, the end stays in view', async () => {
    await using screen = await reading(log);
    screen.pressTogether('&', ...'plum');
    await workedOut(screen);
    await write(screen, logged(90, 'INFO', 'plum 80'), logged(91, 'INFO', 'fig 81'));
    expect(lastWords(screen).slice(-2)).toEqual(['79', '80']);
    await pressed(screen, 'Esc');
    expect(viewOf(screen).position).toEqual({kind: 'follow'});
    expect(lastWords(screen).slice(-2)).toEqual(['80', '81']);
  });

  it('a filter that is recalled shows what it would leave, switched on', async () => {
    await using screen = await reading(log);
    await typed(screen, '&', 'plum');
    await pressed(screen, '\\');
    await pressed(screen, '&', 'Up');
    expect(model(screen)?.shown?.countFrom(0)).toBe(20);
    retype(screen, '');
    await workedOut(screen);
    expect(viewOf(screen).filters).toEqual([]);
    await pressed(screen, 'Esc');
    expect(viewOf(screen).filters.map(({on}) => on)).toEqual([false]);
  });

  it('F1 shows what can be typed, above the keys', async () => {
    await using screen = await reading(log, {size: {columns: 80, rows: 24}});
    screen.pressTogether('&', ...'plum');
    screen.press('F1');
    const rows = allTexts(rowsOfPage(screen.controller));
    expect(rows.slice(2, 9)).toEqual([
      ' what to type',
      expect.stringMatching(/^. refused +records with this text/),
      expect.anything(),
      '  !refused       records without it',
      '  target:kafka   records from this target; with ! from others',
      '  level:warn     WARN and worse',
      expect.stringContaining('text:level:'),
    ]);
    expect(rows.indexOf(' in this prompt')).toBeGreaterThan(8);
    screen.press('F1');
    expect(screen.controller.state.prompt?.text).toBe('plum');
  });
});

describe('saved filters', () => {
  const log = [
    logged(1, 'INFO', 'step one'),
    logged(2, 'DEBUG', 'detail two'),
    logged(3, 'WARN', 'slow three'),
    logged(4, 'INFO', 'done four'),
  ];
  const savedFilters = new Map([
    ['noise', ['!step', 'level:info']],
    ['nothing', ['nowhere']],
    ['slow', ['slow']],
  ]);
  const withSaved = () => reading(log, {services: {savedFilters}});
  const promptOf = (screen: ScreenUnderTest) => screen.controller.state.prompt;

  it('Tab goes through them, and Enter adds all filters of the name', async () => {
    await using screen = await withSaved();
    screen.press('&');
    const seen = ['Tab', 'Tab', 'Tab', 'Tab'].map((key) => {
      screen.press(key);
      return promptOf(screen)?.text;
    });
    expect(seen).toEqual(['@noise', '@nothing', '@slow', '@noise']);
    await pressed(screen, 'Enter');
    expect(texts(screen)).toEqual(['!step', 'level:info']);
    expect(lastWords(screen)).toEqual(['Fresh', 'three', 'four']);
  });

  it('Tab completes what was typed', async () => {
    await using screen = await withSaved();
    screen.pressTogether('&', '@', 's', 'Tab');
    expect(promptOf(screen)).toMatchObject({text: '@slow', problem: undefined});
    retype(screen, '@x');
    screen.press('Tab');
    expect(promptOf(screen)).toMatchObject({
      text: '@x',
      problem: "no saved filter begins with '@x' · there are @noise, @nothing, @slow",
    });
  });

  it('a name that is not there is said, and the prompt stays open', async () => {
    await using screen = await withSaved();
    await typed(screen, '&', '@nois');
    expect(promptOf(screen)?.problem).toBe(
      "no saved filter '@nois' · did you mean '@noise'? · for that text: text:@nois",
    );
    retype(screen, 'text:@nois');
    submitPrompt(screen.controller);
    expect(texts(screen)).toEqual(['text:@nois']);
  });

  it('the arrows recall the name', async () => {
    await using screen = await withSaved();
    await typed(screen, '&', '@slow');
    await pressed(screen, 'Esc', '&', 'Up', 'Enter');
    expect(texts(screen)).toEqual(['slow']);
  });

  it('an edited filter is replaced by all of them', async () => {
    await using screen = await withSaved();
    await typed(screen, '&', 'four');
    await typed(screen, '&', 'done');
    screen.press('&', 'Up', 'Up');
    retype(screen, '@noise');
    await pressed(screen, 'Enter');
    expect(texts(screen)).toEqual(['!step', 'done', 'level:info']);
  });

  it('@name= copies the filters that are on as a line of the file', async () => {
    await using screen = await reading(log);
    await typed(screen, '&', '!step "one"');
    await typed(screen, '&', 'level:info');
    await pressed(screen, 'k', '-');
    await typed(screen, '&', '@noise=');
    expect(screen.copied).toEqual([`noise = ['!step "one"', "level:info"]\n`]);
    expect(noticeOf(screen)).toBe(
      `noise = ['!step "one"', "level:info"] · without 1 that cannot be typed · sent 1 line, 38 B by OSC 52 (no terminal confirms it) · for [filters] in the configuration file`,
    );
    expect(texts(screen)).toHaveLength(3);
  });

  it('@name= needs a name, and a filter that is on', async () => {
    await using screen = await reading(log);
    await typed(screen, '&', '@a b=');
    expect(promptOf(screen)?.problem).toBe('type a name of letters and digits: @noise=');
    retype(screen, '@noise=');
    submitPrompt(screen.controller);
    expect(promptOf(screen)?.problem).toBe('no filter is on that could be saved');
    expect(screen.copied).toEqual([]);
  });

  it('Tab says how to save one while none is', async () => {
    await using screen = await reading(log);
    screen.press('&', 'Tab');
    expect(promptOf(screen)?.problem).toBe(
      'no filters are saved · @NAME= copies those of this tab as a line for the configuration file',
    );
  });
});
