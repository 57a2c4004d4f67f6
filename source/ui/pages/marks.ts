import {widthWithTarget} from '../../events/event-words.ts';
import {count} from '../../lib/format.ts';
import {isPanicLine} from '../../records/line-kind.ts';
import {concat, plain} from '../../terminal/styled-text.ts';
import {panicAsError} from '../../viewport/closed-record.ts';
import {compactLine, readLine, withoutCredentials} from '../../viewport/line-text.ts';
import type {Controller} from '../controller.ts';
import {marksOf, sayNoMarks} from '../handlers/marks.ts';
import type {OpenPage} from '../state/page.ts';
import {closePages, openPage, type Page} from './page.ts';
import {listPage, type PageRows} from './page-rows.ts';

/** The marked records, a row each, in the order of the log. */
export const marksPage: Page = {
  ...{kind: 'marks', context: 'marks', where: 'in the list of marks', motions: 'items'},
  keys: {
    ...{context: 'marks', group: 'list of marks', motions: 'items', close: ['q', "'"]},
    own: [
      {id: 'marks-go', keys: ['Enter'], help: 'go to the mark', hint: 'go to'},
      {id: 'marks-remove', keys: ['m'], help: 'remove the mark', hint: 'remove'},
    ],
  },
  open(controller) {
    if (!controller.paneAt) return;
    if (marksOf(controller).length === 0) sayNoMarks(controller);
    else openPage(controller, marksPage, {});
  },
  rows: (controller, {cursor}, {width}) => rowsOf(controller, cursor ?? 0, width),
  run: {
    'marks-go'(controller, page) {
      const mark = markUnderCursor(controller, page);
      closePages(controller);
      if (mark !== undefined) controller.goToEntry(mark);
    },
    'marks-remove'(controller, page) {
      const mark = markUnderCursor(controller, page);
      const at = controller.paneAt;
      if (!at || mark === undefined) return;
      const marks = new Set(at.tab.pane.marks);
      marks.delete(mark);
      controller.changePane({marks});
      if (marks.size === 0) closePages(controller);
    },
  },
};

function rowsOf(controller: Controller, cursor: number, width: number): PageRows {
  const at = controller.paneAt;
  if (!at) return [];
  const {symbols, offsetAt} = controller.services;
  const {index, source} = at.model;
  const {name} = source;
  const marks = marksOf(controller);
  const hasTarget = width >= widthWithTarget;
  return listPage({
    title: plain(` Marks of ${name} (UTC)`, {bold: true}),
    items: marks,
    rowOf(id) {
      const first = index.firstTextOf(id) ?? new Uint8Array();
      // As in its row in the log, where a panic is closed.
      const isPanic = isPanicLine(first, 0, first.length);
      const {asSent, record} = readLine(isPanic ? panicAsError(first, index.timeAt(id), hasTarget) : first);
      const text = record
        ? compactLine(asSent, record, {compactness: hasTarget ? 'full' : 'no-target', time: 'utc', offsetAt})
        : asSent;
      return concat([plain(`${count(id + 1).padStart(9)}  `, {dim: true}), withoutCredentials(text)]);
    },
    ...{cursor, width, symbols},
  });
}

/** The list may have become shorter than the cursor's place. */
function markUnderCursor(controller: Controller, {cursor = 0}: OpenPage): number | undefined {
  const marks = marksOf(controller);
  return marks[Math.min(cursor, marks.length - 1)];
}
