import type {Controller} from '../controller.ts';
import type {PromptHint} from '../keys/commands.ts';
import {type PromptHistory, recall, startRecall} from '../state/prompt-history.ts';
import type {Prompt} from '../state/view-state.ts';

export type PromptKind<Kind extends Prompt['kind']> = {
  readonly label: (prompt: PromptOf<Kind>) => string;
  /** Shown while the text is empty. */
  readonly example: (controller: Controller) => string;
  /** For the footer, which adds how to cancel it and the help. */
  readonly keys: (prompt: PromptOf<Kind>) => readonly PromptHint[];
  /** Called after the text in the state has changed. */
  readonly change?: (controller: Controller, prompt: PromptOf<Kind>) => void;
  /** Enter; the prompt is closed already. A returned problem opens it again and is shown. */
  readonly submit: (controller: Controller, prompt: PromptOf<Kind>) => string | undefined;
  /** Esc; the prompt is closed already. */
  readonly cancel?: (controller: Controller, prompt: PromptOf<Kind>) => void;
  /** Tab: the same text for another purpose. */
  readonly cycle?: (controller: Controller, prompt: PromptOf<Kind>) => PromptOf<Kind>;
  /** Arrow keys: 1 for older, -1 for newer. Returns the prompt with another text, or undefined at the end. */
  readonly recall?: (controller: Controller, prompt: PromptOf<Kind>, by: 1 | -1) => PromptOf<Kind> | undefined;
};

export type PromptOf<Kind extends Prompt['kind']> = Extract<Prompt, {kind: Kind}>;

/** The prompt with the next older (1) or newer (-1) text that begins with what was typed. */
export function recallFrom<Recalled extends Prompt>(
  {entries}: PromptHistory,
  prompt: Recalled,
  by: 1 | -1,
): Recalled | undefined {
  const recalled = recall(entries, prompt.recalled ?? startRecall(prompt.text), by);
  return recalled && {...prompt, text: recalled.text, recalled};
}
