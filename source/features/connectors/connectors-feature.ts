import type {Feature} from '../../kit/screen/screen.ts';
import {connectorPage} from './connector-page.ts';

export const connectors: Feature = {
  keys: {
    'log: show': [
      {
        id: 'connectors',
        opens: 'pipeline',
        section: 'connectors',
        keys: ['c'],
        help: 'connectors of the pipeline, and their errors',
      },
    ],
  },
  pages: [connectorPage],
};
