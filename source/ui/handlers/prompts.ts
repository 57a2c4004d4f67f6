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

export function promptLabel(prompt: Prompt): string {
  return kindOf(prompt).label(prompt);
}

export function promptExample(prompt: Prompt): string {
  return prompt.text === '' ? (kindOf(prompt).example ?? '') : '';
}

export function promptKeys(prompt: Prompt): readonly KeyHint[] {
  return [...kindOf(prompt).keys(prompt), ['Esc', 'cancel']];
}

/** Sets the text of the prompt. Some prompts act on it at once. */
export function changePrompt(controller: Controller, text: string): void {
  const {prompt} = controller.state;
  if (prompt && prompt.text !== text) {
    replacePrompt(controller, {...prompt, text, problem: undefined, recalled: undefined});
  }
}

/** Enter: does what was typed, or shows why that is not possible. */
export function submitPrompt(controller: Controller): void {
  const {prompt} = controller.state;
  if (!prompt) return;
  controller.dispatch({type: 'prompt', prompt: undefined});
  const problem = kindOf(prompt).submit(controller, prompt);
  if (problem !== undefined) controller.dispatch({type: 'prompt', prompt: {...prompt, problem}});
}

/** Esc: closes the prompt and undoes what it changed. */
export function cancelPrompt(controller: Controller): void {
  const {prompt} = controller.state;
  if (!prompt) return;
  controller.dispatch({type: 'prompt', prompt: undefined});
  kindOf(prompt).cancel?.(controller, prompt);
}

/** An arrow key: recalls an earlier text. Returns false if there is no more in that direction. */
export function recallPrompt(controller: Controller, by: 1 | -1): boolean {
  const {prompt} = controller.state;
  const recalled = prompt && kindOf(prompt).recall?.(controller, prompt, by);
  if (recalled) replacePrompt(controller, {...recalled, problem: undefined});
  return recalled !== undefined;
}

/** Tab: gives the text another purpose. */
export function turnPrompt(controller: Controller): void {
  const {prompt} = controller.state;
  const turned = prompt && kindOf(prompt).turn?.(controller, prompt);
  if (turned) replacePrompt(controller, {...turned, problem: undefined});
}

function replacePrompt(controller: Controller, prompt: Prompt): void {
  controller.dispatch({type: 'prompt', prompt});
  kindOf(prompt).change?.(controller, prompt);
}

/** The compiler cannot see that the table pairs each prompt with its kind. */
function kindOf(prompt: Prompt): PromptKind<Prompt['kind']> {
  return kinds[prompt.kind] as PromptKind<Prompt['kind']>;
}
