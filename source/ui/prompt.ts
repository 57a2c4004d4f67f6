import type {Recall} from '../storage/recall.ts';
import type {PaneView} from './pane-view.ts';
import type {ViewState} from './view-state.ts';

/** A line being typed. */
export type Prompt = {
  readonly text: string;
  /** Why what was typed cannot be done; until it is changed. */
  readonly problem?: string | undefined;
  /** The walk through what was typed earlier, while nothing else is typed. */
  readonly recalled?: Recall | undefined;
} & (
  | {readonly kind: 'time' | 'place' | 'highlight'}
  /** `before` is what Esc puts back. */
  | {readonly kind: 'search'; readonly before: PaneView}
  | {readonly kind: 'find-name'; readonly before: Pick<ViewState, 'nameFilter' | 'cursor' | 'active'>}
  /** `edits`: the id of the filter that it replaces. `typed`: what was typed before the arrows went to one. */
  | {readonly kind: 'filter'; readonly edits: number | undefined; readonly typed?: string}
  /** `replaces`: the file exists, and Enter once more replaces it. */
  | {readonly kind: 'save'; readonly what: Choice; readonly markers: boolean; readonly replaces: boolean}
  | {readonly kind: 'pipe'; readonly what: Choice}
);

/** What of a log is taken: one record, the selected ones, what is on the screen, all that the filters leave, or all. */
export type Choice = 'record' | 'selection' | 'screen' | 'view' | 'all';
