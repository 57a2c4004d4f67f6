import type {Controller} from '../controller.ts';
import type {KeyHint} from '../keys/commands.ts';
import type {Prompt} from '../state/view-state.ts';

/** What a prompt of one kind does. Its text is already in the state when `change` is called. */
export type PromptKind<Kind extends Prompt['kind']> = {
  /** Stands before what is typed. */
  readonly label: (prompt: PromptOf<Kind>) => string;
  /** What may be typed; shown while nothing is. */
  readonly example?: string;
  /** Keys that do something here and what that is, for the footer; Esc, which cancels every prompt, comes last. */
  readonly keys: (prompt: PromptOf<Kind>) => readonly KeyHint[];
  /** What was typed is acted on at once. */
  readonly change?: (controller: Controller, prompt: PromptOf<Kind>) => void;
  /** Enter; the prompt is closed already. An answer keeps it open and says why. */
  readonly submit: (controller: Controller, prompt: PromptOf<Kind>) => string | undefined;
  /** Esc; the prompt is closed already. */
  readonly cancel?: (controller: Controller, prompt: PromptOf<Kind>) => void;
  /** Tab: the same text, to another purpose. */
  readonly turn?: (controller: Controller, prompt: PromptOf<Kind>) => PromptOf<Kind>;
  /** The arrow keys: 1 for older, -1 for newer. Answers the prompt with another text, or undefined. */
  readonly recall?: (controller: Controller, prompt: PromptOf<Kind>, by: 1 | -1) => PromptOf<Kind> | undefined;
};

export type PromptOf<Kind extends Prompt['kind']> = Extract<Prompt, {kind: Kind}>;
