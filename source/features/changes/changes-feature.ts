import type {Feature} from '../../kit/screen/screen.ts';

export const changes: Feature = {
  keys: {
    everywhere: [
      {
        id: 'changes',
        opens: 'pipeline',
        section: 'changes',
        keys: ['D'],
        help: 'changes between the run on the screen and the one before it',
        core: 'what happened; what changed',
        hint: {hasRuns: 'compare runs'},
      },
    ],
  },
};
