import {type Filter, type FilterEntry, leastLevel, withFilter, withLeastLevel} from '../../filters/filter.ts';
import type {Level} from '../../records/level.ts';
import {follow, type Position} from '../../viewport/position.ts';
import type {WrapMode} from '../../viewport/row-renderer.ts';
import {type TimeMode, utc, type ZoneOffset} from '../../viewport/time-column.ts';

/** How one tab shows its log. Ids are those of the log's entries. */
export type PaneView = {
  readonly position: Position;
  readonly wrap: WrapMode;
  readonly asSent: boolean;
  /** Cells hidden on the left. */
  readonly pan: number;
  /** The line of the last match that the user went to: only it is shifted left, so that the match is visible. */
  readonly revealed: number | undefined;
  readonly time: TimeMode;
  /** As typed. */
  readonly search: string | undefined;
  /** As typed; each has a colour of its own. */
  readonly highlights: readonly string[];
  /** In the order they were added; Esc removes the last one. */
  readonly filters: readonly FilterEntry[];
  /** Records around each match that are shown, dim; 0: matches only. */
  readonly around: number;
  /** Neighbouring records of one fingerprint are one row. */
  readonly fold: boolean;
  /** Heads of the marked records. */
  readonly marks: ReadonlySet<number>;
  /** Where the selection began; it reaches to the current entry. */
  readonly selectedFrom: number | undefined;
};

export const newPane: PaneView = {
  position: follow,
  wrap: 'errors',
  asSent: false,
  pan: 0,
  revealed: undefined,
  time: 'sent',
  search: undefined,
  highlights: [],
  filters: [],
  around: 0,
  fold: false,
  marks: new Set(),
  selectedFrom: undefined,
};

/** Parts of a pane's view on which it depends which entries are shown, and in how many rows. */
const rowParts: readonly (keyof PaneView)[] = [
  ...(['filters', 'fold', 'around'] as const),
  ...(['wrap', 'asSent', 'time'] as const),
];

/** Whether other entries may be shown after the change, or in other rows. */
export function changesRows(change: Partial<PaneView>): boolean {
  return rowParts.some((part) => part in change);
}

/** The view after a change. The last filter takes `around` with it: the next one begins with its matches only. */
export function changedPane(pane: PaneView, change: Partial<PaneView>): PaneView {
  const changed = {...pane, ...change};
  return changed.around === 0 || hasMatches(changed) ? changed : {...changed, around: 0};
}

/** Whether a filter is on that records match. A range has no matches. */
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

/** Options for tabs and list; an absent option changes nothing. */
export type ViewOptions = {
  readonly wrap?: WrapMode;
  readonly asSent?: boolean;
  readonly time?: TimeMode;
  /** `TRACE`: all levels. */
  readonly level?: Level;
  /** In place of those that a tab has. */
  readonly filters?: readonly Filter[];
  /** Cells, or `auto`: by the terminal's width. */
  readonly listWidth?: number | 'auto' | 'off';
  readonly histogram?: 'auto' | 'on' | 'off';
};

export function applyToPane(options: ViewOptions, pane: PaneView = newPane): PaneView {
  const {wrap, asSent, time, level, filters} = options;
  const filtered = filters ? {...pane, filters: filters.reduce<readonly FilterEntry[]>(withFilter, [])} : pane;
  return {
    ...filtered,
    ...(wrap !== undefined && {wrap}),
    ...(asSent !== undefined && {asSent}),
    ...(time !== undefined && {time}),
    // No record is below TRACE: a filter for it would only cost a row.
    ...(level !== undefined && {filters: withLeastLevel(filtered.filters, level === 'TRACE' ? undefined : level)}),
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
export type ViewDefaults = {readonly pane: PaneView} & Omit<ScreenView, 'focus'>;

export const noDefaults: ViewDefaults = {
  pane: newPane,
  listHidden: false,
  listWidth: undefined,
  histogram: undefined,
};

export function defaultsFrom(options: ViewOptions): ViewDefaults {
  const {listHidden, listWidth, histogram} = applyToScreen(options, {...noDefaults, focus: 'list'});
  return {pane: applyToPane(options), listHidden, listWidth, histogram};
}

/** A restored tab gets the defaults of `now` where no key changed it: a changed configuration must have an effect. */
export function rebasePane(before: PaneView, now: PaneView, pane: PaneView): PaneView {
  const isLevelUnchanged = leastLevel(pane.filters) === leastLevel(before.filters);
  const hasNewDefault = leastLevel(before.filters) !== leastLevel(now.filters);
  return {
    ...pane,
    wrap: pane.wrap === before.wrap ? now.wrap : pane.wrap,
    asSent: pane.asSent === before.asSent ? now.asSent : pane.asSent,
    time: pane.time === before.time ? now.time : pane.time,
    ...(isLevelUnchanged && hasNewDefault && {filters: withLeastLevel(pane.filters, leastLevel(now.filters))}),
  };
}

/** As `rebasePane`, for list and histogram. */
export function rebaseScreen<View extends ScreenView>(before: ViewDefaults, now: ViewDefaults, view: View): View {
  const listHidden = view.listHidden === before.listHidden ? now.listHidden : view.listHidden;
  const listWidth = view.listWidth === before.listWidth ? now.listWidth : view.listWidth;
  const histogram = view.histogram === before.histogram ? now.histogram : view.histogram;
  return {...view, listHidden, listWidth, histogram, ...(listHidden && {focus: 'log' as const})};
}
