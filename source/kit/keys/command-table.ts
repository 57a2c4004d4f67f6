import {type Command, digits, type KeyContext} from './command.ts';
import {listMotions} from './common-commands.ts';

type Condition =
  | 'inLog'
  | 'hasTab'
  | 'hasTabs'
  | 'hasPipeline'
  /** The pipeline under the cursor has a pinned tab. */
  | 'isPinned'
  | 'isMergeable'
  | 'isListFiltered'
  /** Few pipelines run, and the logs of some were not read. */
  | 'hasUnread'
  /** The list has pipelines: opened logs keep their order. */
  | 'isSortable'
  /** The shown log has no connection. */
  | 'isOffline'
  | 'hasUnseen'
  /** The log may grow. */
  | 'isFollowing'
  | 'isPaused'
  /** The log has ended, and the view is not at its end. */
  | 'isAbove'
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
  | 'isAsSent';

const listGroup = 'list; other keys act on the log';

/** The commands of list and log, and those that open pages. Each page has its own (`pages/registry.ts`). */
export const commands = [
  ...inGroup('everywhere', 'everywhere', [
    {
      id: 'help',
      opens: 'help',
      keys: ['?', 'F1'],
      help: 'this help',
      core: 'all keys; find a command',
      hint: 'help',
    },
    {
      id: 'other-side',
      keys: ['Tab'],
      help: 'go to the list, or to the log',
      core: 'to the list, and back',
      hint: {inLog: 'list', hasTab: 'log'},
      notOnPages: true,
    },
    {
      id: 'tab-number',
      keys: digits,
      help: 'go to the tab of that number',
      core: 'go to a tab; close it',
      notOnPages: true,
    },
    {id: 'previous-tab', keys: ['['], help: 'previous tab', core: 'go to a tab; close it', notOnPages: true},
    {
      id: 'next-tab',
      keys: [']'],
      help: 'next tab',
      core: 'go to a tab; close it',
      hint: {hasTabs: 'next tab'},
      notOnPages: true,
    },
    {
      id: 'close-tab',
      keys: ['X'],
      help: 'close the tab',
      core: 'go to a tab; close it',
      hint: {hasTab: 'close tab'},
      notOnPages: true,
    },
    {
      id: 'merge',
      keys: ['+'],
      help: 'merge marked pipelines, or all tabs, by time',
      core: 'merge marked pipelines',
      hint: {isMergeable: 'merge'},
      notOnPages: true,
    },
    {
      id: 'open-recording',
      needs: 'server',
      keys: ['O'],
      help: "open the pipeline's recording",
      notOnPages: true,
    },
    {id: 'hide-list', keys: ['z'], help: 'hide or show the list', notOnPages: true},
    {
      id: 'reconnect',
      needs: 'connection',
      keys: ['r'],
      help: 'reconnect now',
      core: 'reconnect now',
      hint: {isOffline: 'reconnect'},
    },
    {
      id: 'pipeline-page',
      opens: 'pipeline',
      keys: ['d'],
      help: 'page of the pipeline: what is wrong, and why',
      core: 'what is wrong, and why',
      hint: {hasPipeline: 'why'},
    },
    {
      id: 'alert-once',
      needs: 'connection',
      keys: ['!'],
      help: 'alert once when the pipeline has compiled, runs, stops or fails',
    },
    {
      id: 'connection',
      ...{opens: 'pipeline', section: 'connection'},
      keys: ['i'],
      help: 'latest events of the tab: connection, failures',
    },
    {
      id: 'errors',
      opens: 'errors',
      keys: ['A'],
      help: 'unseen errors and incidents, similar ones in one row',
      core: "errors you haven't seen",
      hint: {hasUnseen: 'unseen errors'},
    },
    {
      id: 'timeline',
      ...{opens: 'pipeline', section: 'timeline'},
      keys: ['H'],
      help: 'timeline of the pipeline: states, runs, gaps, errors',
      core: 'what happened; what changed',
      hint: {hasTab: 'timeline'},
    },
    {
      id: 'changes',
      ...{opens: 'pipeline', section: 'changes'},
      keys: ['D'],
      help: 'changes between the run on the screen and the one before it',
      core: 'what happened; what changed',
      hint: {hasRuns: 'compare runs'},
    },
    {
      id: 'contexts',
      needs: 'server',
      opens: 'contexts',
      keys: ['C'],
      help: 'contexts: switch to another server',
      core: 'another server',
    },
    {id: 'repaint', keys: ['^L'], help: 'repaint the screen'},
    {id: 'suspend', keys: ['^Z'], help: 'suspend; fg continues'},
    {
      id: 'back',
      keys: ['Esc'],
      help: 'back: selection, highlight, filter, search',
      core: 'one step back; quit',
      hint: {
        isListFiltered: 'show all',
        isSelecting: 'end',
        isHighlighted: 'unhighlight',
        isFiltered: 'unfilter',
        isSearched: 'end search',
      },
    },
    {id: 'quit', keys: ['q'], help: 'quit; asks when tabs are open', core: 'one step back; quit', hint: 'quit'},
    {id: 'interrupt', keys: ['^C'], help: 'twice: quit at once'},
  ]),
  ...listMotions('list', listGroup),
  ...inGroup('list', listGroup, [
    {
      id: 'open-tab',
      keys: ['Enter'],
      help: 'open the pipeline as a tab; again: go to its log',
      core: 'open as a tab, then its log',
      hint: {isPinned: 'log', hasPipeline: 'open'},
    },
    {
      id: 'read-logs',
      needs: 'server',
      keys: ['a'],
      help: 'read the logs of all running pipelines, or only those of tabs',
      hint: {hasUnread: 'read all logs'},
    },
    {id: 'find-name', keys: ['/'], help: 'find pipelines by name', hint: {hasPipeline: 'find'}},
    {
      id: 'sort',
      needs: 'server',
      keys: ['o'],
      help: 'sort by name, state or last activity',
      hint: {isSortable: 'sort'},
    },
    {
      id: 'mark-pipeline',
      keys: ['m'],
      help: 'mark the pipeline for merging',
      core: 'mark it for merging',
      hint: {hasPipeline: 'mark'},
    },
  ]),
  ...inGroup('log', 'log: move', [
    {id: 'up', keys: ['Up', 'k', '^Y'], help: 'a line up', core: 'up, down: a line, a page'},
    {id: 'down', keys: ['Down', 'j', '^E'], help: 'a line down', core: 'up, down: a line, a page'},
    {id: 'page-up', keys: ['PageUp', 'b', '^B'], help: 'a page up', core: 'up, down: a line, a page'},
    {id: 'page-down', keys: ['PageDown', 'Space', '^F'], help: 'a page down', core: 'up, down: a line, a page'},
    {id: 'half-up', keys: ['^U'], help: 'half a page up'},
    {id: 'half-down', keys: ['^D'], help: 'half a page down'},
    {id: 'top', keys: ['g', 'Home'], help: 'top of the log', core: 'top; follow the end; a time'},
    {
      id: 'bottom',
      keys: ['G', 'End'],
      help: 'end of the log, and follow',
      core: 'top; follow the end; a time',
      hint: {isAbove: 'bottom'},
    },
    {id: 'pan-left', keys: ['Left', 'h'], help: 'half a screen to the left'},
    {id: 'pan-right', keys: ['Right', 'l'], help: 'half a screen to the right'},
    {
      id: 'go-to-time',
      needs: 'format',
      keys: ['T'],
      help: 'go to a time: 12:03, -5m, ISO',
      core: 'top; follow the end; a time',
    },
    {id: 'go-to-line', keys: [':'], help: 'go to a line or per cent: 1204, 50%'},
  ]),
  ...inGroup('log', 'log: follow', [
    {
      id: 'pause',
      keys: ['p'],
      help: 'pause or resume',
      core: 'pause, resume',
      hint: {isFollowing: 'pause', isPaused: 'resume'},
    },
    {id: 'follow', keys: ['F'], help: 'follow the end of the log'},
  ]),
  ...inGroup('log', 'log: find', [
    {
      id: 'search',
      keys: ['/'],
      help: 'search: regex, smart case, as you type',
      core: 'search; next, previous',
      hint: 'find',
    },
    {id: 'next-match', keys: ['n'], help: 'next match', core: 'search; next, previous', hint: {isSearched: 'next'}},
    {
      id: 'previous-match',
      keys: ['N'],
      help: 'previous match',
      core: 'search; next, previous',
      hint: {isSearched: 'previous'},
    },
    {
      id: 'filter',
      keys: ['&'],
      help: 'filter: text, !text, target:x, level:x',
      core: 'filter; context of matches',
      hint: 'filter',
    },
    {
      id: 'filters-off',
      keys: ['\\'],
      help: 'all filters off, and on again',
      hint: {areFiltersOff: 'filters on', isFiltered: 'filters off'},
    },
    {
      id: 'level',
      needs: 'format',
      keys: ['L'],
      help: 'lowest level shown: WARN, ERROR, INFO, DEBUG, all',
      core: 'warnings and errors only',
    },
    {
      id: 'matches-only',
      keys: ['x'],
      help: 'matches only, or with 3 or 10 records around each',
      core: 'filter; context of matches',
      hint: {hasMatches: 'around'},
    },
    {id: 'highlight', keys: ['*'], help: 'highlight a pattern, without filtering'},
    {
      id: 'next-error',
      needs: 'format',
      keys: ['e'],
      help: 'next error',
      core: 'next, previous error',
      hint: {hasErrors: 'error'},
    },
    {id: 'previous-error', needs: 'format', keys: ['E'], help: 'previous error', core: 'next, previous error'},
    {id: 'previous-marker', keys: ['{'], help: 'previous run or marker: reconnect, gap, restart'},
    {id: 'next-marker', keys: ['}'], help: 'next run or marker: reconnect, gap, restart'},
    {id: 'this-run', keys: ['R'], help: 'this run only, or all runs', core: 'this run only'},
    {
      id: 'fold',
      keys: ['f'],
      help: 'fold consecutive similar records into one row',
      core: 'fold similar; expand one',
      hint: {isFolded: 'unfold', else: 'fold'},
    },
    {id: 'open-fold', keys: ['o'], help: 'open or close the folded row', core: 'fold similar; expand one'},
    {id: 'hide-similar', keys: ['-'], help: 'hide all records similar to this one'},
  ]),
  ...inGroup('log', 'log: show', [
    {
      id: 'wrap',
      keys: ['w'],
      help: 'wrap warnings and errors, all lines, or none',
      core: 'wrap lines; form of times',
      hint: 'wrap',
    },
    {id: 'as-sent', keys: ['J'], help: 'lines as sent, or compact', hint: {isAsSent: 'compact', else: 'as sent'}},
    {
      id: 'time',
      keys: ['t'],
      help: 'times: as sent, local, UTC with date, age, since the previous line, off',
      core: 'wrap lines; form of times',
    },
    {
      id: 'connectors',
      ...{opens: 'pipeline', section: 'connectors'},
      keys: ['c'],
      help: 'connectors of the pipeline, and their errors',
    },
    {
      id: 'histogram',
      keys: ['s'],
      help: 'show or hide the histogram above the log',
    },
    {
      id: 'record-page',
      opens: 'record',
      keys: ['Enter'],
      help: 'open the record page, or a folded row',
      core: 'the record page',
      hint: {isOnRecord: 'open'},
    },
  ]),
  ...inGroup('log', 'log: copy', [
    {
      id: 'select',
      keys: ['v'],
      help: 'select records from here on',
      core: 'select records',
      hint: {isSelecting: 'end', isOnRecord: 'select'},
      notInList: true,
    },
    {
      id: 'copy',
      keys: ['y'],
      help: 'copy the record or selection',
      core: 'copy the record; all shown',
      hint: {isSelecting: 'copy', isOnFold: 'copy records', isOnRecord: 'copy record'},
    },
    {
      id: 'copy-view',
      keys: ['Y'],
      help: 'copy all that passes the filters, or the selection',
      core: 'copy the record; all shown',
    },
    {
      id: 'save',
      keys: ['S'],
      help: 'save to a file: selection, view, or all',
      core: 'save to a file',
      hint: {isSelecting: 'save', else: 'save view'},
    },
    {
      id: 'markdown',
      keys: ['M'],
      help: 'copy the record or selection as Markdown, for an issue',
      core: 'copy as Markdown',
      hint: 'Markdown',
    },
    {id: 'mark', keys: ['m'], help: 'mark the record, or remove its mark'},
    {id: 'next-mark', keys: ['u'], help: 'next mark', hint: {hasMarks: 'next mark'}},
    {id: 'previous-mark', keys: ['U'], help: 'previous mark'},
    {id: 'marks', opens: 'marks', keys: ["'"], help: 'list of the marks', hint: {hasMarks: 'marks'}},
    {id: 'record', needs: 'connection', keys: ['W'], help: 'record to disk; again: show the status; twice: stop'},
  ]),
] as const;

/** Row of the table: its conditions have names. */
type Given = Omit<Command, 'context' | 'group' | 'hint'> & {
  readonly hint?: string | Readonly<Partial<Record<Condition | 'else', string>>>;
};

/** Commands of one context under one heading, with their ids as types. */
function inGroup<const Row extends Given>(
  context: KeyContext,
  group: string,
  rows: readonly Row[],
): readonly (Row & Pick<Command, 'context' | 'group'>)[] {
  return rows.map((row) => ({...row, context, group}));
}

/** Keys of every prompt, as in readline. The configuration cannot change them: what is typed there is text. */
export const promptCommands = [
  {id: 'submit', keys: ['Enter'], help: 'do it'},
  {id: 'cancel', keys: ['Esc'], help: 'cancel'},
  {id: 'help', keys: ['F1'], help: 'show the keys of the prompt; press again to go back'},
  {id: 'interrupt', keys: ['^C'], help: 'cancel; twice: quit'},
  {id: 'older', keys: ['Up', '^P', '^R'], help: 'an earlier text that begins like this one'},
  {id: 'newer', keys: ['Down', '^N'], help: 'back to a later one, and to what was typed'},
  {id: 'cycle', keys: ['Tab'], help: 'save something else: selection, view, all, markers'},
  {id: 'start', keys: ['Home', '^A'], help: 'start of the text'},
  {id: 'end', keys: ['End', '^E'], help: 'end of the text'},
  {id: 'previous', keys: ['Left', '^B'], help: 'a character back'},
  {id: 'next', keys: ['Right', '^F'], help: 'a character forward'},
  {id: 'previous-word', keys: ['^Left', 'Alt-b'], help: 'a word back'},
  {id: 'next-word', keys: ['^Right', 'Alt-f'], help: 'a word forward'},
  {
    id: 'delete-previous',
    keys: ['Backspace'],
    help: 'delete the character before the cursor; cancel if there is no text',
  },
  {id: 'delete-next', keys: ['Delete'], help: 'delete the character at the cursor'},
  {id: 'delete-next-or-cancel', keys: ['^D'], help: 'the same; cancel if there is no text'},
  {id: 'kill-start', keys: ['^U'], help: 'cut the text before the cursor'},
  {id: 'kill-end', keys: ['^K'], help: 'cut the text from the cursor on'},
  {id: 'kill-blank-word', keys: ['^W'], help: 'cut the word before the cursor, up to a blank'},
  {id: 'kill-previous-word', keys: ['Alt-Backspace'], help: 'cut the word before the cursor: letters and digits'},
  {id: 'kill-next-word', keys: ['Alt-d'], help: 'cut the word after the cursor'},
  {id: 'yank', keys: ['^Y'], help: 'insert what was cut'},
] as const;
