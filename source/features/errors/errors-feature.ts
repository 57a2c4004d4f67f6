import type {Feature} from '../../kit/screen/screen.ts';
import {errorsPage} from './errors-page.ts';

export const errors: Feature = {
  keys: {
    everywhere: [
      {
        id: 'errors',
        opens: 'errors',
        keys: ['A'],
        help: 'new errors and incidents, similar ones in one row',
        core: {task: 'errors', words: "errors you haven't seen"},
        synonyms: ['unseen', 'badge', 'away'],
        hint: {hasUnseen: 'new errors'},
      },
    ],
  },
  pages: [errorsPage],
};
