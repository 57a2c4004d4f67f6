import {errorText} from '../lib/error-text.ts';
import type {Geometry} from '../viewport/geometry.ts';
import {currentOf, type Position, reveal} from '../viewport/position.ts';
import type {Controller, Pane} from './controller.ts';
import type {Layout} from './layout.ts';

/** The shown tab and where its keys act. */
export type PaneAt = Pane & {
  readonly layout: Layout;
  readonly geometry: Geometry;
  /** The current entry; undefined while nothing is shown. */
  readonly current: number | undefined;
};

/** What the keys of the log act on; undefined while there is no log to act on. */
export function paneAt(controller: Controller): PaneAt | undefined {
  const {pane, layout} = controller;
  if (!pane || !layout) return undefined;
  const geometry = pane.rows.geometry(pane.tab.pane, layout);
  return {...pane, layout, geometry, current: currentOf(pane.tab.pane.position, geometry)};
}

/** Runs a move on the shown log. */
export function move(controller: Controller, change: (position: Position, geometry: Geometry) => Position): void {
  const at = paneAt(controller);
  if (at) controller.changePane({position: change(at.tab.pane.position, at.geometry)});
}

/** Says one line, until the next key. */
export function say(controller: Controller, text: string): void {
  controller.dispatch({type: 'notice', text});
}

/** Says why something that took a while failed; nothing once the screen ends, which is what ended it then. */
export function sayFailure(controller: Controller, error: unknown): void {
  if (!controller.closing.aborted) say(controller, errorText(error));
}

/**
 * Goes to an entry: marks it and brings it into view. One inside a folded row has its fold opened first. One that the
 * filters hide is not shown: the next one that is, or the last, and that is said.
 */
export function goToEntry(controller: Controller, id: number): void {
  const at = paneAt(controller);
  if (!at) return;
  const {entries} = at.geometry;
  const isHeld = id >= at.model.source.buffer.firstId;
  if (entries.atOrAfter(id) !== id && at.model.shown?.includes(id)) at.model.setOpen(id, true);
  const target = entries.atOrAfter(id) ?? entries.atOrBefore(id);
  if (target === undefined) {
    say(controller, at.model.shown ? 'everything is hidden by filters' : 'the log is empty');
    return;
  }
  if (target !== id) {
    const why = isHeld ? 'is hidden by a filter' : 'is no longer held';
    say(controller, `that line ${why}: the ${target > id ? 'next' : 'last'} one shown`);
  }
  controller.changePane({position: reveal(at.tab.pane.position, at.geometry, target)});
}
