import {awayHeading} from './away-page.ts';
import type {Controller} from './controller.ts';
import {goToEntryOf} from './go-to-log.ts';
import {moveCursor} from './page-cursor.ts';
import {cancelPrompt} from './prompt-actions.ts';

/** Commands of the page that shows what happened while the user was away. */
export const awayHandlers = {
  'away-up': (controller: Controller) => move(controller, -1),
  'away-down': (controller: Controller) => move(controller, 1),
  'away-go'(controller: Controller) {
    const {page} = controller.state;
    if (page?.kind !== 'away') return;
    const row = page.summary.rows[page.cursor];
    controller.dispatch({type: 'page', page: undefined});
    // Who goes elsewhere has left what was being typed.
    cancelPrompt(controller);
    if (row) goToEntryOf(controller, row.pipeline, row.id);
  },
  /** Everything is as it was: the page and the prompt that were open are open again. */
  'away-close'(controller: Controller) {
    const {page} = controller.state;
    if (page?.kind === 'away') controller.dispatch({type: 'page', page: page.under});
  },
};

/**
 * Notes a key. Answers true if it came after so long that it only brought the user back: what happened meanwhile is
 * shown, and the key means nothing else.
 */
export function onlyBringsBack(controller: Controller): boolean {
  const summary = controller.attention.noteKey();
  if (!summary) return false;
  const {page} = controller.state;
  const under = page?.kind === 'away' ? page.under : page;
  controller.dispatch({type: 'page', page: {kind: 'away', offset: 0, cursor: 0, summary, under}});
  return true;
}

function move(controller: Controller, by: number): void {
  const {page} = controller.state;
  if (page?.kind !== 'away') return;
  const rows = page.summary.rows.length;
  const moved = moveCursor(page, by, {rows, heading: awayHeading, height: controller.pageHeight});
  controller.dispatch({type: 'page', page: {...page, ...moved}});
}
