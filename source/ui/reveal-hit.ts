import {reveal} from '../viewport/position.ts';
import type {PaneAt} from './on-pane.ts';
import type {PaneView} from './pane-view.ts';

/** Marks a hit's line and brings the hit itself into view. */
export function revealHit(hit: number, {tab, geometry}: PaneAt): Pick<PaneView, 'position' | 'revealed'> {
  return {position: reveal(tab.pane.position, geometry, hit), revealed: hit};
}
