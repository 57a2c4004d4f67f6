import type {Controller} from './controller.ts';
import {marksHeading} from './marks-page.ts';
import {goToEntry, paneAt} from './on-pane.ts';
import {moveCursor} from './page-cursor.ts';
import {marksOf} from './take-handlers.ts';

/** Commands of the list of marks. */
export const marksHandlers = {
  'marks-up': (controller: Controller) => move(controller, -1),
  'marks-down': (controller: Controller) => move(controller, 1),
  'marks-go'(controller: Controller) {
    const mark = markUnderCursor(controller);
    controller.dispatch({type: 'page', page: undefined});
    if (mark !== undefined) goToEntry(controller, mark);
  },
  'marks-remove'(controller: Controller) {
    const mark = markUnderCursor(controller);
    const at = paneAt(controller);
    if (!at || mark === undefined) return;
    const marks = new Set(at.tab.pane.marks);
    marks.delete(mark);
    controller.changePane({marks});
    if (marks.size === 0) controller.dispatch({type: 'page', page: undefined});
    else move(controller, 0);
  },
  'marks-close': (controller: Controller) => controller.dispatch({type: 'page', page: undefined}),
};

function markUnderCursor(controller: Controller): number | undefined {
  const at = paneAt(controller);
  const {page} = controller.state;
  return at && page?.kind === 'marks' ? marksOf(at)[page.cursor] : undefined;
}

function move(controller: Controller, by: number): void {
  const at = paneAt(controller);
  const {page} = controller.state;
  if (!at || page?.kind !== 'marks') return;
  const rows = marksOf(at).length;
  const moved = moveCursor(page, by, {rows, heading: marksHeading, height: controller.pageHeight});
  controller.dispatch({type: 'page', page: {kind: 'marks', ...moved}});
}
