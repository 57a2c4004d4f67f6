import type {Geometry} from '../viewport/position.ts';
import {type Position, reveal} from '../viewport/position.ts';
import type {PaneModel} from './pane-model.ts';
import type {PaneView} from './view-state.ts';

/** Marks a hit's line and brings the hit itself into view: pans only when it is outside, and back when it need not. */
export function revealHit(
  hit: number,
  from: Position,
  {model, view, geometry, width}: {model: PaneModel; view: PaneView; geometry: Geometry; width: number},
): Pick<PaneView, 'position' | 'pan'> {
  const position = reveal(from, geometry, hit);
  const cells = view.wrap ? undefined : model.renderer(view, width).hitCells(hit);
  // The margin and the marks of a cut line take a cell each.
  const room = width - 3;
  if (!cells || (cells.start > view.pan && cells.end <= view.pan + room)) return {position, pan: view.pan};
  if (cells.end <= room) return {position, pan: 0};
  // As little as needed, with a quarter of the room after the hit: what stands before it tells what it is.
  return {position, pan: Math.min(cells.start, cells.end - room + Math.floor(room / 4))};
}
