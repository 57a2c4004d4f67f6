import {expect, it} from 'vitest';
import {changePrompt, recallPrompt} from '../../source/ui/prompt-actions.ts';
import {logged, reading} from './reading.ts';

it('the arrows offer what begins with what was typed; typing begins a new walk', async () => {
  await using screen = await reading([logged(1, 'INFO', 'step one')]);
  const {controller} = screen;
  for (const pattern of ['refused', 'reset', 'timeout']) controller.services.history.add(pattern);
  const text = () => controller.state.prompt?.text;
  screen.pressTogether('/', 'r', 'e');
  recallPrompt(controller, 1);
  expect(text()).toBe('reset');
  recallPrompt(controller, 1);
  expect(text()).toBe('refused');
  expect(recallPrompt(controller, 1)).toBe(false);
  recallPrompt(controller, -1);
  recallPrompt(controller, -1);
  expect(text()).toBe('re');
  changePrompt(controller, 't');
  recallPrompt(controller, 1);
  expect(text()).toBe('timeout');
});
