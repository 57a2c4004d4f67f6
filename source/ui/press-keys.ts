import type {Controller} from './controller.ts';
import {commonHandlers} from './handlers/common.ts';
import {copyHandlers} from './handlers/copy.ts';
import {moveHandlers} from './handlers/move.ts';
import {cancelPrompt, changePrompt, recallPrompt, submitPrompt, turnPrompt} from './handlers/prompts.ts';
import {searchHandlers} from './handlers/search.ts';
import {showHandlers} from './handlers/show.ts';
import {sidebarHandlers} from './handlers/sidebar.ts';
import {type CommandId, commandFor} from './keys/commands.ts';
import {awayHandlers} from './pages/away.ts';
import {contextsHandlers} from './pages/contexts.ts';
import {detailHandlers} from './pages/detail.ts';
import {errorsHandlers} from './pages/errors.ts';
import {marksHandlers} from './pages/marks.ts';
import {pageHandlers} from './pages/pages.ts';
import {promptInUse} from './state/view-state.ts';

/** Presses keys of one read, in order. Those after a key that opens a prompt are for the prompt. */
export function pressKeys(controller: Controller, names: readonly string[]): void {
  if (controller.onKey()) return;
  for (const name of names) {
    const prompt = promptInUse(controller.state);
    if (prompt) pressInPrompt(controller, prompt.text, name);
    else runCommand(controller, name);
  }
}

/** Keys that edit a prompt's text, always at its end. */
const edits: Readonly<Record<string, (text: string) => string>> = {
  Space: (text) => `${text} `,
  // A visible character may be two UTF-16 units.
  Backspace: (text) => [...text].slice(0, -1).join(''),
  '^U': () => '',
  // The last word, with the blanks after it.
  '^W': (text) => text.replace(/\S*\s*$/, ''),
};

function pressInPrompt(controller: Controller, text: string, name: string): void {
  const edit = edits[name];
  if (name === 'Enter') submitPrompt(controller);
  else if (name === 'Tab') turnPrompt(controller);
  else if (name === '^C' || name === 'Esc' || (name === 'Backspace' && text === '')) cancelPrompt(controller);
  else if (name === 'Up' || name === 'Down') recallPrompt(controller, name === 'Up' ? 1 : -1);
  else if (edit) changePrompt(controller, edit(text));
  // A name of one character is typed; a longer one, such as `^D`, does nothing.
  else if ([...name].length === 1) changePrompt(controller, text + name);
}

function runCommand(controller: Controller, keyName: string): void {
  const {state} = controller;
  if (state.notice !== undefined) controller.dispatch({type: 'notice', text: undefined});
  const id = commandFor(controller.commands, controller.keyContext, keyName);
  if (state.leaving !== undefined && id !== state.leaving) controller.dispatch({type: 'leaving', how: undefined});
  if (id) handlers[id](controller, keyName);
}

/** `keyName`: some commands have a different effect for each of their keys, such as the numbers of the tabs. */
type Handler = (controller: Controller, keyName: string) => void;

/** Every command of the table has one: the compiler checks that. */
const handlers: Readonly<Record<CommandId, Handler>> = {
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
