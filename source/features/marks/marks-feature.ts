import {showsRecord} from '../../kit/screen/common.ts';
import type {Feature, Screen} from '../../kit/screen/screen.ts';
import {marksOf, marksPage, sayNoMarks} from './marks-page.ts';

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
