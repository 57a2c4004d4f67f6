import {type Key, useInput, usePaste} from 'ink';
import {useRef, useState} from 'react';
import type {Controller} from '../controller.ts';
import {changePrompt, submitPrompt} from '../handlers/prompts.ts';
import {keyNames, typedNames} from '../keys/key-names.ts';
import {pressKeys} from '../press-keys.ts';
import {type Prompt, promptInUse} from '../state/view-state.ts';
import {useController} from './use-controller.ts';

/** Handles keys while no prompt is drawn: a drawn prompt reads its own keys. */
export function useKeys(controller: Controller): void {
  const {view} = useController();
  // From the drawn frame: keys may arrive after the one that opens a prompt, but before the prompt is drawn.
  const isPromptDrawn = controller.layout !== undefined && promptInUse(view) !== undefined;
  useInput((input, key) => {
    if (isPromptDrawn && promptInUse(controller.state)) return;
    pressKeys(controller, keyNames(input, key));
  });
}

/** `onKey` gets each key before the input does. */
type PromptKeys = {
  /** React key of the input: another one makes a new input, with its cursor at the end of the text. */
  readonly generation: number;
  readonly onKey: (input: string, key: Key) => void;
  readonly onChange: (next: string) => void;
  readonly onSubmit: () => void;
};

/** Keys of a drawn prompt: ink-text-input types and moves the cursor, the prompt handles all other keys. */
export function usePromptKeys(controller: Controller, prompt: Prompt): PromptKeys {
  // The prompt handled the last key. The input also types the letters of Ctrl and Alt chords: that is dropped.
  const isHandled = useRef(false);
  // All keys of the last event, as they arrived.
  const chunk = useRef('');
  const [generation, setGeneration] = useState(0);

  const onKey = (input: string, key: Key) => {
    // After an absence the key only shows the summary, and types nothing.
    isHandled.current = controller.onKey();
    if (isHandled.current) return;
    chunk.current = input;
    const {prompt: current} = controller.state;
    const isPromptKey = key.ctrl || key.meta || key.escape || key.tab || key.upArrow || key.downArrow;
    // An earlier key of the same read changed the prompt; the input still has the text of the last frame.
    const isLate = current !== undefined && current !== prompt;
    // A slow connection delivers ^U and what is typed after it in one read.
    const isMixed = input.length > 1 && /[^\P{Cc}\r\n]/u.test(input);
    const isCancel = key.backspace && current?.text === '';
    isHandled.current = isPromptKey || isLate || isMixed || isCancel;
    // Alt+Backspace does nothing: Backspace would delete at the end of the text, not at the cursor.
    if (!isHandled.current || (key.meta && key.backspace)) return;
    pressKeys(controller, keyNames(input, key));
    // A chord's letter has moved the input's cursor, or the text has changed: a new input has its cursor at the end.
    if (key.ctrl || key.meta || controller.state.prompt?.text !== prompt.text) {
      setGeneration((previous) => previous + 1);
    }
  };
  const onChange = (next: string) => {
    if (isHandled.current) return;
    // Fast keys arrive together: an Enter among them ends the prompt, and the rest are keys again.
    const keys = chunk.current;
    const enter = keys.search(/[\r\n]/);
    if (enter === -1) {
      changePrompt(controller, printable(next));
      return;
    }
    // The text behind the cursor belongs to the prompt.
    const at = next.indexOf(keys);
    changePrompt(controller, printable(next.slice(0, at + enter) + next.slice(at + keys.length)));
    submitPrompt(controller);
    pressKeys(controller, typedNames(keys.slice(enter + 1)));
  };
  const onSubmit = () => {
    if (!isHandled.current && promptInUse(controller.state)) submitPrompt(controller);
  };
  usePaste((text) => {
    // Appended to the text, without the newline of a copied line.
    changePrompt(controller, (controller.state.prompt?.text ?? '') + printable(text.replace(/[\r\n]+$/, '')));
    setGeneration((previous) => previous + 1);
  });
  return {generation, onKey, onChange, onSubmit};
}

function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
