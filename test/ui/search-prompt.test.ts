import {describe, expect, it} from 'vitest';
import {cancelPrompt, changePrompt, recallPrompt} from '../../source/ui/prompt-actions.ts';
import {currentLine, logged, reading, typed, viewOf, workedOut} from './reading.ts';

const log = ['one', 'two', 'three', 'four'].map((word, at) => logged(at, 'INFO', `step ${word}`));

describe('the search prompt', () => {
  it('searches from where it began, however much is typed and taken back', async () => {
    await using screen = await reading(log);
    screen.press('g');
    screen.pressTogether('/', 'f', 'o', 'u');
    await workedOut(screen);
    expect(currentLine(screen)).toContain('four');
    changePrompt(screen.controller, 't');
    await workedOut(screen);
    expect(currentLine(screen)).toContain('Fresh start');
    changePrompt(screen.controller, 'step t');
    await workedOut(screen);
    expect(currentLine(screen)).toContain('two');
    changePrompt(screen.controller, '');
    expect(currentLine(screen)).toContain('Fresh start');
    expect(viewOf(screen).search).toBeUndefined();
  });

  it('goes around to the first hit where there is none further down', async () => {
    await using screen = await reading(log);
    screen.press('k');
    await typed(screen, '/', 'one');
    expect(currentLine(screen)).toContain('one');
  });

  it('Esc before anything is found goes nowhere, then or later', async () => {
    await using screen = await reading(log);
    await typed(screen, '/', 'one');
    screen.press('G');
    screen.pressTogether('/', 't', 'w', 'o');
    cancelPrompt(screen.controller);
    await screen.clock.advance(100);
    await workedOut(screen);
    expect(viewOf(screen)).toMatchObject({search: 'one', position: {kind: 'follow'}});
  });

  it('Enter before anything is found goes there once it is', async () => {
    await using screen = await reading(log);
    screen.pressTogether('/', 't', 'w', 'o', 'Enter');
    expect(viewOf(screen).position.kind).toBe('follow');
    await screen.until(() => viewOf(screen).position.kind === 'held', 'the jump');
    expect(currentLine(screen)).toContain('two');
  });

  it('who moves on meanwhile is not taken back', async () => {
    await using screen = await reading(log);
    screen.pressTogether('/', 't', 'w', 'o', 'Enter', 'g');
    await workedOut(screen);
    expect(currentLine(screen)).toContain('Fresh start');
  });

  it('keeps the tab, and remembers only what was searched for with Enter', async () => {
    await using screen = await reading(log, {});
    screen.pressTogether('/', 'n', 'o');
    cancelPrompt(screen.controller);
    await typed(screen, '/', 'two');
    await typed(screen, '/', 'three');
    expect(screen.controller.services.history.entries).toEqual(['three', 'two']);
    screen.press('/');
    expect(recallPrompt(screen.controller, 1)).toBe(true);
    expect(recallPrompt(screen.controller, 1)).toBe(true);
    expect(screen.controller.state.prompt?.text).toBe('two');
    await workedOut(screen);
    expect(currentLine(screen)).toContain('two');
    expect(recallPrompt(screen.controller, 1)).toBe(false);
  });
});
