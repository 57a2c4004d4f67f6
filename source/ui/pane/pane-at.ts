import type {Entries} from '../../buffer/log-buffer.ts';
import type {Geometry} from '../../viewport/geometry.ts';
import {currentOf, keepCurrentRow, type Position, visiblePlaces} from '../../viewport/position.ts';
import type {Layout} from '../layout.ts';
import type {Tab} from '../state/view-state.ts';
import type {ModelledPane} from './pane-models.ts';

/** A tab, and what is derived from its log. */
export type Pane = {readonly tab: Tab} & ModelledPane;

/** A pane with its place on the screen: what the keys of a log act on. */
export type PaneAt = Pane & {
  readonly layout: Layout;
  readonly geometry: Geometry;
  /** The current entry; undefined while nothing is shown. */
  readonly current: number | undefined;
};

export type SearchStatus = {
  readonly text: string;
  /** The pattern does not compile as a regex: it is searched as plain text. */
  readonly literal: boolean;
  readonly hits: number;
  /** 1-based place of the current line among the hits; undefined: it is no hit. */
  readonly rank: number | undefined;
  /** The pattern took too long and was stopped. */
  readonly tooSlow: boolean;
  /** The whole log is searched: `hits` is exact. */
  readonly complete: boolean;
};

export function paneAt(pane: Pane, layout: Layout): PaneAt {
  const geometry = pane.rows.geometry(pane.tab.pane, layout);
  return {...pane, layout, geometry, current: currentOf(pane.tab.pane.position, geometry)};
}

/** The position at which the current entry, or its fold, keeps its row. `before`: the entries shown until now. */
export function keptCurrentRow({tab, model, geometry}: PaneAt, before: Entries): Position {
  const rowFor = (id: number) => model.shown?.foldOf(id)?.head ?? model.records.at(id)?.head ?? id;
  return keepCurrentRow(tab.pane.position, {...geometry, entries: before}, geometry, rowFor);
}

/** Width in cells of the longest line on the screen, margin excluded. */
export function longestShown({rows, tab, layout, geometry}: PaneAt): number {
  const renderer = rows.renderer(tab.pane, layout);
  return Math.max(0, ...visiblePlaces(tab.pane.position, geometry).map((place) => renderer.lineWidth(place.id)));
}

/** The result of a tab's search so far; undefined without a search. */
export function searchStatus({tab, model, current}: PaneAt): SearchStatus | undefined {
  const {searching} = model;
  if (!searching || tab.pane.search === undefined) return undefined;
  const {search, pattern} = searching;
  return {
    text: tab.pane.search,
    literal: pattern.literal,
    tooSlow: pattern.tooSlow,
    hits: search.count,
    rank: current === undefined ? undefined : search.rankOf(current),
    complete: model.isSearched,
  };
}
