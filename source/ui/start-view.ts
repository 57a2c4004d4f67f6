import type {Level} from '../records/level.ts';
import type {TimeMode} from '../viewport/time-column.ts';
import {leastLevel, withLeastLevel} from './filter-list.ts';
import {freshPane, type PaneView} from './pane-view.ts';
import type {ViewState} from './view-state.ts';

/** What is wanted of tabs and list; what is absent stays as it is. */
export type ViewWish = {
  readonly wrap?: boolean;
  readonly asSent?: boolean;
  readonly time?: TimeMode;
  /** `TRACE`: all levels. */
  readonly level?: Level;
  /** Cells, or `auto`: by the terminal's width. */
  readonly sidebar?: number | 'auto' | 'off';
};

/** How a new tab looks, and the list, before keys change them. */
export type StartLook = {readonly pane: PaneView} & Pick<ViewState, 'sidebarHidden' | 'sidebarWidth'>;

/** The look without any wish. */
export const plainStart: StartLook = {pane: freshPane, sidebarHidden: false, sidebarWidth: undefined};

/** How a start looks that is wanted so. */
export function startBy(wish: ViewWish): StartLook {
  const {sidebarHidden, sidebarWidth} = sidebarBy(wish, {...plainStart, focus: 'sidebar'});
  return {pane: paneBy(wish), sidebarHidden, sidebarWidth};
}

/** A tab's look as it is wanted. */
export function paneBy({wrap, asSent, time, level}: ViewWish, pane: PaneView = freshPane): PaneView {
  return {
    ...pane,
    ...(wrap !== undefined && {wrap}),
    ...(asSent !== undefined && {asSent}),
    ...(time !== undefined && {time}),
    // No record is below TRACE: a filter for it would only take a row.
    ...(level !== undefined && {filters: withLeastLevel(pane.filters, level === 'TRACE' ? undefined : level)}),
  };
}

/** The part of the view that the list has. A list that is hidden cannot have the keys. */
export function sidebarBy<View extends Pick<ViewState, 'focus' | 'sidebarHidden' | 'sidebarWidth'>>(
  {sidebar}: ViewWish,
  view: View,
): View {
  if (sidebar === undefined) return view;
  if (sidebar === 'off') return {...view, sidebarHidden: true, focus: 'log'};
  return {...view, sidebarHidden: false, sidebarWidth: sidebar === 'auto' ? undefined : sidebar};
}

/**
 * A tab's look that began as `before` did, as if it had begun as `now` does: what the user changed since stays. A
 * changed configuration would else change no tab that comes back.
 */
export function paneOn(before: PaneView, now: PaneView, pane: PaneView): PaneView {
  const isUnchanged = leastLevel(pane.filters) === leastLevel(before.filters);
  const isOther = leastLevel(before.filters) !== leastLevel(now.filters);
  return {
    ...pane,
    wrap: pane.wrap === before.wrap ? now.wrap : pane.wrap,
    asSent: pane.asSent === before.asSent ? now.asSent : pane.asSent,
    time: pane.time === before.time ? now.time : pane.time,
    ...(isUnchanged && isOther && {filters: withLeastLevel(pane.filters, leastLevel(now.filters))}),
  };
}

/** The same of the list: hidden or not, and how wide. */
export function sidebarOn<View extends Pick<ViewState, 'focus' | 'sidebarHidden' | 'sidebarWidth'>>(
  before: StartLook,
  now: StartLook,
  view: View,
): View {
  const sidebarHidden = view.sidebarHidden === before.sidebarHidden ? now.sidebarHidden : view.sidebarHidden;
  const sidebarWidth = view.sidebarWidth === before.sidebarWidth ? now.sidebarWidth : view.sidebarWidth;
  return {...view, sidebarHidden, sidebarWidth, ...(sidebarHidden && {focus: 'log' as const})};
}
