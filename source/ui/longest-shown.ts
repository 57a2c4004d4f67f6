import {visiblePlaces} from '../viewport/position.ts';
import type {PaneAt} from './on-pane.ts';

/** Width in cells of the longest line on the screen, margin excluded. */
export function longestShown({rows, tab, layout, geometry}: PaneAt): number {
  const renderer = rows.renderer(tab.pane, layout);
  return Math.max(0, ...visiblePlaces(tab.pane.position, geometry).map((place) => renderer.lineWidth(place.id)));
}
