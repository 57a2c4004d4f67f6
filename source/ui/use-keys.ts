import {useInput} from 'ink';
import type {Controller} from './controller.ts';
import {keyNames} from './key-name.ts';
import {pressKey} from './press-key.ts';
import {changePrompt, submitPrompt} from './prompt-actions.ts';

/** Sends keys to the controller, while no prompt is open: a prompt takes its keys itself. */
export function useKeys(controller: Controller): void {
  useInput((input, key) => {
    if (controller.state.prompt) return;
    pressAll(controller, keyNames(input, key));
  });
}

/** Presses keys that arrived together; what follows a key that opens a prompt is typed into it. */
export function pressAll(controller: Controller, names: readonly string[]): void {
  for (const name of names) {
    const {prompt} = controller.state;
    if (!prompt) pressKey(controller, name);
    else if (name === 'Enter') submitPrompt(controller);
    else if (name === 'Space') changePrompt(controller, `${prompt.text} `);
    // Of the other names, those of one character are typed: `^D` has none.
    else if ([...name].length === 1) changePrompt(controller, prompt.text + name);
  }
}
