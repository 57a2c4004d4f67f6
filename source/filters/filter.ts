import type {Pattern} from '../buffer/pattern.ts';
import type {Level} from '../records/level.ts';

/** What lets records pass. `out`: those that match are hidden, instead of all others. */
export type Filter =
  /** A line of the record matches. */
  | {readonly kind: 'text'; readonly pattern: Pattern; readonly out: boolean}
  /** The record is at least as severe. One without a level, what a program printed, counts as INFO. */
  | {readonly kind: 'level'; readonly least: Level; readonly out: boolean}
  /**
   * The record's target contains the text. Case counts only if the text has an upper-case letter. Lines of the runner
   * have the target `runner` as well as their own.
   */
  | {readonly kind: 'target'; readonly text: string; readonly out: boolean}
  /** Hides the records of one shape; `text` shows which. */
  | {readonly kind: 'shape'; readonly shape: number; readonly text: string}
  /**
   * The record begins in `[from, to)`. `label` says in words what that is: `this run`, `after 12:03:44`. `to` may
   * become known, or less, as long as no record that begins there has been looked at.
   */
  | {readonly kind: 'between'; readonly from: number; readonly to: number | undefined; readonly label: string};

/** A filter in the list of a tab's filters. `id` is unique in the list; `on` is false while it is switched off. */
export type FilterEntry = {readonly id: number; readonly filter: Filter; readonly on: boolean};
