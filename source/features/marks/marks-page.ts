import {isPanicLine} from '../../engine/records/line-kind.ts';
import {widthWithTarget} from '../../kit/journal/event-words.ts';
import {closePages, openPage} from '../../kit/pages/page.ts';
import {listPage, type PageRows} from '../../kit/pages/page-rows.ts';
import type {Page, Screen} from '../../kit/screen/screen.ts';
import type {PageState} from '../../kit/state/page-state.ts';
import {concat, plain} from '../../kit/terminal/styled-text.ts';
import {panicAsError} from '../../kit/viewport/closed-record.ts';
import {compactLine, readLine, withoutCredentials} from '../../kit/viewport/line-text.ts';
import {count} from '../../lib/format.ts';

/** The marked records, a row each, in the order of the log. */
export const marksPage: Page = {
  kind: 'marks',
  context: 'marks',
  where: 'in the list of marks',
  motions: 'items',
  keys: {
    context: 'marks',
    group: 'list of marks',
    motions: 'items',
    close: ['q', "'"],
    own: [
      {id: 'marks-go', keys: ['Enter'], help: 'go to the mark', hint: 'go to'},
      {id: 'marks-remove', keys: ['m'], help: 'remove the mark', hint: 'remove'},
    ],
  },
  open(screen) {
    if (!screen.paneOnScreen) return;
    if (marksOf(screen).length === 0) sayNoMarks(screen);
    else openPage(screen, marksPage, {});
  },
  rows: (screen, {cursor}, {width}) => rowsOf(screen, cursor ?? 0, width),
  run: {
    'marks-go'(screen, page) {
      const mark = markUnderCursor(screen, page);
      closePages(screen);
      if (mark !== undefined) screen.goToEntry(mark);
    },
    'marks-remove'(screen, page) {
      const mark = markUnderCursor(screen, page);
      const at = screen.paneOnScreen;
      if (!at || mark === undefined) return;
      const marks = new Set(at.tab.pane.marks);
      marks.delete(mark);
      screen.changePane({marks});
      if (marks.size === 0) closePages(screen);
    },
  },
};

function rowsOf(screen: Screen, cursor: number, width: number): PageRows {
  const at = screen.paneOnScreen;
  if (!at) return [];
  const {symbols, offsetAt} = screen.services;
  const {index, source} = at.model;
  const {name} = source;
  const marks = marksOf(screen);
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
    cursor,
    width,
    symbols,
  });
}

/** The list may have become shorter than the cursor's place. */
function markUnderCursor(screen: Screen, {cursor = 0}: PageState): number | undefined {
  const marks = marksOf(screen);
  return marks[Math.min(cursor, marks.length - 1)];
}

/** Heads of the marked records that are still kept, in order. */
export function marksOf({pane}: Screen): readonly number[] {
  if (!pane) return [];
  const {firstId} = pane.model.source.buffer;
  return [...pane.tab.pane.marks].filter((id) => id >= firstId).sort((a, b) => a - b);
}

export function sayNoMarks(screen: Screen): void {
  screen.sayHint('no marks', 'mark', 'mark a record');
}
