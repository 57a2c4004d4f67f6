/** A walk through what was typed earlier, as the arrow keys do it. A value: each step is another one. */
export type Recall = {
  /** What stood in the prompt when the walk began: only what begins with it is offered. */
  readonly typed: string;
  /** Steps back from there; 0: `typed` itself. */
  readonly steps: number;
  /** What stands in the prompt now. */
  readonly text: string;
};

/** The walk begins at what has been typed so far. */
export function beginRecall(typed: string): Recall {
  return {typed, steps: 0, text: typed};
}

/** One step to older (1) or newer (-1) `entries`, which are newest first; undefined when there is none. */
export function recall(entries: readonly string[], {typed, steps}: Recall, by: 1 | -1): Recall | undefined {
  const offered = [typed, ...entries.filter((entry) => entry.startsWith(typed) && entry !== typed)];
  const text = offered[steps + by];
  return text === undefined ? undefined : {typed, steps: steps + by, text};
}
