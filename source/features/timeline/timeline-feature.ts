import type {Feature} from '../../kit/screen/screen.ts';

export const timeline: Feature = {
  keys: {
    everywhere: [
      {
        id: 'timeline',
        opens: 'pipeline',
        section: 'timeline',
        keys: ['H'],
        help: 'timeline of the pipeline: states, runs, gaps, errors',
        core: 'what happened; what changed',
        hint: {hasTab: 'timeline'},
      },
    ],
  },
};
