import {count} from '../../lib/format.ts';
import {clip, padTo} from '../../terminal/fit.ts';
import {concat, plain, type StyledText} from '../../terminal/styled-text.ts';
import {compactLine, readLine} from '../../viewport/line-text.ts';
import type {Controller} from '../controller.ts';
import {marksOf} from '../handlers/copy.ts';
import {moveCursor} from '../layout.ts';
/** Commands of the list of marks. */
export const marksHandlers = {
  'marks-up': (controller: Controller) => move(controller, -1),
  'marks-down': (controller: Controller) => move(controller, 1),
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
    else move(controller, 0);
  },
  'marks-close': (controller: Controller) => controller.dispatch({type: 'page', page: undefined}),
};

function markUnderCursor(controller: Controller): number | undefined {
  const at = controller.paneAt;
  const {page} = controller.state;
  return at && page?.kind === 'marks' ? marksOf(at)[page.cursor] : undefined;
}

function move(controller: Controller, by: number): void {
  const at = controller.paneAt;
  const {page} = controller.state;
  if (!at || page?.kind !== 'marks') return;
  const rows = marksOf(at).length;
  const moved = moveCursor(page, by, {rows, heading: marksHeading, height: controller.pageHeight});
  controller.dispatch({type: 'page', page: {kind: 'marks', ...moved}});
}

/** Rows above the first mark. */
const marksHeading = 2;

/** The marked records, a row each, in the order of the log. */
export function marksPage(controller: Controller, cursor: number, width: number): readonly StyledText[] {
  const at = controller.paneAt;
  if (!at) return [];
  const {symbols, offsetAt} = controller.services;
  const {buffer} = at.model.source;
  const form = {compactness: 'full', time: 'utc', offsetAt} as const;
  const rows = marksOf(at).map((id, row) => {
    const line = buffer.lineAt(id);
    const {asSent, record} = readLine(line ?? new Uint8Array());
    const text = record ? compactLine(asSent, record, form) : asSent;
    const number = count(id + 1).padStart(9);
    const isCursor = row === cursor;
    const margin = plain(` ${isCursor ? symbols.currentLine : ' '} `, {bold: true});
    return clip(concat([margin, plain(`${number}  `, {dim: true}), text]), 0, width);
  });
  return [padTo(plain(` Marks of ${at.model.source.name}`, {bold: true}), width), plain(''), ...rows];
}
