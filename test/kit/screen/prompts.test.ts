import {describe, expect, it} from 'vitest';
import {
  cancelPrompt,
  cyclePrompt,
  editPrompt,
  pasteIntoPrompt,
  promptLabel,
  recallPrompt,
  submitPrompt,
} from '../../../source/kit/screen/prompts.ts';
import {logged, reading, retype, viewOf} from './reading.ts';

const log = [logged(1, 'INFO', 'step one'), logged(2, 'INFO', 'step two')];
/** The keys that open a prompt about the log. */
const openers = ['/', '&', '*', 'T', ':', 'S'];

describe('every prompt about the log', () => {
  it.each(openers)('%s has a label, and its keys are text: digits too', async (opener) => {
    await using screen = await reading(log, {names: ['orders', 'fraud']});
    screen.press(opener);
    const {prompt} = screen.controller.state;
    expect(prompt && promptLabel(screen.controller, prompt)).toMatch(/^\S/);
    retype(screen, '');
    screen.pressTogether('2', 'X', 'q', '?');
    expect(screen.controller.state.prompt?.text).toBe('2Xq?');
    expect(screen.controller.state).toMatchObject({active: 'orders', page: undefined});
    expect(screen.quits).toBe(0);
    cancelPrompt(screen.controller);
    expect(screen.controller.state.prompt).toBeUndefined();
  });

  it.each(openers)('%s goes with its tab, and leaves the next one as it is', async (opener) => {
    await using screen = await reading(log, {names: ['orders', 'fraud']});
    await screen.until(() => screen.controller.pane !== undefined, 'the pane');
    screen.pressTogether(opener, 'x');
    screen.controller.tabSwitcher.close('orders');
    expect(screen.controller.state).toMatchObject({active: 'fraud', prompt: undefined});
    const before = viewOf(screen);
    submitPrompt(screen.controller);
    cancelPrompt(screen.controller);
    expect(viewOf(screen)).toBe(before);
  });
});

it('a prompt that is not open takes nothing', async () => {
  await using screen = await reading(log);
  const before = screen.controller.state;
  editPrompt(screen.controller, {kind: 'insert', text: 'x'});
  pasteIntoPrompt(screen.controller, 'x');
  submitPrompt(screen.controller);
  cancelPrompt(screen.controller);
  cyclePrompt(screen.controller);
  expect(recallPrompt(screen.controller, 1)).toBe(false);
  expect(screen.controller.state).toBe(before);
});

it('Tab and the arrows do nothing in a prompt that has no use for them', async () => {
  await using screen = await reading(log);
  screen.pressTogether('T', '1');
  const {prompt} = screen.controller.state;
  cyclePrompt(screen.controller);
  expect(recallPrompt(screen.controller, 1)).toBe(false);
  expect(screen.controller.state.prompt).toBe(prompt);
});
