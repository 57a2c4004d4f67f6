import type {Controller} from '../controller.ts';
import {type KeyHint, type KeyRow, type PromptCommandId, promptKeyHints, rowsOfPrompt} from '../keys/commands.ts';
import {type Edit, editLine, withSuggestion} from '../state/edit-line.ts';
import {type Prompt, promptInUse} from '../state/view-state.ts';
import {savePrompt} from './copy.ts';
import {findNamePrompt} from './list.ts';
import {placePrompt, timePrompt} from './move.ts';
import type {PromptKind} from './prompt-kind.ts';
import {highlightPrompt, searchPrompt} from './search.ts';
import {filterPrompt} from './show.ts';

const kinds: {readonly [Kind in Prompt['kind']]: PromptKind<Kind>} = {
  search: searchPrompt,
  filter: filterPrompt,
  highlight: highlightPrompt,
  time: timePrompt,
  place: placePrompt,
  save: savePrompt,
  'find-name': findNamePrompt,
};

export function promptLabel(prompt: Prompt): string {
  return kindOf(prompt).label(prompt);
}

/** What may be typed, while nothing is. */
export function promptExample(controller: Controller, prompt: Prompt): string {
  return prompt.text === '' && !prompt.suggestion ? kindOf(prompt).example(controller) : '';
}

/** For the footer: the help comes last, since a narrow screen has no room for all. */
export function promptKeys(prompt: Prompt): readonly KeyHint[] {
  return promptKeyHints([...kindOf(prompt).keys(prompt), ['cancel', 'cancel'], ['help', 'help']]);
}

/** For the help. */
export function promptRows(prompt: Prompt): readonly KeyRow[] {
  const {keys, recall} = kindOf(prompt);
  const hints = keys(prompt);
  const unused: readonly PromptCommandId[] = [
    ...(hints.some(([id]) => id === 'cycle') ? [] : (['cycle'] as const)),
    ...(recall ? [] : (['older', 'newer'] as const)),
  ];
  return rowsOfPrompt(hints, unused);
}

/** Edits the text of the prompt at its cursor. Some prompts act on a new text at once. */
export function editPrompt(controller: Controller, edit: Edit): void {
  const {prompt, killed: before} = controller.state;
  if (!prompt) return;
  const {text, cursor = text.length, suggestion, last} = prompt;
  const {killed, ...line} = editLine({text, cursor, suggestion, last, killed: before}, edit);
  if (killed !== before) controller.dispatch({type: 'killed', text: killed});
  if (line.text === withSuggestion(prompt).text) controller.dispatch({type: 'prompt', prompt: {...prompt, ...line}});
  else replacePrompt(controller, {...prompt, ...line, problem: undefined, recalled: undefined});
}

/** Pasted text: one line, without the newline of a copied one. Ignored where no prompt is in use. */
export function pasteIntoPrompt(controller: Controller, text: string): void {
  const line = text.replace(/[\r\n]+$/, '').replace(/\p{Cc}+/gu, ' ');
  if (line !== '' && promptInUse(controller.state)) editPrompt(controller, {kind: 'insert', text: line});
}

/** Enter: does what was typed, or shows why that is not possible. */
export function submitPrompt(controller: Controller): void {
  const {prompt: shown} = controller.state;
  if (!shown) return;
  const prompt = withSuggestion(shown);
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
  if (recalled) replacePrompt(controller, {...recalled, cursor: undefined, last: undefined, problem: undefined});
  return recalled !== undefined;
}

/** Tab: gives the text another purpose. */
export function cyclePrompt(controller: Controller): void {
  const {prompt} = controller.state;
  const next = prompt && kindOf(prompt).cycle?.(controller, prompt);
  if (next) replacePrompt(controller, {...next, problem: undefined});
}

function replacePrompt(controller: Controller, prompt: Prompt): void {
  controller.dispatch({type: 'prompt', prompt});
  kindOf(prompt).change?.(controller, prompt);
}

/** The compiler cannot see that the table pairs each prompt with its kind. */
function kindOf(prompt: Prompt): PromptKind<Prompt['kind']> {
  return kinds[prompt.kind] as PromptKind<Prompt['kind']>;
}
