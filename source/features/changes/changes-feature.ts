import {keptBy} from '../../kit/pages/page.ts';
import {tabOf} from '../../kit/screen/common.ts';
import type {Feature, PipelinePart, Screen} from '../../kit/screen/screen.ts';
import {ChangesReader} from './changes-reader.ts';
import {
  changesAsText,
  changesSection,
  goToChange,
  hasOneRun,
  hidesValues,
  oneRun,
  readChanges,
} from './changes-section.ts';

export const changesPart: PipelinePart<ChangesReader> = {
  name: 'changes',
  above: 'connection',
  start: ({services}) => new ChangesReader(services.clock),
  section: (screen, {name: pipeline}, {kept, width}) =>
    changesSection(screen, {state: kept.state.get(), pipeline, width, isRevealed: kept.isRevealed.get()}),
  read: readChanges,
  canOpen(screen, pipeline) {
    if (screen.tab?.merges && (pipeline === undefined || !tabOf(screen, pipeline))) {
      screen.sayHint('a merged log has no runs', 'changes', 'compare those of one pipeline');
      return false;
    }
    if (pipeline === undefined || !hasOneRun(screen, pipeline)) return true;
    screen.say(oneRun);
    return false;
  },
  goTo: (screen, kept, key) => goToChange(screen, kept.state.get(), Number(key)),
  text: (screen, kept) => changesAsText(screen, kept.state.get()),
  conditions: ({hasEarlier, isRevealed, state}) => ({
    hasEarlierRun: hasEarlier,
    isRevealed: isRevealed.get(),
    hidesValues: hidesValues(state.get()),
  }),
  redrawnBy: ({state, isRevealed}) => [state, isRevealed],
};

export const changes: Feature = {
  keys: {
    everywhere: [
      {
        id: 'changes',
        opens: 'pipeline',
        section: 'changes',
        keys: ['D'],
        help: 'changes between the run on the screen and the one before it',
        core: {task: 'errors', words: 'changes since the last run'},
        synonyms: ['diff', 'compare'],
      },
    ],
  },
  parts: [changesPart],
  pageKeys: {
    pipeline: [
      {
        id: 'changes-earlier',
        keys: ['Left', 'h'],
        help: 'compare with an earlier run',
        hint: {hasEarlierRun: 'earlier run'},
        run: (screen) => stepRun(screen, -1),
      },
      {
        id: 'changes-later',
        keys: ['Right', 'l'],
        help: 'compare with a later run',
        run: (screen) => stepRun(screen, 1),
      },
      {
        id: 'changes-values',
        keys: ['x'],
        help: 'show the hidden values of the changes, only on the screen; again: hide them',
        hint: {isRevealed: 'hide values', hidesValues: 'show values'},
        run(screen) {
          const kept = keptBy(screen.state.page, changesPart);
          if (!kept) return;
          if (hidesValues(kept.state.get())) kept.isRevealed.set(!kept.isRevealed.get());
          else screen.say('no value is hidden here');
        },
      },
    ],
  },
};

function stepRun(screen: Screen, by: -1 | 1): void {
  const {page} = screen.state;
  const kept = keptBy(page, changesPart);
  if (!page || !kept) return;
  const isCompared = kept.state.get()?.kind === 'compared';
  const isThere = kept.step(by);
  if (!isCompared) screen.say('no runs are compared here');
  else if (!isThere) screen.say(by < 0 ? 'there is no earlier run' : 'there is no other run between them');
  else screen.dispatch({type: 'page', page: {...page, chosen: {section: 'changes', key: '0'}}});
}
