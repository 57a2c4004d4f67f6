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
          if (names.length >= 2) screen.tabSwitcher.merge(names);
          else {
            const {services} = screen;
            const what = `${services.catalog.noun}s`;
            if (screen.services.catalog.listed?.length === 1) {
              screen.say(`a merged tab needs two ${what}, and there is no other`);
              return;
            }
            screen.sayHint(`a merged tab needs two ${what}`, 'mark-pipeline', 'mark the one under the cursor');
          }
        },
      },
    ],
  },
};
