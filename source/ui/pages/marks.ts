import {count} from '../../lib/format.ts';
import {concat, plain} from '../../terminal/styled-text.ts';
import {compactLine, readLine} from '../../viewport/line-text.ts';
import type {Controller} from '../controller.ts';
import {showsRecord} from '../handlers/common.ts';
import {listPage, type PageRows} from './page-rows.ts';

/** The marked records, a row each, in the order of the log. */
export function marksPage(controller: Controller, cursor: number, width: number): PageRows {
  const at = controller.paneAt;
  if (!at) return [];
  const {symbols, offsetAt} = controller.services;
  const {buffer, name} = at.model.source;
  const marks = marksOf(controller);
  return listPage({
    title: plain(` Marks of ${name} (UTC)`, {bold: true}),
    items: marks,
    rowOf(id) {
      const {asSent, record} = readLine(buffer.lineAt(id) ?? new Uint8Array());
      const text = record ? compactLine(asSent, record, {compactness: 'full', time: 'utc', offsetAt}) : asSent;
      return concat([plain(`${numberText(buffer.numberOf(id)).padStart(9)}  `, {dim: true}), text]);
    },
    cursor: Math.min(cursor, marks.length - 1),
    ...{width, symbols},
  });
}

function numberText(number: number | undefined): string {
  return number === undefined ? '' : count(number);
}

export const marksHandlers = {
  mark(controller: Controller, keyName: string) {
    const at = controller.paneAt;
    if (!at || at.current === undefined) return;
    if (showsRecord(controller, keyName, 'marks it')) return;
    const head = at.model.index.headOf(at.current);
    const marks = new Set(at.tab.pane.marks);
    if (!marks.delete(head)) marks.add(head);
    controller.changePane({marks});
  },
  'next-mark': (controller: Controller) => goToMark(controller, 'next'),
  'previous-mark': (controller: Controller) => goToMark(controller, 'previous'),
  'list-marks'(controller: Controller) {
    if (!controller.paneAt) return;
    if (marksOf(controller).length === 0) sayNoMarks(controller);
    else controller.dispatch({type: 'page', page: {kind: 'marks', offset: 0, cursor: 0}});
  },
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

/** Heads of the marked records that are still kept, in order. */
function marksOf({pane}: Controller): readonly number[] {
  if (!pane) return [];
  const {firstId} = pane.model.source.buffer;
  return [...pane.tab.pane.marks].filter((id) => id >= firstId).sort((a, b) => a - b);
}

function sayNoMarks(controller: Controller): void {
  controller.sayHint('no marks', 'mark', 'marks a record');
}

function goToMark(controller: Controller, direction: 'next' | 'previous'): void {
  const at = controller.paneAt;
  if (!at) return;
  const marks = marksOf(controller);
  const {entries} = at.geometry;
  const current = at.model.index.headOf(at.current ?? 0);
  // A hidden mark has the place of the row that `goToEntry` shows for it.
  const place = (id: number) =>
    (at.model.shown?.includes(id) ?? true) ? id : (entries.atOrAfter(id) ?? entries.atOrBefore(id) ?? id);
  const near =
    direction === 'next' ? marks.find((id) => place(id) > current) : marks.findLast((id) => place(id) < current);
  const mark = near ?? (direction === 'next' ? marks[0] : marks.at(-1));
  if (mark === undefined) sayNoMarks(controller);
  else controller.goToEntry(mark);
}

/** The list may have become shorter than the cursor's place. */
function markUnderCursor(controller: Controller): number | undefined {
  const {page} = controller.state;
  const marks = marksOf(controller);
  return page?.kind === 'marks' ? marks[Math.min(page.cursor, marks.length - 1)] : undefined;
}
