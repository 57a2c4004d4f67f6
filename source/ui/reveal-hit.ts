import {reveal} from '../viewport/position.ts';
import type {PaneAt} from './on-pane.ts';
import type {PaneView} from './pane-view.ts';

/** Marks a hit's line and brings the hit itself into view: pans only when it is outside, and back when it need not. */
export function revealHit(hit: number, at: PaneAt): Pick<PaneView, 'position' | 'pan'> {
  const view = at.tab.pane;
  const position = reveal(view.position, at.geometry, hit);
  const cells = view.wrap ? undefined : at.rows.renderer(view, at.layout).hitCells(hit);
  // The marks of a cut line take a cell each.
  const room = at.rows.textWidth(view, at.layout) - 2;
  if (!cells || (cells.start > view.pan && cells.end <= view.pan + room)) return {position, pan: view.pan};
  if (cells.end <= room) return {position, pan: 0};
  // As little as needed, with a quarter of the room after the hit: what stands before it tells what it is.
  return {position, pan: Math.min(cells.start, cells.end - room + Math.floor(room / 4))};
}
