import type {FilterEntry} from '../filters/filter.ts';
import {follow, type Position} from '../viewport/position.ts';
import type {TimeMode} from '../viewport/time-column.ts';

/** How one tab shows its log. The stream never learns of any of this. Ids are those of the log's entries. */
export type PaneView = {
  readonly position: Position;
  readonly wrap: boolean;
  readonly asSent: boolean;
  /** Cells hidden on the left. */
  readonly pan: number;
  /** The line whose first hit was gone to: it alone is shifted so that the hit is seen. */
  readonly revealed: number | undefined;
  readonly time: TimeMode;
  readonly lineNumbers: boolean;
  /** What is searched for, as typed. */
  readonly search: string | undefined;
  /** Patterns that are painted, each in its colour, as typed. */
  readonly highlights: readonly string[];
  /** In the order they were added; Esc takes the last one away. */
  readonly filters: readonly FilterEntry[];
  /** Records around each match that are shown, dim; 0: matches only. */
  readonly around: number;
  /** Neighbouring records of one shape are one row. */
  readonly fold: boolean;
  /** Heads of the records that the user marked. */
  readonly marks: ReadonlySet<number>;
  /** Where the selection began; it reaches to the current entry. */
  readonly selectedFrom: number | undefined;
};

/** Whether times are shown in local time: lines as sent have theirs in UTC. */
export function hasLocalTimes({time, asSent}: PaneView): boolean {
  return time === 'local' && !asSent;
}

export const freshPane: PaneView = {
  position: follow,
  wrap: false,
  asSent: false,
  pan: 0,
  revealed: undefined,
  time: 'sent',
  lineNumbers: false,
  search: undefined,
  highlights: [],
  filters: [],
  around: 0,
  fold: false,
  marks: new Set(),
  selectedFrom: undefined,
};
