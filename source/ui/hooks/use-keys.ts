import {type Key, useInput, usePaste} from 'ink';
import {useRef, useState} from 'react';
import type {Controller} from '../controller.ts';
import {cancelPrompt, changePrompt, recallPrompt, submitPrompt, turnPrompt} from '../handlers/prompts.ts';
import {keyNames, typedNames} from '../keys/key-names.ts';
import {onlyBringsBack} from '../pages/away.ts';
import {pressAll, withoutLastCharacter, withoutLastWord} from '../press-keys.ts';
import {type Prompt, promptInUse} from '../state/view-state.ts';
import {useController} from './use-controller.ts';

/**
 * Sends keys to the controller, while no prompt is on the screen: one that is takes its keys itself. In a terminal that is
 * too small none is.
 */
export function useKeys(controller: Controller): void {
  const {view} = useController();
  // Of the frame that is drawn: keys may follow the one that opens a prompt before the prompt hears them.
  const isPromptDrawn = controller.layout !== undefined && promptInUse(view) !== undefined;
  useInput((input, key) => {
    if (isPromptDrawn && promptInUse(controller.state)) return;
    pressAll(controller, keyNames(input, key));
  });
}

/** What a prompt's input is to be given, and what sees each key before the input does. */
type PromptKeys = {
  /** The React key of the input: another one makes a new input, with its cursor at the end of the text. */
  readonly generation: number;
  readonly onKey: (input: string, key: Key) => void;
  readonly onChange: (next: string) => void;
  readonly onSubmit: () => void;
};

/** Keys for a prompt that is on the screen: those of the prompt itself, and what its input makes of the others. */
export function usePromptKeys(controller: Controller, prompt: Prompt): PromptKeys {
  // ink-text-input types the letters of Ctrl and Alt chords: what it reports for such a key is dropped.
  const chord = useRef(false);
  // The keys of the last event as they arrived.
  const chunk = useRef('');
  // An input keeps its own place of the cursor: after a change from outside it is made anew.
  const [generation, setGeneration] = useState(0);

  const renew = () => setGeneration((previous) => previous + 1);
  const replace = (text: string) => {
    changePrompt(controller, text);
    renew();
  };
  const onKey = (input: string, key: Key) => {
    // The key only brings the user back: nothing is typed, and what was is kept.
    chord.current = onlyBringsBack(controller);
    if (chord.current) return;
    const now = controller.state.prompt;
    const text = now?.text ?? '';
    const isChord = key.ctrl || key.meta || key.escape;
    // Keys of one piece come before the first of them is drawn: the input below does not know of it yet.
    const isLate = now !== undefined && now !== prompt;
    // A slow connection delivers ^U and what is typed after it in one piece.
    const isMixed = input.length > 1 && /[^\P{Cc}\r\n]/u.test(input);
    chord.current = isChord || isLate || isMixed;
    chunk.current = input;
    if (key.escape || (key.ctrl && input === 'c')) cancelPrompt(controller);
    else if (key.ctrl && input === 'u') replace('');
    else if (key.upArrow || key.downArrow) {
      if (recallPrompt(controller, key.upArrow ? 1 : -1)) renew();
    } else if (key.tab) turnPrompt(controller);
    else if (key.ctrl && input === 'w') replace(withoutLastWord(text));
    else if (key.backspace && text === '') cancelPrompt(controller);
    else if (key.backspace && isLate) replace(withoutLastCharacter(text));
    else if ((isLate || isMixed) && !isChord) {
      pressAll(controller, typedNames(input));
      renew();
    }
  };
  const onChange = (next: string) => {
    if (chord.current) return;
    // Fast keys arrive together: an Enter among them ends the prompt, and what follows are keys again.
    const keys = chunk.current;
    const enter = keys.search(/[\r\n]/);
    if (enter === -1) {
      changePrompt(controller, printable(next));
      return;
    }
    // What stood behind the cursor is text, not keys.
    const at = next.indexOf(keys);
    changePrompt(controller, printable(next.slice(0, at + enter) + next.slice(at + keys.length)));
    submitPrompt(controller);
    pressAll(controller, typedNames(keys.slice(enter + 1)));
  };
  // Enter on what a page covers by now: the key was the one that brought the user back.
  const onSubmit = () => {
    if (promptInUse(controller.state)) submitPrompt(controller);
  };
  // At the end of what is there by now, and without the end of the line that was copied.
  usePaste((text) => replace((controller.state.prompt?.text ?? '') + printable(text.replace(/[\r\n]+$/, ''))));
  return {generation, onKey, onChange, onSubmit};
}

/** Control characters have no place in a pattern that is typed. */
function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
