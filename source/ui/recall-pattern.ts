import {beginRecall, recall} from '../storage/recall.ts';
import type {Controller} from './controller.ts';
import type {PromptOf} from './prompt-kind.ts';

/** The next older (1) or newer (-1) pattern that begins with what was typed. */
export function recallPattern<Prompt extends PromptOf<'search'> | PromptOf<'highlight'>>(
  controller: Controller,
  prompt: Prompt,
  by: 1 | -1,
): Prompt | undefined {
  const recalled = recall(controller.services.history.entries, prompt.recalled ?? beginRecall(prompt.text), by);
  return recalled && {...prompt, text: recalled.text, recalled};
}
