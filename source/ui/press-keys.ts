import type {Controller} from './controller.ts';
import {commonHandlers} from './handlers/common.ts';
import {copyHandlers} from './handlers/copy.ts';
import {moveHandlers} from './handlers/move.ts';
import {cancelPrompt, changePrompt, recallPrompt, submitPrompt, turnPrompt} from './handlers/prompts.ts';
import {searchHandlers} from './handlers/search.ts';
import {showHandlers} from './handlers/show.ts';
import {sidebarHandlers} from './handlers/sidebar.ts';
import {type CommandId, commandFor} from './keys/commands.ts';
import {awayHandlers, onlyBringsBack} from './pages/away.ts';
import {contextsHandlers} from './pages/contexts.ts';
import {detailHandlers} from './pages/detail.ts';
import {errorsHandlers} from './pages/errors.ts';
import {marksHandlers} from './pages/marks.ts';
import {pageHandlers} from './pages/pages.ts';
import {promptInUse} from './state/view-state.ts';

/** Presses keys that arrived together; what follows a key that opens a prompt is for the prompt. */
export function pressAll(controller: Controller, names: readonly string[]): void {
  if (onlyBringsBack(controller)) return;
  for (const name of names) {
    const prompt = promptInUse(controller.state);
    if (prompt) pressInPrompt(controller, prompt.text, name);
    else pressKey(controller, name);
  }
}

/** Keys that change what is typed, and how. */
const edits: Readonly<Record<string, (text: string) => string>> = {
  Space: (text) => `${text} `,
  Backspace: withoutLastCharacter,
  '^U': () => '',
  '^W': withoutLastWord,
};

/** A key for a prompt that is not on the screen yet, where it would take its keys itself. */
function pressInPrompt(controller: Controller, text: string, name: string): void {
  const edit = edits[name];
  if (name === 'Enter') submitPrompt(controller);
  else if (name === 'Tab') turnPrompt(controller);
  else if (name === '^C' || name === 'Esc') cancelPrompt(controller);
  else if (name === 'Up' || name === 'Down') recallPrompt(controller, name === 'Up' ? 1 : -1);
  else if (edit) changePrompt(controller, edit(text));
  // Of the other names, those of one character are typed: `^D` has none.
  else if ([...name].length === 1) changePrompt(controller, text + name);
}

/** Runs the command of a key; a key without one does nothing. A prompt takes its keys itself. */
export function pressKey(controller: Controller, keyName: string): void {
  if (promptInUse(controller.state) || onlyBringsBack(controller)) return;
  const {state} = controller;
  if (state.notice !== undefined) controller.dispatch({type: 'notice', text: undefined});
  const id = commandFor(controller.commands, controller.keyContext, keyName);
  if (state.leaving !== undefined && id !== state.leaving) controller.dispatch({type: 'leaving', how: undefined});
  if (id) handlers[id](controller, keyName);
}

/** What is typed, without its last character. */
export function withoutLastCharacter(text: string): string {
  return [...text].slice(0, -1).join('');
}

/** What is typed, without its last word and the blanks behind it. */
export function withoutLastWord(text: string): string {
  return text.replace(/\S*\s*$/, '');
}

/** What a command does. `keyName` tells commands apart that share one, such as the tab numbers. */
type Handler = (controller: Controller, keyName: string) => void;

/** Every command of the table has one: the compiler sees to it. */
export const handlers: Readonly<Record<CommandId, Handler>> = {
  ...commonHandlers,
  ...sidebarHandlers,
  ...moveHandlers,
  ...searchHandlers,
  ...showHandlers,
  ...copyHandlers,
  ...pageHandlers,
  ...detailHandlers,
  ...marksHandlers,
  ...errorsHandlers,
  ...awayHandlers,
  ...contextsHandlers,
};
