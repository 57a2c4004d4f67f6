import {copy as copyChosen, hasSelection, openSavePrompt} from '../../kit/copy/copy.ts';
import {keysNamed} from '../../kit/keys/commands.ts';
import {showsRecord} from '../../kit/screen/common.ts';
import type {Feature, Screen} from '../../kit/screen/screen.ts';
import {currentOf, hold} from '../../kit/viewport/position.ts';

export const copy: Feature = {
  keys: {
    'log: copy': [
      {
        id: 'select',
        keys: ['v'],
        help: 'select records from here on',
        core: {task: 'copy', words: 'select records'},
        notInList: true,
        run(screen) {
          const at = screen.paneOnScreen;
          if (!at) return;
          if (at.current === undefined) {
            screen.say('there is no record here');
            return;
          }
          if (at.tab.pane.selectedFrom !== undefined) {
            screen.changePane({selectedFrom: undefined});
            return;
          }
          const position = hold(at.tab.pane.position, at.geometry);
          screen.changePane({position, selectedFrom: currentOf(position, at.geometry)});
          screen.say(selectionHint(screen));
        },
      },
      {
        id: 'copy',
        keys: ['y'],
        help: 'copy the record or selection',
        core: {task: 'copy', words: 'copy the record'},
        synonyms: ['clipboard', 'yank'],
        hint: {isSelecting: 'copy'},
        run: (screen, keyName) => copyRecord(screen, keyName, 'text'),
      },
      {
        id: 'copy-view',
        keys: ['Y'],
        help: 'copy all that passes the filters, or the selection',
        synonyms: ['clipboard', 'yank'],
        run: (screen) => void copyChosen(screen, selectionOr(screen, 'view')),
      },
      {
        id: 'save',
        keys: ['S'],
        help: 'save to a file: selection, view, or all',
        core: {task: 'copy', words: 'save to a file'},
        synonyms: ['export', 'write'],
        hint: {isSelecting: 'save'},
        run(screen) {
          screen.pinTab();
          openSavePrompt(screen, selectionOr(screen, 'view'));
        },
      },
      {
        id: 'markdown',
        keys: ['M'],
        help: 'copy the record or selection as Markdown, with its place',
        core: {task: 'copy', words: 'copy with its place'},
        synonyms: ['link', 'permalink', 'share', 'colleague', 'issue'],
        hint: {isSelecting: 'copy with place'},
        run: (screen, keyName) => copyRecord(screen, keyName, 'markdown'),
      },
    ],
  },
};

/** Copies the selection, or the record that is marked. */
function copyRecord(screen: Screen, keyName: string, as: 'text' | 'markdown'): void {
  const what = selectionOr(screen, 'record');
  if (what === 'record' && showsRecord(screen, keyName, 'copy this record')) return;
  void copyChosen(screen, what, {as});
}

/** Chooses what a key takes: the selection while there is one. */
function selectionOr<Other extends 'record' | 'view'>(screen: Screen, other: Other): 'selection' | Other {
  return hasSelection(screen) ? 'selection' : other;
}

function selectionHint({commands}: Screen): string {
  const uses = [
    ['copy', 'copy'],
    ['save', 'save'],
    ['markdown', 'Markdown'],
    ['back', 'end'],
  ] as const;
  return ['move to select', keysNamed(commands, uses)].filter(Boolean).join(' · ');
}
