import type {Entries} from '../../buffer/log-buffer.ts';
import {count, counted} from '../../lib/format.ts';
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

/** Ids of the selected lines, in order: those shown of whole records, from where the selection began to the current one. */
export function* idsOfSelection({model, tab, current}: PaneAt): Generator<number> {
  const {selectedFrom} = tab.pane;
  if (selectedFrom === undefined || current === undefined) return;
  const {index, shown} = model;
  const ends = [index.headOf(selectedFrom), index.headOf(current)].sort((a, b) => a - b);
  const [first = 0, last = first] = ends;
  // The last row may be a fold of several records.
  const lastIds = shown && shown.foldedAt(last) > 1 ? [...shown.foldLines(last)] : index.linesOf(last);
  const lastHead = index.headOf(lastIds.at(-1) ?? last);
  let end = (lastIds.at(-1) ?? last) + 1;
  // Lines of a panic or a configuration may follow the record that is selected last.
  for (const {head, to} of index.long.stretchesFrom(end)) if (head >= first && head <= lastHead) end = to;
  for (let id = first; id < end; id++) {
    const head = index.headOf(id);
    if (head >= first && head <= lastHead && (shown?.includes(id) ?? true)) yield id;
  }
}

/** Lines that are counted at most, in 1 ms: the words are made for each frame. */
const mostCounted = 10_000;

/** `12 records`, or `9,871+ records` of a selection with more than 10,000 lines; undefined without a selection. */
export function selectionWords(at: PaneAt): string | undefined {
  if (at.tab.pane.selectedFrom === undefined) return undefined;
  const {index, source} = at.model;
  let lines = 0;
  let records = 0;
  for (const id of idsOfSelection(at)) {
    if (lines === mostCounted) return `${count(records)}+ records`;
    lines += 1;
    const isMarker = index.levelAt(id) === undefined && source.buffer.markerAt(id) !== undefined;
    if (index.headOf(id) === id && !isMarker) records += 1;
  }
  return counted(records, 'record', 'records');
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
