import {currentOf, follow, type Geometry, hold, moveBy, type Position, scrollBy, toTop} from '../viewport/position.ts';
import type {Controller} from './controller.ts';
import {longestShown} from './longest-shown.ts';
import {revealHit} from './reveal-hit.ts';

/** Commands of the log pane: they change the view only, the stream never learns of them. */
export const logHandlers = {
  up: (controller: Controller) => move(controller, (position, geometry) => moveBy(position, geometry, -1)),
  down: (controller: Controller) => move(controller, (position, geometry) => moveBy(position, geometry, 1)),
  'page-up': (controller: Controller) =>
    move(controller, (position, geometry) => scrollBy(position, geometry, -pageOf(geometry))),
  'page-down': (controller: Controller) =>
    move(controller, (position, geometry) => scrollBy(position, geometry, pageOf(geometry))),
  'half-up': (controller: Controller) =>
    move(controller, (position, geometry) => scrollBy(position, geometry, -halfOf(geometry))),
  'half-down': (controller: Controller) =>
    move(controller, (position, geometry) => scrollBy(position, geometry, halfOf(geometry))),
  top: (controller: Controller) => move(controller, toTop),
  bottom: (controller: Controller) => move(controller, () => follow),
  follow: (controller: Controller) => move(controller, () => follow),
  pause: (controller: Controller) =>
    move(controller, (position, geometry) => (position.kind === 'follow' ? hold(position, geometry) : follow)),
  'pan-left': (controller: Controller) => pan(controller, (at, half) => at - half),
  'pan-right': (controller: Controller) => pan(controller, (at, half) => at + half),
  'pan-start': (controller: Controller) => pan(controller, () => 0),
  'pan-end'(controller: Controller) {
    const {pane, layout} = controller;
    if (!pane || !layout) return;
    const longest = longestShown(pane.model, pane.tab.pane, {width: layout.paneWidth, height: layout.paneHeight});
    pan(controller, () => longest - (layout.paneWidth - 1));
  },
  'draw-line'(controller: Controller) {
    controller.pane?.model.stream.drawLine();
  },
  search(controller: Controller) {
    const tab = controller.pane?.tab;
    if (!tab) return;
    controller.dispatch({type: 'keep', name: tab.name});
    controller.dispatch({type: 'prompt', prompt: {kind: 'search', text: '', before: tab.pane}});
  },
  'next-hit': (controller: Controller) => goToHit(controller, 'next'),
  'previous-hit': (controller: Controller) => goToHit(controller, 'previous'),
  wrap(controller: Controller) {
    const pane = controller.pane?.tab.pane;
    if (pane) controller.changePane({wrap: !pane.wrap});
  },
  'as-sent'(controller: Controller) {
    const pane = controller.pane?.tab.pane;
    if (pane) controller.changePane({asSent: !pane.asSent});
  },
};

/** Runs a move on the shown log. */
export function move(controller: Controller, change: (position: Position, geometry: Geometry) => Position): void {
  const {pane, layout} = controller;
  if (!pane || !layout) return;
  const geometry = pane.model.geometry(pane.tab.pane, {width: layout.paneWidth, height: layout.paneHeight});
  controller.changePane({position: change(pane.tab.pane.position, geometry)});
}

function pan(controller: Controller, change: (at: number, half: number) => number): void {
  const {pane, layout} = controller;
  if (!pane || !layout) return;
  if (pane.tab.pane.wrap) {
    controller.dispatch({type: 'notice', text: 'lines are wrapped: nothing to pan; w unwraps them'});
    return;
  }
  const width = layout.paneWidth;
  const longest = longestShown(pane.model, pane.tab.pane, {width, height: layout.paneHeight});
  const most = Math.max(0, longest - Math.floor(width / 2));
  const next = Math.max(
    0,
    Math.min(change(pane.tab.pane.pan, Math.floor(width / 2)), Math.max(most, pane.tab.pane.pan)),
  );
  controller.changePane({pan: next});
}

function goToHit(controller: Controller, direction: 'next' | 'previous'): void {
  const {pane, layout} = controller;
  if (!pane || !layout) return;
  const searching = pane.model.searching;
  if (!searching) {
    controller.dispatch({type: 'notice', text: 'nothing is searched for: / searches'});
    return;
  }
  const {search} = searching.runner;
  const geometry = pane.model.geometry(pane.tab.pane, {width: layout.paneWidth, height: layout.paneHeight});
  const current = currentOf(pane.tab.pane.position, geometry) ?? 0;
  const near = direction === 'next' ? search.nextAfter(current) : search.previousBefore(current);
  const wrapped = direction === 'next' ? search.nextAfter(-1) : search.previousBefore(geometry.endId);
  const hit = near ?? wrapped;
  if (hit === undefined) {
    controller.dispatch({type: 'notice', text: `no line matches ${searching.pattern.source}`});
    return;
  }
  const {model, tab} = pane;
  const where = {model, view: tab.pane, geometry, width: layout.paneWidth};
  controller.changePane(revealHit(hit, tab.pane.position, where));
  if (near === undefined) {
    const text = direction === 'next' ? 'past the last hit: on from the first' : 'past the first hit: on from the last';
    controller.dispatch({type: 'notice', text});
  }
}

const pageOf = (geometry: Geometry) => Math.max(1, geometry.height - 1);
const halfOf = (geometry: Geometry) => Math.max(1, Math.floor(geometry.height / 2));
