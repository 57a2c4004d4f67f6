import {isPanicLine} from '../../engine/records/line-kind.ts';
import {widthWithTarget} from '../../kit/journal/event-words.ts';
import {closePages, openPage} from '../../kit/pages/page.ts';
import {listPage, type PageRows} from '../../kit/pages/page-rows.ts';
import {showsRecord} from '../../kit/screen/common.ts';
import type {Feature, Page, Screen} from '../../kit/screen/screen.ts';
import type {PageState} from '../../kit/state/page-state.ts';
import {concat, plain} from '../../kit/terminal/styled-text.ts';
import {compactLine, panicAsError, readLine, withoutCredentials} from '../../kit/viewport/line-text.ts';
import {count} from '../../lib/format.ts';

/** The marked records, a row each, in the order of the log. */
const marksPage: Page = {
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
function marksOf({pane}: Screen): readonly number[] {
  if (!pane) return [];
  const {firstId} = pane.model.source.buffer;
  return [...pane.tab.pane.marks].filter((id) => id >= firstId).sort((a, b) => a - b);
}

function sayNoMarks(screen: Screen): void {
  screen.sayHint('no marks', 'mark', 'mark a record');
}

export const marks: Feature = {
  keys: {
    'log: copy': [
      {
        id: 'mark',
        keys: ['m'],
        help: 'mark the record, or remove its mark',
        run(screen, keyName) {
          const at = screen.paneOnScreen;
          if (!at || at.current === undefined) return;
          if (showsRecord(screen, keyName, 'mark this record')) return;
          const head = at.model.index.headOf(at.current);
          const marks = new Set(at.tab.pane.marks);
          const isNew = !marks.delete(head);
          if (isNew) marks.add(head);
          screen.changePane({marks});
          if (isNew) screen.say('marked');
        },
      },
      {
        id: 'next-mark',
        keys: ['u'],
        help: 'next mark',
        run: (screen) => goToMark(screen, 'next'),
      },
      {id: 'previous-mark', keys: ['U'], help: 'previous mark', run: (screen) => goToMark(screen, 'previous')},
      {id: 'marks', opens: 'marks', keys: ["'"], help: 'list of the marks'},
    ],
  },
  pages: [marksPage],
};

function goToMark(screen: Screen, direction: 'next' | 'previous'): void {
  const at = screen.paneOnScreen;
  if (!at) return;
  const marks = marksOf(screen);
  const {entries} = at.geometry;
  const current = at.model.index.headOf(at.current ?? 0);
  // A hidden mark has the place of the row that `goToEntry` shows for it.
  const place = (id: number) =>
    (at.model.shown?.includes(id) ?? true) ? id : (entries.atOrAfter(id) ?? entries.atOrBefore(id) ?? id);
  const near =
    direction === 'next' ? marks.find((id) => place(id) > current) : marks.findLast((id) => place(id) < current);
  const mark = near ?? (direction === 'next' ? marks[0] : marks.at(-1));
  if (mark === undefined) sayNoMarks(screen);
  else screen.goToEntry(mark);
}
