/** Where a key means something: `everywhere` in both panes, `log` also in the list (`commandFor`), others only there. */
export type KeyContext = 'everywhere' | 'sidebar' | 'log' | Covering;

/**
 * Pages cover both panes; the detail of a record and the lists with a cursor have keys of their own. `describe` has its
 * own besides those of `page`.
 */
type Covering =
  | 'help'
  | 'page'
  | 'describe'
  | 'detail'
  | 'marks'
  | 'errors'
  | 'away'
  | 'contexts'
  | 'comparison'
  | 'timeline';

export type Command = {
  /** Its name in the configuration's table `[keys]`: never renamed. */
  readonly id: string;
  readonly context: KeyContext;
  /** Heading in the help, in the order of the table. */
  readonly group: string;
  /** Key names as `key-names.ts` gives them; the footer shows the first. */
  readonly keys: readonly string[];
  /** For help and docs/keys.md. */
  readonly help: string;
  /** It changes what a page covers: with a page open its keys do nothing. */
  readonly notOnPages?: true;
  /** A key of the log that only means something together with others that the list uses, too. */
  readonly notInList?: true;
  /** For the footer; by condition: the first that holds. Commands without one are only in the help. */
  readonly hint?: string | Readonly<Partial<Record<Condition | 'else', string>>>;
};

/** What is so at the moment; absent: not so. The footer offers a key only while it does something. */
export type Conditions = Readonly<Partial<Record<Condition, boolean>>>;

type Condition =
  | 'inLog'
  | 'hasTab'
  | 'hasTabs'
  /** A tab was closed and is not open again. */
  | 'hasClosed'
  | 'hasPipeline'
  /** Of the pipeline under the cursor. */
  | 'isKept'
  | 'isMergeable'
  | 'isListFiltered'
  /** The list has pipelines: opened logs keep their order. */
  | 'isSortable'
  /** The shown log has no connection. */
  | 'isOffline'
  | 'hasUnseen'
  /** Of a log that may grow. */
  | 'isFollowing'
  | 'isPaused'
  /** The view is not at the end. */
  | 'isAbove'
  | 'hasStrip'
  /** The log has an earlier run. */
  | 'hasRuns'
  | 'isSelecting'
  | 'isHighlighted'
  | 'isSearched'
  | 'isFiltered'
  | 'areFiltersOff'
  | 'hasMatches'
  | 'hasErrors'
  | 'hasMarks'
  | 'isFolded'
  | 'isOnFold'
  | 'isOnRecord'
  | 'isAsSent'
  /** Of a page: it is longer than the screen; it is a list, with several rows or at least one. */
  | 'isScrollable'
  | 'hasRows'
  | 'hasRow'
  /** Before the older one of those that are compared. */
  | 'hasEarlierRun'
  /** Into the help. */
  | 'isTyped';

/** The keys of the tabs. */
export const digits = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;

/** All commands: dispatch, footer, help and docs/keys.md are made from this table and nothing else. */
export const commands = [
  ...inGroup('everywhere', 'everywhere', [
    {id: 'help', keys: ['?'], help: 'this help', hint: 'help'},
    {
      id: 'other-side',
      keys: ['Tab'],
      help: 'go to the list, or to the log',
      hint: {inLog: 'list', hasTab: 'log'},
      notOnPages: true,
    },
    {id: 'tab-number', keys: digits, help: 'go to the tab of that number', notOnPages: true},
    {id: 'previous-tab', keys: ['['], help: 'previous tab', notOnPages: true},
    {id: 'next-tab', keys: [']'], help: 'next tab', hint: {hasTabs: 'next tab'}, notOnPages: true},
    {id: 'close-tab', keys: ['X'], help: 'close the tab', hint: {hasTab: 'close tab'}, notOnPages: true},
    {
      id: 'merge',
      keys: ['+'],
      help: 'merge marked pipelines, or all tabs, by time',
      hint: {isMergeable: 'merge'},
      notOnPages: true,
    },
    {
      id: 'reopen-tab',
      keys: ['Z'],
      help: 'open the tab closed last again, as it was',
      hint: {hasClosed: 'reopen'},
      notOnPages: true,
    },
    {id: 'open-past', keys: ['O'], help: 'open what was recorded of the pipeline before', notOnPages: true},
    {id: 'hide-sidebar', keys: ['z'], help: 'hide or show the list', notOnPages: true},
    {id: 'reconnect', keys: ['r'], help: 'reconnect now', hint: {isOffline: 'reconnect'}},
    {
      id: 'describe',
      keys: ['d'],
      help: 'describe the pipeline: state, errors in full',
      hint: {hasPipeline: 'describe'},
    },
    {
      id: 'await-change',
      keys: ['!'],
      help: 'be told once when the pipeline has compiled, runs, stops or fails',
    },
    {id: 'events', keys: ['i'], help: 'latest events of the tab: connection, failures'},
    {
      id: 'errors',
      keys: ['A'],
      help: 'unseen errors and incidents, similar ones in one row',
      hint: {hasUnseen: 'unseen errors'},
    },
    {
      id: 'timeline',
      keys: ['H'],
      help: 'timeline of the pipeline: states, runs, gaps, errors, also from before',
      hint: {hasTab: 'timeline'},
    },
    {
      id: 'compare',
      keys: ['D'],
      help: 'what is new: the run on the screen beside the one before it',
      hint: {hasRuns: 'compare runs'},
    },
    {id: 'contexts', keys: ['C'], help: 'contexts: switch to another server'},
    {id: 'repaint', keys: ['^L'], help: 'repaint the screen'},
    {id: 'suspend', keys: ['^Z'], help: 'suspend; fg continues'},
    {
      id: 'back',
      keys: ['Esc'],
      help: 'back: selection, highlight, filter, search',
      hint: {
        isListFiltered: 'show all',
        isSelecting: 'end',
        isHighlighted: 'unhighlight',
        isFiltered: 'unfilter',
        isSearched: 'end search',
      },
    },
    {id: 'quit', keys: ['q'], help: 'quit; asks when tabs are kept', hint: 'quit'},
    {id: 'interrupt', keys: ['^C'], help: 'twice: quit at once'},
  ]),
  ...inGroup('sidebar', 'list; other keys act on the log', [
    {id: 'list-up', keys: ['Up', 'k'], help: 'the pipeline above'},
    {id: 'list-down', keys: ['Down', 'j'], help: 'the pipeline below'},
    {id: 'list-page-up', keys: ['PageUp', 'b', '^U'], help: 'a page up'},
    {id: 'list-page-down', keys: ['PageDown', 'Space', '^D'], help: 'a page down'},
    {id: 'list-top', keys: ['Home', 'g'], help: 'the first pipeline'},
    {id: 'list-end', keys: ['End', 'G'], help: 'the last pipeline'},
    {
      id: 'keep',
      keys: ['Enter'],
      help: 'keep the preview as a tab; again: go to its log',
      hint: {isKept: 'log', hasPipeline: 'keep'},
    },
    {id: 'find-name', keys: ['/'], help: 'find pipelines by name', hint: {hasPipeline: 'find'}},
    {id: 'sort', keys: ['o'], help: 'sort by name, state or last activity', hint: {isSortable: 'sort'}},
    {id: 'mark-pipeline', keys: ['m'], help: 'mark the pipeline for merging', hint: {hasPipeline: 'mark'}},
  ]),
  ...inGroup('log', 'log: move', [
    {id: 'up', keys: ['Up', 'k', '^Y'], help: 'a line up'},
    {id: 'down', keys: ['Down', 'j', '^E'], help: 'a line down'},
    {id: 'page-up', keys: ['PageUp', 'b', '^B'], help: 'a page up'},
    {id: 'page-down', keys: ['PageDown', 'Space', '^F'], help: 'a page down'},
    {id: 'half-up', keys: ['^U'], help: 'half a page up'},
    {id: 'half-down', keys: ['^D'], help: 'half a page down'},
    {id: 'top', keys: ['g', 'Home'], help: 'top of the log'},
    {id: 'bottom', keys: ['G', 'End'], help: 'end of the log, and follow', hint: {isAbove: 'bottom'}},
    {id: 'pan-left', keys: ['Left', 'h'], help: 'half a screen to the left'},
    {id: 'pan-right', keys: ['Right', 'l'], help: 'half a screen to the right'},
    {id: 'pan-start', keys: ['0'], help: 'start of the lines'},
    {id: 'pan-end', keys: ['$'], help: 'end of the longest line shown'},
    {id: 'previous-cell', keys: ['('], help: 'to the cell before, in the histogram', hint: {hasStrip: 'earlier'}},
    {id: 'next-cell', keys: [')'], help: 'to the cell after', hint: {hasStrip: 'later'}},
    {id: 'go-to-time', keys: ['T'], help: 'go to a time: 12:03, -5m, ISO'},
    {id: 'go-to-line', keys: [':'], help: 'go to a line or per cent: 1204, 50%'},
  ]),
  ...inGroup('log', 'log: follow', [
    {id: 'pause', keys: ['p'], help: 'pause or resume', hint: {isFollowing: 'pause', isPaused: 'resume'}},
    {id: 'follow', keys: ['F'], help: 'follow the end of the log', hint: {isPaused: 'follow'}},
    {id: 'draw-line', keys: ['='], help: 'draw a dated line at the end'},
  ]),
  ...inGroup('log', 'log: find', [
    {id: 'search', keys: ['/'], help: 'search: regex, smart case, as you type', hint: 'find'},
    {id: 'next-hit', keys: ['n'], help: 'next hit', hint: {isSearched: 'next'}},
    {id: 'previous-hit', keys: ['N'], help: 'previous hit', hint: {isSearched: 'previous'}},
    {id: 'filter', keys: ['&'], help: 'filter: text, !text, target:x, level:x', hint: 'filter'},
    {
      id: 'filters-off',
      keys: ['\\'],
      help: 'all filters off, and on again',
      hint: {areFiltersOff: 'filters on', isFiltered: 'filters off'},
    },
    {id: 'filters-to-all', keys: ['a'], help: 'copy these filters to all tabs'},
    {id: 'min-level', keys: ['L'], help: 'lowest level shown: WARN, ERROR, INFO, DEBUG, all'},
    {
      id: 'matches-only',
      keys: ['x'],
      help: 'matches only, or with 3 or 10 records around each',
      hint: {hasMatches: 'around'},
    },
    {id: 'highlight', keys: ['*'], help: 'highlight a pattern, without filtering'},
    {id: 'next-error', keys: ['e'], help: 'next error', hint: {hasErrors: 'error'}},
    {id: 'previous-error', keys: ['E'], help: 'previous error'},
    {id: 'previous-turn', keys: ['{'], help: 'previous run or marker: reconnect, gap, restart'},
    {id: 'next-turn', keys: ['}'], help: 'next run or marker: reconnect, gap, restart'},
    {id: 'this-run', keys: ['R'], help: 'this run only, or all runs'},
    {id: 'hide-before', keys: ['<'], help: 'hide what is before the record'},
    {id: 'hide-after', keys: ['>'], help: 'hide what is after the record'},
    {id: 'fold', keys: ['f'], help: 'fold similar neighbours into one row', hint: {isFolded: 'unfold', else: 'fold'}},
    {id: 'open-fold', keys: ['o'], help: 'open or close the folded row'},
    {id: 'hide-shape', keys: ['-'], help: 'hide all records similar to this one'},
  ]),
  ...inGroup('log', 'log: show', [
    {id: 'wrap', keys: ['w'], help: 'wrap warnings and errors, all lines, or none', hint: 'wrap'},
    {id: 'as-sent', keys: ['J'], help: 'lines as sent, or compact', hint: {isAsSent: 'compact', else: 'as sent'}},
    {id: 'time', keys: ['t'], help: 'times: as sent, local, UTC with date, age, since the previous line, off'},
    {
      id: 'connector-errors',
      keys: ['c'],
      help: 'errors of connectors in the log, where they arrive, or not',
    },
    {id: 'line-numbers', keys: ['#'], help: 'line numbers'},
    {
      id: 'strip',
      keys: ['s'],
      help: 'histogram above the log: its records by time, a cell for each span; a dotted line is time without records',
    },
    {
      id: 'detail',
      keys: ['Enter'],
      help: 'the record in full; a folded row is opened',
      hint: {isOnRecord: 'open'},
    },
  ]),
  ...inGroup('log', 'log: copy', [
    {
      id: 'select',
      keys: ['v'],
      help: 'select records from here on',
      hint: {isSelecting: 'end', isOnRecord: 'select'},
      notInList: true,
    },
    {
      id: 'copy',
      keys: ['y'],
      help: 'copy the record or selection',
      hint: {isSelecting: 'copy', isOnFold: 'copy records', isOnRecord: 'copy record'},
    },
    {id: 'copy-view', keys: ['Y'], help: 'copy the view (what the filters leave), or the selection'},
    {
      id: 'save',
      keys: ['S'],
      help: 'save to a file: selection, view, or all',
      hint: {isSelecting: 'save', else: 'save view'},
    },
    {
      id: 'pipe',
      keys: ['|'],
      help: 'pipe the view or selection to a command',
      hint: {isSelecting: 'pipe', else: 'pipe view'},
    },
    {id: 'markdown', keys: ['M'], help: 'copy the record or selection as Markdown, for an issue', hint: 'Markdown'},
    {id: 'mark', keys: ['m'], help: 'mark the record, or remove its mark'},
    {id: 'next-mark', keys: ['u'], help: 'next mark', hint: {hasMarks: 'next mark'}},
    {id: 'previous-mark', keys: ['U'], help: 'previous mark'},
    {id: 'list-marks', keys: ["'"], help: 'list of the marks', hint: {hasMarks: 'marks'}},
    {id: 'record', keys: ['W'], help: 'record to disk; again: what and where; twice: stop'},
  ]),
  ...inGroup('help', 'help', [
    {id: 'help-up', keys: ['Up', '^Y'], help: 'to the command above'},
    {id: 'help-down', keys: ['Down', '^E'], help: 'to the command below', hint: {hasRows: 'down'}},
    {id: 'help-page-up', keys: ['PageUp', '^B'], help: 'a page up'},
    {id: 'help-page-down', keys: ['PageDown', '^F'], help: 'a page down', hint: {isScrollable: 'page'}},
    {id: 'help-top', keys: ['Home'], help: 'to the first command'},
    {id: 'help-end', keys: ['End'], help: 'to the last command'},
    {id: 'help-run', keys: ['Enter'], help: 'run the command', hint: {hasRow: 'run'}},
    {
      id: 'help-close',
      keys: ['Esc'],
      help: 'clear what was typed, then close',
      hint: {isTyped: 'clear', else: 'close'},
    },
  ]),
  ...inGroup('page', 'other pages', [
    {id: 'page-line-up', keys: ['Up', 'k', '^Y'], help: 'a line up; in a description the connector above'},
    {
      id: 'page-line-down',
      keys: ['Down', 'j', '^E'],
      help: 'a line down, or the connector below',
      hint: {isScrollable: 'scroll'},
    },
    {id: 'page-page-up', keys: ['PageUp', 'b', '^B'], help: 'a page up'},
    {id: 'page-page-down', keys: ['PageDown', 'Space', '^F'], help: 'a page down', hint: {isScrollable: 'page'}},
    {id: 'page-top', keys: ['g', 'Home'], help: 'top'},
    {id: 'page-end', keys: ['G', 'End'], help: 'bottom'},
    {id: 'page-close', keys: ['Esc', 'q', 'Enter'], help: 'close', hint: 'close'},
  ]),
  ...inGroup('describe', 'description of a pipeline', [
    {
      id: 'describe-open',
      keys: ['Enter', 'o'],
      help: 'the connector with its errors in full, or back',
      hint: {hasRow: 'connector'},
    },
    {id: 'describe-copy', keys: ['y'], help: 'copy its errors', hint: 'copy errors'},
    {id: 'describe-copy-page', keys: ['Y'], help: 'copy the page', hint: 'copy page'},
    {id: 'describe-markdown', keys: ['M'], help: 'copy the page as Markdown, for an issue', hint: 'Markdown'},
    {id: 'describe-save', keys: ['S'], help: 'save the page to a file', hint: 'save'},
    {id: 'describe-pipe', keys: ['|'], help: 'pipe the page to a command', hint: 'pipe'},
  ]),
  ...inGroup('detail', 'detail of a record', [
    {id: 'detail-next', keys: ['j'], help: 'next record', hint: 'next'},
    {id: 'detail-previous', keys: ['k'], help: 'previous record', hint: 'previous'},
    {id: 'detail-up', keys: ['Up', '^Y'], help: 'a line up'},
    {id: 'detail-down', keys: ['Down', '^E'], help: 'a line down', hint: {isScrollable: 'scroll'}},
    {id: 'detail-page-up', keys: ['PageUp', 'b', '^B'], help: 'a page up'},
    {id: 'detail-page-down', keys: ['PageDown', 'Space', '^F'], help: 'a page down'},
    {id: 'detail-top', keys: ['g', 'Home'], help: 'top'},
    {id: 'detail-end', keys: ['G', 'End'], help: 'bottom'},
    {id: 'detail-copy', keys: ['y'], help: 'copy the record', hint: 'copy'},
    {id: 'detail-markdown', keys: ['M'], help: 'copy the record as Markdown, for an issue', hint: 'Markdown'},
    {id: 'detail-save', keys: ['S'], help: 'save the record to a file', hint: 'save'},
    {id: 'detail-pipe', keys: ['|'], help: 'pipe the record to a command', hint: 'pipe'},
    {id: 'detail-close', keys: ['Esc', 'q', 'Enter'], help: 'close', hint: 'close'},
  ]),
  ...inGroup('marks', 'list of marks', [
    {id: 'marks-up', keys: ['Up', 'k', '^Y'], help: 'up'},
    {id: 'marks-down', keys: ['Down', 'j', '^E'], help: 'down', hint: {hasRows: 'down'}},
    {id: 'marks-page-up', keys: ['PageUp', 'b', '^B'], help: 'a page up'},
    {id: 'marks-page-down', keys: ['PageDown', 'Space', '^F'], help: 'a page down'},
    {id: 'marks-go', keys: ['Enter'], help: 'go to the mark', hint: 'go to'},
    {id: 'marks-remove', keys: ['m'], help: 'remove the mark', hint: 'remove'},
    {id: 'marks-close', keys: ['Esc', 'q', "'"], help: 'close', hint: 'close'},
  ]),
  ...inGroup('errors', 'unseen errors', [
    {id: 'errors-up', keys: ['Up', 'k', '^Y'], help: 'up'},
    {id: 'errors-down', keys: ['Down', 'j', '^E'], help: 'down', hint: {hasRows: 'down'}},
    {id: 'errors-page-up', keys: ['PageUp', 'b', '^B'], help: 'a page up'},
    {id: 'errors-page-down', keys: ['PageDown', 'Space', '^F'], help: 'a page down'},
    {id: 'errors-top', keys: ['g', 'Home'], help: 'first'},
    {id: 'errors-end', keys: ['G', 'End'], help: 'last'},
    {id: 'errors-last', keys: ['Enter'], help: 'go to the last of them in the log', hint: {hasRow: 'go to last'}},
    {id: 'errors-first', keys: ['f'], help: 'go to the first of them', hint: {hasRow: 'first'}},
    {id: 'errors-mute', keys: ['m'], help: 'mute errors like this one, or unmute them', hint: {hasRow: 'mute'}},
    {id: 'errors-close', keys: ['Esc', 'q', 'A'], help: 'close', hint: 'close'},
  ]),
  ...inGroup('away', 'while you were away', [
    {id: 'away-up', keys: ['Up', 'k', '^Y'], help: 'up'},
    {id: 'away-down', keys: ['Down', 'j', '^E'], help: 'down', hint: {hasRows: 'down'}},
    {id: 'away-go', keys: ['Enter'], help: 'go there', hint: 'go there'},
    {id: 'away-close', keys: ['Esc', 'q'], help: 'back to where you were', hint: 'back'},
  ]),
  ...inGroup('comparison', 'what is new in a run', [
    {id: 'comparison-up', keys: ['Up', 'k', '^Y'], help: 'up'},
    {id: 'comparison-down', keys: ['Down', 'j', '^E'], help: 'down', hint: {hasRows: 'down'}},
    {id: 'comparison-page-up', keys: ['PageUp', 'b', '^B'], help: 'a page up'},
    {id: 'comparison-page-down', keys: ['PageDown', 'Space', '^F'], help: 'a page down'},
    {id: 'comparison-go', keys: ['Enter'], help: 'go to its first line in the log', hint: {hasRow: 'go to first'}},
    {
      id: 'comparison-older',
      keys: ['Left', 'h'],
      help: 'compare with an earlier run',
      hint: {hasEarlierRun: 'earlier run'},
    },
    {id: 'comparison-newer', keys: ['Right', 'l'], help: 'compare with a later run'},
    {id: 'comparison-copy', keys: ['y', 'Y'], help: 'copy the page', hint: {hasRow: 'copy page'}},
    {
      id: 'comparison-markdown',
      keys: ['M'],
      help: 'copy the page as Markdown, for an issue',
      hint: {hasRow: 'Markdown'},
    },
    {id: 'comparison-save', keys: ['S'], help: 'save the page to a file', hint: {hasRow: 'save'}},
    {id: 'comparison-pipe', keys: ['|'], help: 'pipe the page to a command', hint: {hasRow: 'pipe'}},
    {id: 'comparison-close', keys: ['Esc', 'q', 'D'], help: 'close', hint: 'close'},
  ]),
  ...inGroup('timeline', 'timeline of a pipeline', [
    {id: 'timeline-up', keys: ['Up', 'k', '^Y'], help: 'up'},
    {id: 'timeline-down', keys: ['Down', 'j', '^E'], help: 'down', hint: {hasRows: 'down'}},
    {id: 'timeline-page-up', keys: ['PageUp', 'b', '^B'], help: 'a page up'},
    {id: 'timeline-page-down', keys: ['PageDown', 'Space', '^F'], help: 'a page down', hint: {isScrollable: 'page'}},
    {id: 'timeline-go', keys: ['Enter'], help: 'go to its place in the log', hint: {hasRow: 'go to'}},
    {id: 'timeline-copy', keys: ['y', 'Y'], help: 'copy the page', hint: {hasRow: 'copy page'}},
    {id: 'timeline-markdown', keys: ['M'], help: 'copy the page as Markdown, for an issue', hint: {hasRow: 'Markdown'}},
    {id: 'timeline-save', keys: ['S'], help: 'save the page to a file', hint: {hasRow: 'save'}},
    {id: 'timeline-pipe', keys: ['|'], help: 'pipe the page to a command', hint: {hasRow: 'pipe'}},
    {id: 'timeline-close', keys: ['Esc', 'q', 'H'], help: 'close', hint: 'close'},
  ]),
  ...inGroup('contexts', 'contexts', [
    {id: 'contexts-up', keys: ['Up', 'k', '^Y'], help: 'up'},
    {id: 'contexts-down', keys: ['Down', 'j', '^E'], help: 'down', hint: {hasRows: 'down'}},
    {
      id: 'contexts-go',
      keys: ['Enter'],
      help: 'switch to that server; the tabs here come back next time',
      hint: 'go there',
    },
    {id: 'contexts-close', keys: ['Esc', 'q', 'C'], help: 'close', hint: 'close'},
  ]),
] as const;

/** Commands of one context under one heading, with their ids as types. */
function inGroup<const Commands extends readonly Omit<Command, 'context' | 'group'>[]>(
  context: KeyContext,
  group: string,
  commands: Commands,
): readonly (Omit<Command, 'id'> & {readonly id: Commands[number]['id']})[] {
  return commands.map((command) => ({...command, context, group}));
}
