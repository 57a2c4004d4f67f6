import {currentOf, visiblePlaces} from '../viewport/position.ts';
import type {Layout} from './layout.ts';
import type {PaneModel} from './pane-model.ts';
import type {Tab} from './view-state.ts';

/** The painted rows of a log, exactly as many as the pane is high. */
export function logRows({tab, model}: {tab: Tab; model: PaneModel}, layout: Layout): readonly string[] {
  const {position} = tab.pane;
  const renderer = model.renderer(tab.pane, layout.paneWidth);
  const geometry = model.geometry(tab.pane, {width: layout.paneWidth, height: layout.paneHeight});
  // While following there is no mark: the newest line is the current one, and it changes all the time.
  const current = position.kind === 'held' ? currentOf(position, geometry) : undefined;
  const rows = renderer.paintRows(visiblePlaces(position, geometry), current);
  return [...rows, ...Array.from({length: layout.paneHeight - rows.length}, () => '')];
}
