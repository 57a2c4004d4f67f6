import type {Controller} from '../controller.ts';
import {showsRecord} from './common.ts';

export const markHandlers = {
  mark(controller: Controller, keyName: string) {
    const at = controller.paneAt;
    if (!at || at.current === undefined) return;
    if (showsRecord(controller, keyName, 'mark it')) return;
    const head = at.model.index.headOf(at.current);
    const marks = new Set(at.tab.pane.marks);
    const isNew = !marks.delete(head);
    if (isNew) marks.add(head);
    controller.changePane({marks});
    if (isNew) controller.say('marked');
  },
  'next-mark': (controller: Controller) => goToMark(controller, 'next'),
  'previous-mark': (controller: Controller) => goToMark(controller, 'previous'),
};

/** Heads of the marked records that are still kept, in order. */
export function marksOf({pane}: Controller): readonly number[] {
  if (!pane) return [];
  const {firstId} = pane.model.source.buffer;
  return [...pane.tab.pane.marks].filter((id) => id >= firstId).sort((a, b) => a - b);
}

export function sayNoMarks(controller: Controller): void {
  controller.sayHint('no marks', 'mark', 'mark a record');
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
