import {toggleFold} from '../../kit/screen/common.ts';
import type {Feature, Screen} from '../../kit/screen/screen.ts';

export const folds: Feature = {
  keys: {
    'log: find': [
      {
        id: 'fold',
        keys: ['f'],
        help: 'fold consecutive similar records into one row',
        synonyms: ['collapse', 'repeated', 'less'],
        run(screen) {
          const {tab} = screen;
          if (!tab) return;
          const fold = !tab.pane.fold;
          screen.changePane({fold});
          if (!fold) screen.say('only records of one text are folded');
          else sayFolded(screen);
        },
      },
      {
        id: 'open-fold',
        keys: ['o'],
        help: 'open or close the folded row',
        run: (screen) => {
          if (toggleFold(screen)) return;
          screen.sayHint('no folded row here', 'fold', 'fold similar records');
        },
      },
    ],
  },
};

/** Once that is worked out, says whether records are folded. */
function sayFolded(screen: Screen): void {
  const model = screen.pane?.model;
  const words = 'folding similar records';
  screen.say(words);
  model?.waitUntil(() => {
    if (screen.pane?.model !== model || screen.state.notice !== words) return () => {};
    if (model.isFiltering || !model.shown) return undefined;
    const {hasFolded} = model.shown;
    if (!hasFolded) return () => screen.say('no records here are similar: each has its own row');
    return () => screen.sayHint('similar records are folded', 'open-fold', 'open one');
  });
}
