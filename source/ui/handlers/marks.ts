import type {Controller} from '../controller.ts';
import {showsRecord} from './common.ts';
import type {PromptKind} from './prompt-kind.ts';

export const markHandlers = {
  mark(controller: Controller, keyName: string) {
    const at = controller.paneAt;
    if (!at || at.current === undefined) return;
    if (showsRecord(controller, keyName, 'mark it')) return;
    const head = at.model.index.headOf(at.current);
    const marks = new Map(at.tab.pane.marks);
    const isNew = !marks.delete(head);
    if (isNew) marks.set(head, '');
    controller.changePane({marks});
    if (isNew) controller.sayHint('marked', 'note', 'write a note on it');
  },
  note(controller: Controller, keyName: string) {
    const at = controller.paneAt;
    if (!at || at.current === undefined) return;
    if (showsRecord(controller, keyName, 'write a note on it')) return;
    askForNote(controller, at.model.index.headOf(at.current));
  },
  'next-mark': (controller: Controller) => goToMark(controller, 'next'),
  'previous-mark': (controller: Controller) => goToMark(controller, 'previous'),
};

/** Characters. A note is a sentence: it has to fit into a row, and into the session. */
const longestNote = 200;

/** Asks for the note on a record, which gets a mark with it. `on`: the page that is open. */
export function askForNote(controller: Controller, head: number, on?: string): void {
  const text = controller.tab?.pane.marks.get(head) ?? '';
  controller.dispatch({type: 'prompt', prompt: {kind: 'note', text, head, on}});
}

/** `"`: a note on the mark of a record. An empty one leaves the mark. */
export const notePrompt: PromptKind<'note'> = {
  label: () => 'note: ',
  example: () => 'a few words about this record',
  keys: () => [['submit', 'save']],
  submit(controller, {text, head}) {
    const marks = controller.tab?.pane.marks;
    if (!marks) return undefined;
    const note = text.trim();
    if ([...note].length > longestNote) return `at most ${longestNote} characters`;
    controller.changePane({marks: new Map(marks).set(head, note)});
    return undefined;
  },
};

/** Heads of the marked records that are still kept, in order. */
export function marksOf({pane}: Controller): readonly number[] {
  if (!pane) return [];
  const {firstId} = pane.model.source.buffer;
  return [...pane.tab.pane.marks.keys()].filter((id) => id >= firstId).sort((a, b) => a - b);
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
