import {type Filter, type FilterEntry, withFilter, withLeastLevel} from '../../engine/filters/filter.ts';
import {picked} from '../../lib/json.ts';
import {type PaneOptions, paneOptionNames, paneOptionsFrom, type ViewSettings} from '../settings/option-table.ts';
import {follow, type Position} from '../viewport/position.ts';
import {utc, type ZoneOffset} from '../viewport/time-column.ts';

/** View of the log in one tab. Ids are those of the log's entries. */
export type PaneView = PaneOptions & {
  readonly position: Position;
  /** Cells hidden on the left. */
  readonly pan: number;
  /** The line of the last match that the user went to: only it is shifted left, so that the match is visible. */
  readonly revealed: number | undefined;
  /** Text as typed. */
  readonly search: string | undefined;
  /** Texts as typed; each has a colour of its own. */
  readonly highlights: readonly string[];
  /** In the order they were added; Esc removes the last one. */
  readonly filters: readonly FilterEntry[];
  /** Records around each match that are shown, dim; 0: matches only. */
  readonly around: number;
  /** Neighbouring records of one fingerprint are one row. */
  readonly fold: boolean;
  /** Heads of the marked records. */
  readonly marks: ReadonlySet<number>;
  /** Entry where the selection began; it reaches to the current one. */
  readonly selectedFrom: number | undefined;
};

export const newPane: PaneView = {
  ...paneOptionsFrom(),
  position: follow,
  pan: 0,
  revealed: undefined,
  search: undefined,
  highlights: [],
  filters: [],
  around: 0,
  fold: false,
  marks: new Set(),
  selectedFrom: undefined,
};

/** Parts of a pane's view on which it depends which entries are shown, and in how many rows. */
const rowParts: readonly (keyof PaneView)[] = ['filters', 'fold', 'around', ...paneOptionNames];

/** Returns whether other entries may be shown after the change, or in other rows. */
export function changesRows(change: Partial<PaneView>): boolean {
  return rowParts.some((part) => part in change);
}

/** The view after a change. The last filter takes `around` with it: the next one begins with its matches only. */
export function changedPane(pane: PaneView, change: Partial<PaneView>): PaneView {
  const changed = {...pane, ...change};
  return changed.around === 0 || hasMatches(changed) ? changed : {...changed, around: 0};
}

/** Returns whether a filter is on that records match. A range has no matches. */
export function hasMatches({filters}: Pick<PaneView, 'filters'>): boolean {
  return filters.some(({filter, on}) => on && filter.kind !== 'between');
}

/** Lines as sent have their times in UTC, whatever `time` is. */
export function hasLocalTimes({time, asSent}: PaneView): boolean {
  return time === 'local' && !asSent;
}

/** The zone in which a pane shows times. `offsetAt`: the local one. */
export function zoneOf(pane: PaneView | undefined, offsetAt: ZoneOffset): ZoneOffset {
  return pane && hasLocalTimes(pane) ? offsetAt : utc;
}

/** The part of the view that is not a tab's: list and histogram. */
export type ScreenView = {
  readonly focus: 'list' | 'log';
  readonly listHidden: boolean;
  /** Cells, as the user has set it; undefined: by the terminal's width. */
  readonly listWidth: number | undefined;
  /** The histogram of records by time is shown; undefined: by the terminal's height. */
  readonly histogram: boolean | undefined;
};

/** Parts that a restored session sets, besides the focus. */
export const screenParts = ['listHidden', 'listWidth', 'histogram'] as const;

/** Options for tabs and list; an absent option changes nothing. `filters`: in place of those that a tab has. */
export type ViewOptions = Partial<ViewSettings> & {readonly filters?: readonly Filter[]};

export function applyToPane({level, filters, ...options}: ViewOptions, pane: PaneView = newPane): PaneView {
  const filtered = filters ? filters.reduce<readonly FilterEntry[]>(withFilter, []) : pane.filters;
  // No record is below TRACE: a filter for it would only cost a row.
  const least = level === 'TRACE' ? undefined : level;
  return {
    ...pane,
    ...picked(options, paneOptionNames),
    filters: level === undefined ? filtered : withLeastLevel(filtered, least),
  };
}

/** A hidden list cannot have the focus. */
export function applyToScreen<View extends ScreenView>({listWidth, histogram}: ViewOptions, before: View): View {
  const isShown = histogram === 'auto' ? undefined : histogram === 'on';
  const view = histogram === undefined ? before : {...before, histogram: isShown};
  if (listWidth === undefined) return view;
  if (listWidth === 'off') return {...view, listHidden: true, focus: 'log'};
  return {...view, listHidden: false, listWidth: listWidth === 'auto' ? undefined : listWidth};
}

/** A new tab, the list and the histogram, before keys change them. */
export type ViewDefaults = {readonly pane: PaneView} & Pick<ScreenView, (typeof screenParts)[number]>;

export const noDefaults: ViewDefaults = {
  pane: newPane,
  listHidden: false,
  listWidth: undefined,
  histogram: undefined,
};

export function defaultsFrom(options: ViewOptions): ViewDefaults {
  const screen = applyToScreen(options, {...noDefaults, focus: 'list'});
  return {pane: applyToPane(options), ...picked(screen, screenParts)};
}
