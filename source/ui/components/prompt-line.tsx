import {Box, type Key, Text, useInput, usePaste} from 'ink';
import TextInput from 'ink-text-input';
import {useRef, useState} from 'react';
import {onlyBringsBack} from '../away-handlers.ts';
import type {Controller} from '../controller.ts';
import {typedNames} from '../key-name.ts';
import {paneAt} from '../on-pane.ts';
import type {Prompt} from '../prompt.ts';
import {
  cancelPrompt,
  changePrompt,
  promptExample,
  promptLabel,
  recallPrompt,
  submitPrompt,
  turnPrompt,
} from '../prompt-actions.ts';
import {searchStatus} from '../search-status.ts';
import {searchWords} from '../status-text.ts';
import {useController} from '../use-controller.ts';
import {pressAll} from '../use-keys.ts';
import {useSearchProgress} from '../use-search-progress.ts';
import {promptInUse} from '../view-state.ts';

/** Cells for what is typed, whatever is said beside it. */
const leastRoom = 16;

/** The line being typed, in place of the status line. */
export function PromptLine({prompt}: {readonly prompt: Prompt}) {
  const {controller} = useController();
  useSearchProgress(controller.pane?.model);
  // ink-text-input types the letters of Ctrl and Alt chords: what it reports for such a key is dropped.
  const chord = useRef(false);
  // The keys of the last event as they arrived.
  const chunk = useRef('');
  // A new key makes a new input, with its cursor at the end: the old one would keep its own place.
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
    else if (key.ctrl && input === 'w') replace(text.replace(/\S*\s*$/, ''));
    else if (key.backspace && text === '') cancelPrompt(controller);
    else if (key.backspace && isLate) replace([...text].slice(0, -1).join(''));
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
  usePaste((text) => replace(prompt.text + printable(text)));

  const status = prompt.kind === 'search' ? statusOf(controller) : undefined;
  const example = promptExample(prompt);
  return (
    <Box height={1}>
      <KeyGuard onKey={onKey} />
      <Box flexShrink={0}>
        <Text bold wrap="truncate">{` ${promptLabel(prompt)}`}</Text>
      </Box>
      {/* Text that is too long wraps: its last row, which is typed in, is the one that is seen. */}
      <Box flexShrink={100} minWidth={leastRoom} height={1} overflow="hidden" alignItems="flex-end">
        <TextInput key={generation} value={prompt.text} onChange={onChange} onSubmit={onSubmit} />
      </Box>
      {status ? <Text dimColor wrap="truncate">{`  ${status}`}</Text> : null}
      {example ? <Text dimColor wrap="truncate">{` ${example}`}</Text> : null}
    </Box>
  );
}

function statusOf(controller: Controller): string | undefined {
  const at = paneAt(controller);
  const status = at && searchStatus(at);
  return status && searchWords(status);
}

/** Sees each key before the input beside it does: siblings subscribe in their order. */
function KeyGuard({onKey}: {readonly onKey: (input: string, key: Key) => void}) {
  useInput(onKey);
  return null;
}

/** Control characters have no place in a pattern that is typed. */
function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
