import type {ErrorRow} from '../attention/error-rows.ts';
import type {Controller} from './controller.ts';
import {cursorIn, errorRowsOf, errorsHeading} from './errors-page.ts';
import {goToEntryOf} from './go-to-log.ts';
import {say} from './on-pane.ts';
import {offsetToShow} from './page-cursor.ts';

/** Commands of the list of errors. */
export const errorsHandlers = {
  errors(controller: Controller) {
    const isOpen = controller.state.page?.kind === 'errors';
    controller.dispatch({type: 'page', page: isOpen ? undefined : {kind: 'errors', offset: 0, cursor: undefined}});
  },
  'errors-up': (controller: Controller) => move(controller, -1),
  'errors-down': (controller: Controller) => move(controller, 1),
  'errors-top': (controller: Controller) => move(controller, Number.NEGATIVE_INFINITY),
  'errors-end': (controller: Controller) => move(controller, Number.POSITIVE_INFINITY),
  'errors-last': (controller: Controller) => goTo(controller, ({lastId}) => lastId),
  'errors-first': (controller: Controller) => goTo(controller, ({firstId}) => firstId),
  'errors-mute'(controller: Controller) {
    const row = rowUnderCursor(controller);
    if (!row) return;
    if (row.kind !== 'shape' && row.kind !== 'watched') {
      say(controller, 'only errors of the log can be muted');
      return;
    }
    const rows = errorRowsOf(controller);
    // The row goes to the end of the list: the cursor stays where it was, for the next one.
    const next = rows[cursorIn(rows, row.key) + 1] ?? rows.at(-2);
    controller.attention.toggleMute(row.shape.key);
    setCursor(controller, next?.key);
  },
  'errors-close': (controller: Controller) => controller.dispatch({type: 'page', page: undefined}),
};

function rowUnderCursor(controller: Controller): ErrorRow | undefined {
  const {page} = controller.state;
  if (page?.kind !== 'errors') return undefined;
  const rows = errorRowsOf(controller);
  return rows[cursorIn(rows, page.cursor)];
}

function goTo(controller: Controller, idOf: (row: ErrorRow) => number | undefined): void {
  const row = rowUnderCursor(controller);
  controller.dispatch({type: 'page', page: undefined});
  if (row) goToEntryOf(controller, row.pipeline, idOf(row));
}

function move(controller: Controller, by: number): void {
  const {page} = controller.state;
  if (page?.kind !== 'errors') return;
  const rows = errorRowsOf(controller);
  const cursor = Math.max(0, Math.min(cursorIn(rows, page.cursor) + by, rows.length - 1));
  setCursor(controller, rows[cursor]?.key);
}

/** The page scrolls as little as it must for the cursor to be on it. */
function setCursor(controller: Controller, key: string | undefined): void {
  const {page} = controller.state;
  if (page?.kind !== 'errors') return;
  const row = cursorIn(errorRowsOf(controller), key);
  const offset = offsetToShow(page.offset, {row, heading: errorsHeading, height: controller.pageHeight});
  controller.dispatch({type: 'page', page: {kind: 'errors', offset, cursor: key}});
}
