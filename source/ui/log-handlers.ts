import type {Geometry} from '../viewport/geometry.ts';
import {follow, hold, moveBy, scrollBy, toTop} from '../viewport/position.ts';
import type {Controller} from './controller.ts';
import {withHint} from './key-hint.ts';
import {longestShown} from './longest-shown.ts';
import {move, paneAt, say} from './on-pane.ts';

/** Commands that move over the log: they change the view only, the stream never learns of them. */
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
  'go-to-time': (controller: Controller) => ask(controller, 'time'),
  'go-to-line': (controller: Controller) => ask(controller, 'place'),
  'pan-left': (controller: Controller) => pan(controller, (at, half) => at - half),
  'pan-right': (controller: Controller) => pan(controller, (at, half) => at + half),
  'pan-start': (controller: Controller) => pan(controller, () => 0),
  'pan-end'(controller: Controller) {
    const at = paneAt(controller);
    if (!at) return;
    const longest = longestShown(at);
    pan(controller, () => longest - at.rows.textWidth(at.tab.pane, at.layout));
  },
  'draw-line'(controller: Controller) {
    controller.keepTab();
    controller.pane?.model.source.drawLine();
  },
};

function ask(controller: Controller, kind: 'time' | 'place'): void {
  if (!controller.pane) return;
  controller.dispatch({type: 'prompt', prompt: {kind, text: ''}});
}

function pan(controller: Controller, change: (at: number, half: number) => number): void {
  const at = paneAt(controller);
  if (!at) return;
  if (at.tab.pane.wrap) {
    say(controller, withHint('lines are wrapped and cannot be panned', controller.commands, 'wrap', 'unwraps them'));
    return;
  }
  const half = Math.floor(at.layout.paneWidth / 2);
  const most = Math.max(0, longestShown(at) - half);
  const before = at.tab.pane.pan;
  const pan = Math.max(0, Math.min(change(before, half), Math.max(most, before)));
  controller.changePane({pan, revealed: undefined});
}

const pageOf = (geometry: Geometry) => Math.max(1, geometry.height - 1);
const halfOf = (geometry: Geometry) => Math.max(1, Math.floor(geometry.height / 2));
