import type {Feature} from '../../kit/screen/screen.ts';
import {namesToMerge} from '../../kit/state/view-state.ts';

export const merge: Feature = {
  keys: {
    everywhere: [
      {
        id: 'merge',
        keys: ['+'],
        help: 'merge marked pipelines, or all tabs, by time',
        synonyms: ['combine', 'interleave'],
        hint: {isMergeable: 'merge'},
        notOnPages: true,
        run(screen) {
          const names = namesToMerge(screen.state);
          const {noun, listed} = screen.services.catalog;
          const what = `a merged tab needs two ${noun}s`;
          if (names.length >= 2) screen.tabSwitcher.merge(names);
          else if (listed?.length === 1) screen.say(`${what}, and there is no other`);
          else screen.sayHint(what, 'mark-pipeline', 'mark the one under the cursor');
        },
      },
    ],
  },
};
