/** A walk through earlier texts with the arrow keys. A value: each step returns a new one. */
export type Recall = {
  /** The prompt's text at the start: only texts that begin with it are offered. */
  readonly typed: string;
  /** Steps back from `typed`. */
  readonly steps: number;
  readonly text: string;
};

const mostTexts = 200;
/** UTF-16 units. Longer text was pasted by mistake, and is no help in a prompt of one row. */
const longestText = 1000;

/** Texts typed into the prompts of each kind: one of `patterns` is a search or a highlight. */
export type PromptHistories = Readonly<Record<'patterns' | 'filters' | 'files', PromptHistory>>;

export function promptHistories(): PromptHistories {
  return {patterns: new PromptHistory(), filters: new PromptHistory(), files: new PromptHistory()};
}

/** Texts typed into prompts of one kind since the program was started. */
export class PromptHistory {
  #entries: readonly string[] = [];

  /** Newest first, each once, at most 200. */
  get entries(): readonly string[] {
    return this.#entries;
  }

  add(text: string): void {
    if (text === '' || text.length > longestText) return;
    this.#entries = [...new Set([text, ...this.#entries])].slice(0, mostTexts);
  }
}

export function startRecall(typed: string): Recall {
  return {typed, steps: 0, text: typed};
}
