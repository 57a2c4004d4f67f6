import type {Feature} from '../../kit/screen/screen.ts';
import {recordPage} from './record-page.ts';

export const record: Feature = {
  keys: {
    'log: show': [
      {
        id: 'record-page',
        opens: 'record',
        keys: ['Enter'],
        help: 'open the record page, or a folded row',
        core: {task: 'log', words: 'the record in full'},
        hint: {isOnFold: 'open', isOnRecord: 'record'},
      },
    ],
  },
  pages: [recordPage],
};
