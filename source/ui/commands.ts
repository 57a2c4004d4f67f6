/** Where a key means something. `everywhere` holds in both panes; the others only in theirs. */
export type Context = 'everywhere' | 'sidebar' | 'log' | Covering;

/** Pages cover both panes; the detail of a record and the lists with a cursor have keys of their own. */
export type Covering = 'page' | 'detail' | 'marks' | 'errors' | 'away';

/** One command: dispatch, footer, help and readme are made from this table and nothing else. */
export type Command = {
  readonly id: string;
  readonly context: Context;
  /** Heading in the help, in the order of the table. */
  readonly group: string;
  /** Key names as `key-name.ts` gives them; the first is the one that the footer shows. */
  readonly keys: readonly string[];
  /** For help and readme. */
  readonly help: string;
  /** It changes what a page covers: with a page open its keys do nothing. */
  readonly notOnPages?: true;
  /** A word for the footer; commands without one are left to the help. */
  readonly hint?: string;
};

const digits = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;

export const commands = [
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
    help: 'the last connection events of the tab',
  },
  {
    id: 'errors',
    context: 'everywhere',
    group: 'everywhere',
    keys: ['A'],
    help: 'unseen errors of all tabs, alike ones as one',
    hint: 'unseen errors',
  },
  {id: 'repaint', context: 'everywhere', group: 'everywhere', keys: ['^L'], help: 'repaint the screen'},
  {id: 'suspend', context: 'everywhere', group: 'everywhere', keys: ['^Z'], help: 'suspend; fg comes back'},
  {
    id: 'peel',
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

  {id: 'list-up', context: 'sidebar', group: 'sidebar', keys: ['Up', 'k'], help: 'up'},
  {id: 'list-down', context: 'sidebar', group: 'sidebar', keys: ['Down', 'j'], help: 'down'},
  {id: 'list-page-up', context: 'sidebar', group: 'sidebar', keys: ['PageUp', 'b', '^U'], help: 'a page up'},
  {id: 'list-page-down', context: 'sidebar', group: 'sidebar', keys: ['PageDown', 'Space', '^D'], help: 'a page down'},
  {id: 'list-top', context: 'sidebar', group: 'sidebar', keys: ['Home', 'g'], help: 'first'},
  {id: 'list-end', context: 'sidebar', group: 'sidebar', keys: ['End', 'G'], help: 'last'},
  {
    id: 'keep',
    context: 'sidebar',
    group: 'sidebar',
    keys: ['Enter'],
    help: 'keep the preview as a tab; again: go to its log',
    hint: 'keep',
  },
  {id: 'find-name', context: 'sidebar', group: 'sidebar', keys: ['/'], help: 'find by name', hint: 'find'},
  {
    id: 'sort',
    context: 'sidebar',
    group: 'sidebar',
    keys: ['o'],
    help: 'sort by name, state or last activity',
    hint: 'sort',
  },
  {id: 'mark-pipeline', context: 'sidebar', group: 'sidebar', keys: ['m'], help: 'mark the pipeline for merging'},
  {
    id: 'merge',
    context: 'sidebar',
    group: 'sidebar',
    keys: ['+'],
    help: 'marked pipelines, or all tabs, as one by time',
  },

  {id: 'up', context: 'log', group: 'log: move', keys: ['Up', 'k'], help: 'a line up'},
  {id: 'down', context: 'log', group: 'log: move', keys: ['Down', 'j'], help: 'a line down'},
  {id: 'page-up', context: 'log', group: 'log: move', keys: ['PageUp', 'b'], help: 'a page up'},
  {id: 'page-down', context: 'log', group: 'log: move', keys: ['PageDown', 'Space'], help: 'a page down'},
  {id: 'half-up', context: 'log', group: 'log: move', keys: ['^U'], help: 'half a page up'},
  {id: 'half-down', context: 'log', group: 'log: move', keys: ['^D'], help: 'half a page down'},
  {id: 'top', context: 'log', group: 'log: move', keys: ['g', 'Home'], help: 'top'},
  {id: 'bottom', context: 'log', group: 'log: move', keys: ['G', 'End'], help: 'bottom, and follow', hint: 'bottom'},
  {id: 'pan-left', context: 'log', group: 'log: move', keys: ['Left'], help: 'half a screen to the left'},
  {id: 'pan-right', context: 'log', group: 'log: move', keys: ['Right'], help: 'half a screen to the right'},
  {id: 'pan-start', context: 'log', group: 'log: move', keys: ['0'], help: 'start of the lines'},
  {id: 'pan-end', context: 'log', group: 'log: move', keys: ['$'], help: 'end of the longest line shown'},
  {id: 'go-to-time', context: 'log', group: 'log: move', keys: ['T'], help: 'go to a time: 12:03, -5m, ISO'},
  {id: 'go-to-line', context: 'log', group: 'log: move', keys: [':'], help: 'go to a line or per cent: 1204, 50%'},
  {id: 'pause', context: 'log', group: 'log: follow', keys: ['p'], help: 'pause or resume', hint: 'pause'},
  {id: 'follow', context: 'log', group: 'log: follow', keys: ['F'], help: 'follow', hint: 'follow'},
  {id: 'draw-line', context: 'log', group: 'log: follow', keys: ['='], help: 'draw a dated line at the end'},
  {
    id: 'search',
    context: 'log',
    group: 'log: find',
    keys: ['/'],
    help: 'search: regex, smart case, as you type',
    hint: 'search',
  },
  {id: 'next-hit', context: 'log', group: 'log: find', keys: ['n'], help: 'next hit'},
  {id: 'previous-hit', context: 'log', group: 'log: find', keys: ['N'], help: 'previous hit'},
  {
    id: 'filter',
    context: 'log',
    group: 'log: find',
    keys: ['&'],
    help: 'filter: text, !text, target:x, level:x',
    hint: 'filter',
  },
  {id: 'filters-off', context: 'log', group: 'log: find', keys: ['\\'], help: 'all filters off, and on again'},
  {id: 'filters-to-all', context: 'log', group: 'log: find', keys: ['a'], help: 'these filters for all tabs'},
  {id: 'min-level', context: 'log', group: 'log: find', keys: ['L'], help: 'least level shown: DEBUG to ERROR, all'},
  {id: 'context', context: 'log', group: 'log: find', keys: ['x'], help: 'matches only, or in their context'},
  {id: 'highlight', context: 'log', group: 'log: find', keys: ['*'], help: 'highlight a pattern, without filtering'},
  {id: 'next-error', context: 'log', group: 'log: find', keys: ['e'], help: 'next error', hint: 'error'},
  {id: 'previous-error', context: 'log', group: 'log: find', keys: ['E'], help: 'previous error'},
  {id: 'previous-turn', context: 'log', group: 'log: find', keys: ['{'], help: 'previous run, gap or restart'},
  {id: 'next-turn', context: 'log', group: 'log: find', keys: ['}'], help: 'next run, gap or restart'},
  {id: 'this-run', context: 'log', group: 'log: find', keys: ['R'], help: 'this run only, or all'},
  {id: 'hide-before', context: 'log', group: 'log: find', keys: ['<'], help: 'hide what is before the record'},
  {id: 'hide-after', context: 'log', group: 'log: find', keys: ['>'], help: 'hide what is after the record'},
  {id: 'fold', context: 'log', group: 'log: find', keys: ['f'], help: 'fold records that are alike into one row'},
  {id: 'open-fold', context: 'log', group: 'log: find', keys: ['o'], help: 'open or close the folded row'},
  {id: 'hide-shape', context: 'log', group: 'log: find', keys: ['-'], help: 'hide all records alike'},
  {id: 'wrap', context: 'log', group: 'log: show', keys: ['w'], help: 'wrap long lines, or not', hint: 'wrap'},
  {id: 'as-sent', context: 'log', group: 'log: show', keys: ['J'], help: 'lines as sent, or compact', hint: 'as sent'},
  {
    id: 'time',
    context: 'log',
    group: 'log: show',
    keys: ['t'],
    help: 'times: as sent, local, UTC with date, age, since the line before, off',
  },
  {id: 'line-numbers', context: 'log', group: 'log: show', keys: ['#'], help: 'line numbers'},
  {
    id: 'detail',
    context: 'log',
    group: 'log: show',
    keys: ['Enter'],
    help: 'the record in full; a folded row is opened',
    hint: 'detail',
  },
  {id: 'select', context: 'log', group: 'log: take', keys: ['v'], help: 'select records from here on', hint: 'select'},
  {id: 'copy', context: 'log', group: 'log: take', keys: ['y'], help: 'copy the record or selection', hint: 'copy'},
  {id: 'copy-view', context: 'log', group: 'log: take', keys: ['Y'], help: 'copy all that the filters leave'},
  {
    id: 'save',
    context: 'log',
    group: 'log: take',
    keys: ['S'],
    help: 'save to a file: selection, view, or all',
    hint: 'save',
  },
  {
    id: 'pipe',
    context: 'log',
    group: 'log: take',
    keys: ['|'],
    help: 'pipe the selection or view to a command',
    hint: 'pipe',
  },
  {
    id: 'markdown',
    context: 'log',
    group: 'log: take',
    keys: ['M'],
    help: 'copy as Markdown evidence',
    hint: 'Markdown',
  },
  {id: 'mark', context: 'log', group: 'log: take', keys: ['m'], help: 'mark the record, or not'},
  {id: 'next-mark', context: 'log', group: 'log: take', keys: ['u'], help: 'next mark'},
  {id: 'previous-mark', context: 'log', group: 'log: take', keys: ['U'], help: 'previous mark'},
  {id: 'list-marks', context: 'log', group: 'log: take', keys: ["'"], help: 'list of the marks'},

  {id: 'page-line-up', context: 'page', group: 'help and other pages', keys: ['Up', 'k'], help: 'a line up'},
  {
    id: 'page-line-down',
    context: 'page',
    group: 'help and other pages',
    keys: ['Down', 'j'],
    help: 'a line down',
    hint: 'scroll',
  },
  {id: 'page-page-up', context: 'page', group: 'help and other pages', keys: ['PageUp', 'b'], help: 'a page up'},
  {
    id: 'page-page-down',
    context: 'page',
    group: 'help and other pages',
    keys: ['PageDown', 'Space'],
    help: 'a page down',
    hint: 'page',
  },
  {id: 'page-top', context: 'page', group: 'help and other pages', keys: ['g', 'Home'], help: 'top'},
  {id: 'page-end', context: 'page', group: 'help and other pages', keys: ['G', 'End'], help: 'bottom'},
  {
    id: 'page-close',
    context: 'page',
    group: 'help and other pages',
    keys: ['Esc', 'q', 'Enter'],
    help: 'close',
    hint: 'close',
  },

  {id: 'detail-next', context: 'detail', group: 'detail of a record', keys: ['j'], help: 'next record', hint: 'next'},
  {
    id: 'detail-previous',
    context: 'detail',
    group: 'detail of a record',
    keys: ['k'],
    help: 'previous record',
    hint: 'previous',
  },
  {id: 'detail-up', context: 'detail', group: 'detail of a record', keys: ['Up'], help: 'a line up'},
  {
    id: 'detail-down',
    context: 'detail',
    group: 'detail of a record',
    keys: ['Down'],
    help: 'a line down',
    hint: 'scroll',
  },
  {id: 'detail-page-up', context: 'detail', group: 'detail of a record', keys: ['PageUp', 'b'], help: 'a page up'},
  {
    id: 'detail-page-down',
    context: 'detail',
    group: 'detail of a record',
    keys: ['PageDown', 'Space'],
    help: 'a page down',
  },
  {id: 'detail-top', context: 'detail', group: 'detail of a record', keys: ['g', 'Home'], help: 'top'},
  {id: 'detail-end', context: 'detail', group: 'detail of a record', keys: ['G', 'End'], help: 'bottom'},
  {
    id: 'detail-copy',
    context: 'detail',
    group: 'detail of a record',
    keys: ['y'],
    help: 'copy the record',
    hint: 'copy',
  },
  {
    id: 'detail-close',
    context: 'detail',
    group: 'detail of a record',
    keys: ['Esc', 'q', 'Enter'],
    help: 'close',
    hint: 'close',
  },

  {id: 'marks-up', context: 'marks', group: 'list of marks', keys: ['Up', 'k'], help: 'up'},
  {id: 'marks-down', context: 'marks', group: 'list of marks', keys: ['Down', 'j'], help: 'down', hint: 'down'},
  {id: 'marks-go', context: 'marks', group: 'list of marks', keys: ['Enter'], help: 'go to the mark', hint: 'go to'},
  {id: 'marks-remove', context: 'marks', group: 'list of marks', keys: ['m'], help: 'remove the mark', hint: 'remove'},
  {id: 'marks-close', context: 'marks', group: 'list of marks', keys: ['Esc', 'q', "'"], help: 'close', hint: 'close'},

  {id: 'errors-up', context: 'errors', group: 'unseen errors', keys: ['Up', 'k'], help: 'up'},
  {id: 'errors-down', context: 'errors', group: 'unseen errors', keys: ['Down', 'j'], help: 'down', hint: 'down'},
  {id: 'errors-top', context: 'errors', group: 'unseen errors', keys: ['g', 'Home'], help: 'first'},
  {id: 'errors-end', context: 'errors', group: 'unseen errors', keys: ['G', 'End'], help: 'last'},
  {
    id: 'errors-last',
    context: 'errors',
    group: 'unseen errors',
    keys: ['Enter'],
    help: 'go to the last of them in the log',
    hint: 'go to last',
  },
  {
    id: 'errors-first',
    context: 'errors',
    group: 'unseen errors',
    keys: ['f'],
    help: 'go to the first of them',
    hint: 'first',
  },
  {
    id: 'errors-mute',
    context: 'errors',
    group: 'unseen errors',
    keys: ['m'],
    help: 'mute all that are alike, or hear of them again',
    hint: 'mute',
  },
  {
    id: 'errors-close',
    context: 'errors',
    group: 'unseen errors',
    keys: ['Esc', 'q', 'A'],
    help: 'close',
    hint: 'close',
  },

  {id: 'away-up', context: 'away', group: 'while you were away', keys: ['Up', 'k'], help: 'up'},
  {id: 'away-down', context: 'away', group: 'while you were away', keys: ['Down', 'j'], help: 'down', hint: 'down'},
  {id: 'away-go', context: 'away', group: 'while you were away', keys: ['Enter'], help: 'go there', hint: 'go there'},
  {
    id: 'away-close',
    context: 'away',
    group: 'while you were away',
    keys: ['Esc', 'q'],
    help: 'go on where you were',
    hint: 'go on where you were',
  },
] as const satisfies readonly Command[];

/** The table without its literal types. */
export const allCommands: readonly Command[] = commands;

export type CommandId = (typeof commands)[number]['id'];

/** The command of a key in a pane: the pane's own first, then the ones that hold everywhere. */
export function commandFor(pane: Exclude<Context, 'everywhere'>, keyName: string): CommandId | undefined {
  const isCovering = pane !== 'sidebar' && pane !== 'log';
  for (const context of [pane, 'everywhere']) {
    const found = commands.find((command: Command) => command.context === context && command.keys.includes(keyName));
    if (found && !(isCovering && 'notOnPages' in found)) return found.id;
  }
  return undefined;
}

const shownKeys: Readonly<Record<string, string>> = {
  Up: '↑',
  Down: '↓',
  Left: '←',
  Right: '→',
  PageUp: 'PgUp',
  PageDown: 'PgDn',
};

/** Keys as people read them: `↑ k`, `1–9`. */
export function keysShown(command: Command): string {
  if (command.keys === digits) return '1–9';
  return command.keys.map((key) => shownKeys[key] ?? key).join(' ');
}

/** Keys as `keysShown` has them, arrows as words: in ASCII they would be `<` and `>`, which are keys themselves. */
export function arrowsInWords(keys: string): string {
  return keys.replace('↑', 'Up').replace('↓', 'Down').replace('←', 'Left').replace('→', 'Right');
}

/** Commands by heading, in the order of the table. */
export function commandGroups(): readonly {group: string; commands: readonly Command[]}[] {
  const groups = new Map<string, Command[]>();
  for (const command of allCommands) {
    const group = groups.get(command.group) ?? [];
    group.push(command);
    groups.set(command.group, group);
  }
  return [...groups].map(([group, members]) => ({group, commands: members}));
}
