import type {Controller} from '../controller.ts';
import type {KeyHint} from '../keys/commands.ts';
import type {Prompt} from '../state/view-state.ts';
import {pipePrompt, savePrompt} from './copy.ts';
import {placePrompt, timePrompt} from './move.ts';
import type {PromptKind} from './prompt-kind.ts';
import {highlightPrompt, searchPrompt} from './search.ts';
import {filterPrompt} from './show.ts';
import {findNamePrompt} from './sidebar.ts';

const kinds: {readonly [Kind in Prompt['kind']]: PromptKind<Kind>} = {
  search: searchPrompt,
  filter: filterPrompt,
  highlight: highlightPrompt,
  time: timePrompt,
  place: placePrompt,
  save: savePrompt,
  pipe: pipePrompt,
  'find-name': findNamePrompt,
};

/** What stands before the text of the prompt. */
export function promptLabel(prompt: Prompt): string {
  return kindOf(prompt).label(prompt);
}

/** What may be typed, as long as nothing is; empty for prompts that need no example. */
export function promptExample(prompt: Prompt): string {
  return prompt.text === '' ? (kindOf(prompt).example ?? '') : '';
}

/** The keys of the prompt, for the footer. */
export function promptKeys(prompt: Prompt): readonly KeyHint[] {
  return [...kindOf(prompt).keys(prompt), ['Esc', 'cancel']];
}

/** The text of the prompt changed: what it does at once is seen at once. */
export function changePrompt(controller: Controller, text: string): void {
  const {prompt} = controller.state;
  if (prompt && prompt.text !== text) {
    replacePrompt(controller, {...prompt, text, problem: undefined, recalled: undefined});
  }
}

/** Enter: what cannot be done leaves the prompt open and says why. */
export function submitPrompt(controller: Controller): void {
  const {prompt} = controller.state;
  if (!prompt) return;
  controller.dispatch({type: 'prompt', prompt: undefined});
  const problem = kindOf(prompt).submit(controller, prompt);
  if (problem !== undefined) controller.dispatch({type: 'prompt', prompt: {...prompt, problem}});
}

/** Esc: everything is as it was before the prompt. */
export function cancelPrompt(controller: Controller): void {
  const {prompt} = controller.state;
  if (!prompt) return;
  controller.dispatch({type: 'prompt', prompt: undefined});
  kindOf(prompt).cancel?.(controller, prompt);
}

/** An arrow key: what was typed earlier. False: there is nothing more that way. */
export function recallPrompt(controller: Controller, by: 1 | -1): boolean {
  const {prompt} = controller.state;
  const recalled = prompt && kindOf(prompt).recall?.(controller, prompt, by);
  if (recalled) replacePrompt(controller, {...recalled, problem: undefined});
  return recalled !== undefined;
}

/** Tab: the prompt to another purpose. */
export function turnPrompt(controller: Controller): void {
  const {prompt} = controller.state;
  const turned = prompt && kindOf(prompt).turn?.(controller, prompt);
  if (turned) replacePrompt(controller, {...turned, problem: undefined});
}

function replacePrompt(controller: Controller, prompt: Prompt): void {
  controller.dispatch({type: 'prompt', prompt});
  kindOf(prompt).change?.(controller, prompt);
}

/** The table has for each kind what takes a prompt of that kind; the compiler cannot follow the pairing. */
function kindOf(prompt: Prompt): PromptKind<Prompt['kind']> {
  return kinds[prompt.kind] as PromptKind<Prompt['kind']>;
}
