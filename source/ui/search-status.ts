import {currentOf, type Geometry} from '../viewport/position.ts';
import type {PaneModel} from './pane-model.ts';
import type {SearchStatus} from './status-text.ts';
import type {Tab} from './view-state.ts';

/** How the search of a tab stands; undefined while nothing is searched for. */
export function searchStatus({tab, model}: {tab: Tab; model: PaneModel}, geometry: Geometry): SearchStatus | undefined {
  const {searching} = model;
  if (!searching || tab.pane.search === undefined) return undefined;
  const {search} = searching.runner;
  const current = currentOf(tab.pane.position, geometry);
  return {
    text: tab.pane.search,
    literal: searching.pattern.literal,
    tooSlow: searching.pattern.tooSlow,
    hits: search.count,
    rank: current === undefined ? undefined : search.rankOf(current),
    complete: searching.runner.caughtUp,
  };
}
