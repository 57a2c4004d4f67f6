import {visiblePlaces} from '../viewport/position.ts';
import type {PaneModel} from './pane-model.ts';
import type {PaneView} from './view-state.ts';

/** Width in cells of the longest line on the screen, margin excluded. */
export function longestShown(model: PaneModel, view: PaneView, size: {width: number; height: number}): number {
  const renderer = model.renderer(view, size.width);
  const places = visiblePlaces(view.position, model.geometry(view, size));
  return Math.max(0, ...places.map((place) => renderer.lineWidth(place.id)));
}
