import type {Feature} from '../../kit/screen/screen.ts';
import {pipelinePage} from './pipeline-page.ts';

export const pipeline: Feature = {
  keys: {
    everywhere: [
      {
        id: 'pipeline-page',
        opens: 'pipeline',
        keys: ['d'],
        help: 'page of the pipeline: its problems and details',
        core: {task: 'list', words: 'problems and details'},
        synonyms: ['cause', 'reason', 'why', 'describe', 'status'],
        hint: {hasPipeline: 'details'},
      },
      {
        id: 'connection',
        opens: 'pipeline',
        section: 'connection',
        keys: ['i'],
        help: 'latest events of the tab: connection, failures',
      },
    ],
  },
  pages: [pipelinePage],
};
