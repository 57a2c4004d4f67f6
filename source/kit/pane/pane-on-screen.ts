import type {Entries} from '../../engine/buffer/log-buffer.ts';
import type {RecordRange} from '../../engine/records/record-table.ts';
import {counted} from '../../lib/format.ts';
import type {Layout} from '../screen/layout.ts';
import {anchorCurrentRow, currentOf, type Geometry, newBelow, type Position} from '../viewport/position.ts';
import type {Pane} from './pane-models.ts';

/** A pane with its place on the screen: what the keys of a log act on. */
export type PaneOnScreen = Pane & {
  readonly layout: Layout;
  readonly geometry: Geometry;
  /** The current entry; undefined while nothing is shown. */
  readonly current: number | undefined;
};

export type SearchStatus = {
  readonly text: string;
  /** The pattern does not compile as a regex: it is searched as plain text. */
  readonly literal: boolean;
  readonly matches: number;
  /** 1-based place of the current line among the matches; undefined: it is no match. */
  readonly rank: number | undefined;
  /** See `Pattern`. */
  readonly whyStopped: string | undefined;
  /** The whole log is searched: `matches` is exact. */
  readonly complete: boolean;
  /** Part of a large log that was searched, of 100; undefined: all of it, or the log is not large. */
  readonly percent?: number | undefined;
};

export function paneOnScreen(pane: Pane, layout: Layout): PaneOnScreen {
  const geometry = pane.rows.geometry(pane.tab.pane, layout);
  return {...pane, layout, geometry, current: currentOf(pane.tab.pane.position, geometry)};
}

/** The position at which the current entry, or its fold, keeps its row. `before`: the entries shown until now. */
export function anchoredPosition({tab, model, geometry}: PaneOnScreen, before: Entries): Position {
  const {shown, folds} = model;
  const rowFor = (id: number) => shown?.foldOf(id)?.head ?? folds.records.at(id)?.head ?? folds.rowOf(id);
  return anchorCurrentRow(tab.pane.position, {...geometry, entries: before}, geometry, rowFor);
}

/**
 * Returns the range between the record where the selection began and the current one; undefined without a selection.
 */
function selectedRange({model, tab, current}: PaneOnScreen): RecordRange | undefined {
  const {selectedFrom} = tab.pane;
  if (selectedFrom === undefined || current === undefined) return undefined;
  const {index, folds} = model;
  const ends = [index.headOf(selectedFrom), index.headOf(current)];
  const first = Math.min(...ends);
  const lastRow = Math.max(...ends);
  // The last row may be a fold of several records.
  const lastIds = folds.foldedAt(lastRow) > 1 ? [...folds.linesOf(lastRow)] : index.linesOf(lastRow);
  const end = lastIds.at(-1) ?? lastRow;
  const last = index.headOf(end);
  let to = end + 1;
  // Lines of a panic or a configuration may follow the record that is selected last.
  for (const lines of index.long.rangesFrom(to)) if (lines.head >= first && lines.head <= last) to = lines.to;
  return {first, last, to};
}

/** Ids of the selected lines, in order: those shown of whole records. */
export function* idsOfSelection(at: PaneOnScreen): Generator<number> {
  const range = selectedRange(at);
  if (!range) return;
  const {index, shown} = at.model;
  const {first, last, to} = range;
  for (let id = first; id < to; id++) {
    const head = index.headOf(id);
    if (head >= first && head <= last && (shown?.includes(id) ?? true)) yield id;
  }
}

/** Number of selected records, and of their lines; undefined without a selection. */
export function selectionCount(at: PaneOnScreen): {readonly records: number; readonly lines: number} | undefined {
  const range = selectedRange(at);
  const {index, shown} = at.model;
  if (!range) return undefined;
  const {records, lines} = index.table.count(range, (id) => shown?.wordAt(id) ?? -1);
  return {records, lines};
}

/** `12 records`, or `12 records, 40 lines` where they differ; undefined without a selection. */
export function selectionWords(at: PaneOnScreen): string | undefined {
  const selected = selectionCount(at);
  if (!selected) return undefined;
  const {records, lines} = selected;
  const inLines = lines === records ? '' : `, ${counted(lines, 'line', 'lines')}`;
  return `${counted(records, 'record', 'records')}${inLines}`;
}

/** Nothing has come below the screen since the log was paused, if it is. */
export function hasNoneBelow(at: PaneOnScreen | undefined): boolean {
  return !at || newBelow(at.tab.pane.position, at.geometry) === 0;
}

/** The result of a tab's search so far; undefined without a search. */
export function searchStatus({tab, model, current}: PaneOnScreen): SearchStatus | undefined {
  const {searching} = model;
  if (!searching || tab.pane.search === undefined) return undefined;
  const {search, pattern} = searching;
  return {
    text: tab.pane.search,
    literal: pattern.literal,
    whyStopped: pattern.whyStopped,
    matches: search.count,
    rank: current === undefined ? undefined : search.rankOf(current),
    complete: model.isSearched,
    percent: model.searchedPercent,
  };
}
