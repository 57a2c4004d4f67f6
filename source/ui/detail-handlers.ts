import {reveal} from '../viewport/position.ts';
import type {Controller} from './controller.ts';
import {paneAt, say} from './on-pane.ts';
import {pageHandlers} from './page-handlers.ts';
import {copy} from './take-handlers.ts';

/** Commands of the page that shows one record in full. */
export const detailHandlers = {
  'detail-next': (controller: Controller) => turn(controller, 'next'),
  'detail-previous': (controller: Controller) => turn(controller, 'previous'),
  'detail-up': pageHandlers['page-line-up'],
  'detail-down': pageHandlers['page-line-down'],
  'detail-page-up': pageHandlers['page-page-up'],
  'detail-page-down': pageHandlers['page-page-down'],
  'detail-top': pageHandlers['page-top'],
  'detail-end': pageHandlers['page-end'],
  'detail-copy': (controller: Controller) => void copy(controller, 'record'),
  'detail-close': pageHandlers['page-close'],
};

/**
 * To the record shown before or after the current one, in the order of their heads: with the lines of two records mixed,
 * the next line may belong to the one before.
 */
function turn(controller: Controller, direction: 'next' | 'previous'): void {
  const at = paneAt(controller);
  if (!at || at.current === undefined) return;
  const {index} = at.model;
  const {entries} = at.geometry;
  const head = index.headOf(at.current);
  const {firstId} = at.model.source.buffer;
  const step = (from: number) => (direction === 'next' ? entries.atOrAfter(from + 1) : entries.atOrBefore(from - 1));
  // Of a record whose head the log has dropped, any line that is left stands for it.
  const isOther = (id: number) => {
    const its = index.headOf(id);
    return its !== head && (its === id || its < firstId);
  };
  let id = step(Math.max(head, direction === 'next' ? firstId - 1 : head));
  while (id !== undefined && !isOther(id)) id = step(id);
  if (id === undefined) {
    say(controller, direction === 'next' ? 'this is the last record' : 'this is the first record');
    return;
  }
  controller.changePane({position: reveal(at.tab.pane.position, at.geometry, id)});
  controller.dispatch({type: 'page', page: {kind: 'detail', offset: 0}});
}
