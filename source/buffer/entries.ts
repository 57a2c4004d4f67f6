/**
 * The entries of a log that a pane shows, in order, under their absolute ids: all of them, or what filters and folds
 * leave. Which they are may change with every frame; every question is answered without a walk over the log.
 */
export type Entries = {
  /** The first shown entry with this id or a later one. */
  readonly atOrAfter: (id: number) => number | undefined;
  /** The last shown entry with this id or an earlier one. */
  readonly atOrBefore: (id: number) => number | undefined;
  /** How many shown entries have this id or a later one. */
  readonly countFrom: (id: number) => number;
};

/** Every entry that is held: `[firstId, endId)`. */
export function allEntries({firstId, endId}: {readonly firstId: number; readonly endId: number}): Entries {
  return {
    atOrAfter: (id) => (id < endId && firstId < endId ? Math.max(id, firstId) : undefined),
    atOrBefore: (id) => (id >= firstId && firstId < endId ? Math.min(id, endId - 1) : undefined),
    countFrom: (id) => Math.max(0, endId - Math.max(id, firstId)),
  };
}
