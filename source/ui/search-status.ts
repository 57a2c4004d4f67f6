import type {PaneAt} from './on-pane.ts';
import type {SearchStatus} from './status-text.ts';

/** How the search of a tab stands; undefined while nothing is searched for. */
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
