import type {Command} from './command.ts';

/** The keys of the tabs. */
export const digits = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;

/** Commands that hold in both panes, and on pages unless they say otherwise. */
export const everywhereCommands = [
  {id: 'help', context: 'everywhere', group: 'everywhere', keys: ['?'], help: 'this help', hint: 'help'},
  {
    id: 'other-side',
    context: 'everywhere',
    group: 'everywhere',
    keys: ['Tab'],
    notOnPages: true,
    help: 'go to the other side',
    hint: 'side',
  },
  {
    id: 'tab-number',
    context: 'everywhere',
    group: 'everywhere',
    keys: digits,
    notOnPages: true,
    help: 'go to that tab',
  },
  {id: 'previous-tab', context: 'everywhere', group: 'everywhere', keys: ['['], notOnPages: true, help: 'previous tab'},
  {id: 'next-tab', context: 'everywhere', group: 'everywhere', keys: [']'], notOnPages: true, help: 'next tab'},
  {
    id: 'close-tab',
    context: 'everywhere',
    group: 'everywhere',
    keys: ['X'],
    notOnPages: true,
    help: 'close the tab',
    hint: 'close',
  },
  {
    id: 'hide-sidebar',
    context: 'everywhere',
    group: 'everywhere',
    keys: ['z'],
    notOnPages: true,
    help: 'hide or show the sidebar',
  },
  {id: 'reconnect', context: 'everywhere', group: 'everywhere', keys: ['r'], help: 'reconnect now', hint: 'reconnect'},
  {
    id: 'describe',
    context: 'everywhere',
    group: 'everywhere',
    keys: ['d'],
    help: 'describe the pipeline: state, errors in full',
    hint: 'describe',
  },
  {
    id: 'events',
    context: 'everywhere',
    group: 'everywhere',
    keys: ['i'],
    help: 'the last events of the tab: connection, failures',
  },
  {
    id: 'errors',
    context: 'everywhere',
    group: 'everywhere',
    keys: ['A'],
    help: 'unseen errors and incidents, alike ones as one',
    hint: 'unseen errors',
  },
  {id: 'contexts', context: 'everywhere', group: 'everywhere', keys: ['C'], help: 'contexts: go to another server'},
  {id: 'repaint', context: 'everywhere', group: 'everywhere', keys: ['^L'], help: 'repaint the screen'},
  {id: 'suspend', context: 'everywhere', group: 'everywhere', keys: ['^Z'], help: 'suspend; fg comes back'},
  {
    id: 'back',
    context: 'everywhere',
    group: 'everywhere',
    keys: ['Esc'],
    help: 'back: selection, highlight, filter, search',
    hint: 'back',
  },
  {
    id: 'quit',
    context: 'everywhere',
    group: 'everywhere',
    keys: ['q'],
    help: 'quit; asks when tabs are kept',
    hint: 'quit',
  },
  {id: 'interrupt', context: 'everywhere', group: 'everywhere', keys: ['^C'], help: 'twice: quit at once'},
] as const satisfies readonly Command[];
