import type {Controller} from '../controller.ts';
import type {KeyHint} from '../keys/commands.ts';
import type {Prompt} from '../state/view-state.ts';

/** What a prompt of one kind shows and does. */
export type PromptKind<Kind extends Prompt['kind']> = {
  /** In front of the text. */
  readonly label: (prompt: PromptOf<Kind>) => string;
  /** What to type; shown while the text is empty. */
  readonly example?: string;
  /** For the footer; `Esc cancel`, which all prompts have, is added. */
  readonly keys: (prompt: PromptOf<Kind>) => readonly KeyHint[];
  /** The text changed, in the state already. */
  readonly change?: (controller: Controller, prompt: PromptOf<Kind>) => void;
  /** Enter; the prompt is closed already. Returns a problem to open it again, with the problem shown. */
  readonly submit: (controller: Controller, prompt: PromptOf<Kind>) => string | undefined;
  /** Esc; the prompt is closed already. */
  readonly cancel?: (controller: Controller, prompt: PromptOf<Kind>) => void;
  /** Tab: the same text for another purpose. */
  readonly turn?: (controller: Controller, prompt: PromptOf<Kind>) => PromptOf<Kind>;
  /** The arrow keys: 1 for older, -1 for newer. Returns the prompt with another text, or undefined at the end. */
  readonly recall?: (controller: Controller, prompt: PromptOf<Kind>, by: 1 | -1) => PromptOf<Kind> | undefined;
};

export type PromptOf<Kind extends Prompt['kind']> = Extract<Prompt, {kind: Kind}>;
