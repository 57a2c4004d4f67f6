import {showsRecord} from '../../kit/screen/common.ts';
import type {Screen} from '../../kit/screen/screen.ts';

export const markHandlers = {
  mark(screen: Screen, keyName: string) {
    const at = screen.paneAt;
    if (!at || at.current === undefined) return;
    if (showsRecord(screen, keyName, 'mark it')) return;
    const head = at.model.index.headOf(at.current);
    const marks = new Set(at.tab.pane.marks);
    const isNew = !marks.delete(head);
    if (isNew) marks.add(head);
    screen.changePane({marks});
    if (isNew) screen.say('marked');
  },
  'next-mark': (screen: Screen) => goToMark(screen, 'next'),
  'previous-mark': (screen: Screen) => goToMark(screen, 'previous'),
};

/** Heads of the marked records that are still kept, in order. */
export function marksOf({pane}: Screen): readonly number[] {
  if (!pane) return [];
  const {firstId} = pane.model.source.buffer;
  return [...pane.tab.pane.marks].filter((id) => id >= firstId).sort((a, b) => a - b);
}

export function sayNoMarks(screen: Screen): void {
  screen.sayHint('no marks', 'mark', 'mark a record');
}

function goToMark(screen: Screen, direction: 'next' | 'previous'): void {
  const at = screen.paneAt;
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
