import {useInput, usePaste} from 'ink';
import type {Controller} from '../controller.ts';
import {pasteIntoPrompt} from '../handlers/prompts.ts';
import {keyNames} from '../keys/key-names.ts';
import {pressKeys} from '../press-keys.ts';

/** Passes on keys and pasted text, which never acts as keys. A prompt need not be drawn yet to get its own. */
export function useKeys(controller: Controller): void {
  useInput((input, key) => pressKeys(controller, keyNames(input, key)));
  usePaste((text) => pasteIntoPrompt(controller, text));
}
