import {onlyBringsBack} from './away-handlers.ts';
import type {Controller} from './controller.ts';
import {pressKey} from './press-key.ts';
import {cancelPrompt, changePrompt, recallPrompt, submitPrompt, turnPrompt} from './prompt-actions.ts';
import {withoutLastCharacter, withoutLastWord} from './prompt-edits.ts';
import {promptInUse} from './view-state.ts';

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
