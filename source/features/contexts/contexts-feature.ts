import type {Feature} from '../../kit/screen/screen.ts';
import {contextsPage} from './contexts-page.ts';

export const contexts: Feature = {
  keys: {
    everywhere: [
      {
        id: 'contexts',
        needs: 'server',
        opens: 'contexts',
        keys: ['C'],
        help: 'contexts: switch to another server',
      },
    ],
  },
  pages: [contextsPage],
};
