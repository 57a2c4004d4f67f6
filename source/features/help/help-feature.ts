import type {Feature} from '../../kit/screen/screen.ts';
import {helpPage} from './help-page.ts';

export const help: Feature = {
  keys: {
    everywhere: [
      {
        id: 'help',
        opens: 'help',
        keys: ['?', 'F1'],
        help: 'this help: symbols and keys',
        synonyms: ['legend', 'badge', 'icon'],
        hint: 'all keys',
      },
    ],
  },
  pages: [helpPage],
};
