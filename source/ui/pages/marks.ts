import {count} from '../../lib/format.ts';
import {sanitise} from '../../terminal/sanitise.ts';
import {concat, plain} from '../../terminal/styled-text.ts';
import {compactLine, readLine} from '../../viewport/line-text.ts';
import type {Controller} from '../controller.ts';
import {marksOf} from '../handlers/copy.ts';
import {listPage, type PageRows} from './page-rows.ts';

/** The marked records, a row each, in the order of the log. */
export function marksPage(controller: Controller, cursor: number, width: number): PageRows {
  const at = controller.paneAt;
  if (!at) return [];
  const {symbols, offsetAt} = controller.services;
  const {buffer, name} = at.model.source;
  const marks = marksOf(at);
  return listPage({
    title: plain(` Marks of ${sanitise(name).text} (UTC)`, {bold: true}),
    items: marks.length,
    rowOf(item) {
      const id = marks[item] ?? 0;
      const {asSent, record} = readLine(buffer.lineAt(id) ?? new Uint8Array());
      const text = record ? compactLine(asSent, record, {compactness: 'full', time: 'utc', offsetAt}) : asSent;
      return concat([plain(`${count(id + 1).padStart(9)}  `, {dim: true}), text]);
    },
    cursor: Math.min(cursor, marks.length - 1),
    ...{width, symbols},
  });
}

/** Commands of the list of marks. */
export const marksHandlers = {
  'marks-go'(controller: Controller) {
    const mark = markUnderCursor(controller);
    controller.dispatch({type: 'page', page: undefined});
    if (mark !== undefined) controller.goToEntry(mark);
  },
  'marks-remove'(controller: Controller) {
    const mark = markUnderCursor(controller);
    const at = controller.paneAt;
    if (!at || mark === undefined) return;
    const marks = new Set(at.tab.pane.marks);
    marks.delete(mark);
    controller.changePane({marks});
    if (marks.size === 0) controller.dispatch({type: 'page', page: undefined});
  },
};

/** Of a list that became shorter, the last one may be above the cursor. */
function markUnderCursor(controller: Controller): number | undefined {
  const at = controller.paneAt;
  const {page} = controller.state;
  const marks = at ? marksOf(at) : [];
  return page?.kind === 'marks' ? marks[Math.min(page.cursor, marks.length - 1)] : undefined;
}
