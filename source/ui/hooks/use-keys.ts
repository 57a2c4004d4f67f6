import {type Key, useInput, usePaste} from 'ink';
import {useRef, useState} from 'react';
import type {Controller} from '../controller.ts';
import {changePrompt, submitPrompt} from '../handlers/prompts.ts';
import {keyNames, typedNames} from '../keys/key-names.ts';
import {pressKeys} from '../press-keys.ts';
import {type Prompt, promptInUse} from '../state/view-state.ts';
import {useController} from './use-controller.ts';

/**
 * Presses keys while no prompt is on the screen: one that is reads its keys itself. In a terminal that is too small none
 * is.
 */
export function useKeys(controller: Controller): void {
  const {view} = useController();
  // Of the frame that is drawn: keys may follow the one that opens a prompt before the prompt reads any.
  const isPromptDrawn = controller.layout !== undefined && promptInUse(view) !== undefined;
  useInput((input, key) => {
    if (isPromptDrawn && promptInUse(controller.state)) return;
    pressKeys(controller, keyNames(input, key));
  });
}

/** What a prompt's input needs, and what gets each key before the input does. */
type PromptKeys = {
  /** The React key of the input: another one makes a new input, with its cursor at the end of the text. */
  readonly generation: number;
  readonly onKey: (input: string, key: Key) => void;
  readonly onChange: (next: string) => void;
  readonly onSubmit: () => void;
};

/**
 * Keys for a prompt that is on the screen. Its input, of ink-text-input, moves the cursor and types at it; all other keys
 * are the prompt's.
 */
export function usePromptKeys(controller: Controller, prompt: Prompt): PromptKeys {
  // The input types the letters of Ctrl and Alt chords: what it reports for a key that was the prompt's is dropped.
  const isHandled = useRef(false);
  // The keys of the last event as they arrived.
  const chunk = useRef('');
  const [generation, setGeneration] = useState(0);

  const onKey = (input: string, key: Key) => {
    // The key only brings the user back: nothing is typed, and what was is kept.
    isHandled.current = controller.onKey();
    if (isHandled.current) return;
    chunk.current = input;
    const {prompt: current} = controller.state;
    const isPromptKey = key.ctrl || key.meta || key.escape || key.tab || key.upArrow || key.downArrow;
    // Keys of one piece come before the first of them is drawn: the input has the text of the last frame.
    const isLate = current !== undefined && current !== prompt;
    // A slow connection delivers ^U and what is typed after it in one piece.
    const isMixed = input.length > 1 && /[^\P{Cc}\r\n]/u.test(input);
    const isCancel = key.backspace && current?.text === '';
    isHandled.current = isPromptKey || isLate || isMixed || isCancel;
    // Alt and Backspace have no meaning here: the key of that name would act at the end of the text.
    if (!isHandled.current || (key.meta && key.backspace)) return;
    pressKeys(controller, keyNames(input, key));
    // The input keeps its own place of the cursor, which the letter of a chord moves: after that, and after a change of
    // the text, there is a new one.
    if (key.ctrl || key.meta || controller.state.prompt?.text !== prompt.text) {
      setGeneration((previous) => previous + 1);
    }
  };
  const onChange = (next: string) => {
    if (isHandled.current) return;
    // Fast keys arrive together: an Enter among them ends the prompt, and what follows are keys again.
    const keys = chunk.current;
    const enter = keys.search(/[\r\n]/);
    if (enter === -1) {
      changePrompt(controller, printable(next));
      return;
    }
    // What is behind the cursor is text, not keys.
    const at = next.indexOf(keys);
    changePrompt(controller, printable(next.slice(0, at + enter) + next.slice(at + keys.length)));
    submitPrompt(controller);
    pressKeys(controller, typedNames(keys.slice(enter + 1)));
  };
  const onSubmit = () => {
    if (!isHandled.current && promptInUse(controller.state)) submitPrompt(controller);
  };
  usePaste((text) => {
    // At the end of the present text, and without the end of the line that was copied.
    changePrompt(controller, (controller.state.prompt?.text ?? '') + printable(text.replace(/[\r\n]+$/, '')));
    setGeneration((previous) => previous + 1);
  });
  return {generation, onKey, onChange, onSubmit};
}

/** Control characters have no place in a pattern that is typed. */
function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
