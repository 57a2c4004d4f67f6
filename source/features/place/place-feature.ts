import type {Feature, Screen} from '../../kit/screen/screen.ts';
import {placePrompt, timePrompt} from './place-prompts.ts';
import {goToPlaceAtStart, readPlace} from './start-place.ts';

export const place: Feature = {
  keys: {
    'log: move': [
      {
        id: 'go-to-time',
        needs: 'format',
        keys: ['T'],
        help: 'go to a time: 12:03, -5m, ISO',
        core: {task: 'log', words: 'go to a time'},
        run: (screen) => ask(screen, 'time'),
      },
      {
        id: 'go-to-line',
        keys: [':'],
        help: 'go to a line or per cent: 1204, 50%',
        run: (screen) => ask(screen, 'place'),
      },
    ],
  },
  /** Goes to the place of `--at`, which is read anew at the time of the server. */
  atStart({at}) {
    if (at === undefined) return undefined;
    readPlace(at, 0);
    return (screen, names) => goToPlaceAtStart(screen, (now) => readPlace(at, now), names);
  },
  prompts: {time: timePrompt, place: placePrompt},
};

function ask(screen: Screen, kind: 'time' | 'place'): void {
  if (!screen.tab) return;
  screen.dispatch({type: 'prompt', prompt: {kind, text: ''}});
}
