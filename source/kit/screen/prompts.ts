import {type KeyHint, type ListedKey, type PromptCommandId, promptCommands} from '../keys/commands.ts';
import {type Edit, editLine, withSuggestion} from '../state/edit-line.ts';
import {type PromptHistory, startRecall} from '../state/prompt-history.ts';
import {type Prompt, promptInUse} from '../state/view-state.ts';
import type {PromptKind, Screen} from './screen.ts';

export function promptLabel(screen: Screen, prompt: Prompt): string {
  return kindOf(screen, prompt).label(prompt);
}

/** Returns an example of what may be typed; empty once something is typed or suggested. */
export function promptExample(screen: Screen, prompt: Prompt): string {
  return prompt.text === '' && !prompt.suggestion ? kindOf(screen, prompt).example(screen) : '';
}

/** Returns the keys of a prompt for the footer: the help comes last, since a narrow screen has no room for all. */
export function promptKeys(screen: Screen, prompt: Prompt): readonly KeyHint[] {
  const hints = [...kindOf(screen, prompt).keys(prompt), ['cancel', 'cancel'], ['help', 'help']] as const;
  return hints.map(([id, word]) => [promptCommands.find((command) => command.id === id)?.keys[0] ?? '', word]);
}

/**
 * Returns what can be typed in a prompt for the help, in place of keys, and its keys in the words of its footer, without
 * those that do nothing in it.
 */
export function promptRows(screen: Screen, prompt: Prompt): readonly ListedKey[] {
  const {keys, recall, language = []} = kindOf(screen, prompt);
  const words = new Map(keys(prompt));
  const unused: readonly PromptCommandId[] = [
    ...(words.has('cycle') ? [] : (['cycle'] as const)),
    ...(recall ? [] : (['older', 'newer'] as const)),
  ];
  const typed = language.map(([text, help]) => {
    return {id: 'submit' as const, keys: [text], help, group: 'what to type', context: 'prompt' as const};
  });
  const used = promptCommands.filter(({id}) => !unused.includes(id));
  const rows = used.map((command) => {
    const help = words.get(command.id) ?? command.help;
    return {...command, help, group: 'in this prompt', context: 'prompt' as const};
  });
  return [...typed, ...rows];
}

/** Edits the text of the prompt at its cursor. Some prompts act on a new text at once. */
export function editPrompt(screen: Screen, edit: Edit): void {
  const {prompt, killed: before} = screen.state;
  if (!prompt) return;
  const {text, cursor = text.length, suggestion, last} = prompt;
  const {killed, ...line} = editLine({text, cursor, suggestion, last, killed: before}, edit);
  if (killed !== before) screen.dispatch({type: 'set', change: {killed}});
  if (line.text === withSuggestion(prompt).text) screen.dispatch({type: 'prompt', prompt: {...prompt, ...line}});
  else replacePrompt(screen, {...prompt, ...line, problem: undefined, recalled: undefined});
}

/** Pasted text: one line, without the newline of a copied one. Ignored where no prompt is in use. */
export function pasteIntoPrompt(screen: Screen, text: string): void {
  const line = text.replace(/[\r\n]+$/, '').replace(/\p{Cc}+/gu, ' ');
  if (line !== '' && promptInUse(screen.state)) editPrompt(screen, {kind: 'insert', text: line});
}

/** Enter: does what was typed, or shows why that is not possible. */
export function submitPrompt(screen: Screen): void {
  const {prompt: shown} = screen.state;
  if (!shown) return;
  const prompt = withSuggestion(shown);
  screen.dispatch({type: 'prompt', prompt: undefined});
  const problem = kindOf(screen, prompt).submit(screen, prompt);
  if (problem !== undefined) screen.dispatch({type: 'prompt', prompt: {...prompt, problem}});
}

/** Esc: closes the prompt and undoes what it changed. */
export function cancelPrompt(screen: Screen): void {
  const {prompt} = screen.state;
  if (!prompt) return;
  screen.dispatch({type: 'prompt', prompt: undefined});
  kindOf(screen, prompt).cancel?.(screen, prompt);
}

/** An arrow key: recalls an earlier text. Returns false if there is no more in that direction. */
export function recallPrompt(screen: Screen, by: 1 | -1): boolean {
  const {prompt} = screen.state;
  const recalled = prompt && kindOf(screen, prompt).recall?.(screen, prompt, by);
  if (recalled) replacePrompt(screen, {...recalled, cursor: undefined, last: undefined, problem: undefined});
  return recalled !== undefined;
}

/** Tab: gives the text another purpose, or another text; or shows why there is none. */
export function cyclePrompt(screen: Screen): void {
  const {prompt} = screen.state;
  if (!prompt) return;
  const next = kindOf(screen, prompt).cycle?.(screen, prompt);
  if (typeof next === 'string') screen.dispatch({type: 'prompt', prompt: {...prompt, problem: next}});
  else if (next) replacePrompt(screen, {...next, problem: undefined});
}

function replacePrompt(screen: Screen, prompt: Prompt): void {
  screen.dispatch({type: 'prompt', prompt});
  kindOf(screen, prompt).change?.(screen, prompt);
}

/** The compiler cannot see that each prompt has its own kind. Throws for one that the screen does not have. */
function kindOf({features}: Screen, prompt: Prompt): PromptKind<Prompt['kind']> {
  const kind = features.prompts[prompt.kind];
  if (!kind) throw new Error(`no prompt is called '${prompt.kind}'`);
  return kind as PromptKind<Prompt['kind']>;
}

/**
 * The prompt with the next older (1) or newer (-1) text of a history that begins with what was typed; undefined when there
 * is none.
 */
export function recallFrom<Recalled extends Prompt>(
  {entries}: Pick<PromptHistory, 'entries'>,
  prompt: Recalled,
  by: 1 | -1,
): Recalled | undefined {
  const {typed, steps} = prompt.recalled ?? startRecall(prompt.text);
  const offered = [typed, ...entries.filter((entry) => entry.startsWith(typed) && entry !== typed)];
  const text = offered[steps + by];
  return text === undefined ? undefined : {...prompt, text, recalled: {typed, steps: steps + by, text}};
}
